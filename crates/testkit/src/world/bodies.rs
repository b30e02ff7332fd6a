//! What a message said: drawn anew from the message each time it is asked for, and always the same.
//!
//! Bodies are what customers wrote, so some of them are hostile: they load pictures from elsewhere, and every tenth
//! one tries to run a script. Whoever shows them must not let them.

use super::{AccountData, Message, people, words};
use crate::dice::Dice;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchivedBody {
    pub from: String,
    pub reply_to: String,
    pub preheader: &'static str,
    pub body: String,
}

impl ArchivedBody {
    pub fn of(data: &AccountData, message: &Message) -> Self {
        let mut dice = Dice::new(data.seed, &message.id);
        let house = format!("{}.example.com", people::slug(&data.company));
        let preheader = dice.word(words::PARAGRAPHS);
        let is_hostile = dice.percent(10);
        let body = if message.kind == "email" {
            html(&mut dice, data, message, &house, is_hostile)
        } else {
            format!("{}: {}", message.subject, dice.word(words::PARAGRAPHS))
        };
        Self { from: format!("{} <hello@{house}>", data.company), reply_to: format!("care@{house}"), preheader, body }
    }
}

fn html(dice: &mut Dice, data: &AccountData, message: &Message, house: &str, is_hostile: bool) -> String {
    let company = data.company.replace('&', "&amp;");
    let paragraphs: String =
        (0..dice.count(2, 4)).map(|_| format!("<p>{}</p>\n", dice.word(words::PARAGRAPHS))).collect();
    let call = dice.word(words::CALLS);
    let hostile = if is_hostile {
        "<script>top.document.title = 'taken over'</script><img src=\"x\" onerror=\"top.location = 'https://evil.example.net/'\">"
    } else {
        ""
    };
    format!(
        "<!doctype html>\n<html><head><meta charset=\"utf-8\"><title>{subject}</title></head>\n\
         <body style=\"font-family:sans-serif;max-width:36em;margin:2em auto\">\n<h1>{company}</h1>\n\
         <p>Hello {name},</p>\n{paragraphs}<p><a href=\"https://{house}/go?m={id}\">{call}</a></p>\n{hostile}\
         <p><small><a href=\"https://{house}/unsubscribe?m={id}\">Unsubscribe</a></small></p>\n\
         <img src=\"https://{house}/open.gif?m={id}\" width=\"1\" height=\"1\" alt=\"\">\n</body></html>\n",
        subject = message.subject,
        name = message.greeting,
        id = message.id.trim_end_matches('='),
    )
}
