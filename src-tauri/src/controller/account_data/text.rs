//! A message's body as plain text. The page shows text alone, so nothing here guards anything: it only makes what a
//! customer wrote as HTML readable.

/// What is hidden from a reader of the mail.
const HIDDEN: [&str; 4] = ["head", "script", "style", "title"];
/// What begins or ends a line.
const BLOCKS: [&str; 13] = ["br", "div", "h1", "h2", "h3", "h4", "li", "ol", "p", "table", "tr", "ul", "/td"];

/// The text of `body`; a body that is no HTML is left as it is.
pub(super) fn plain_text(body: &str) -> String {
    if !body.contains("</") {
        return body.to_owned();
    }
    let (mut text, mut rest) = (String::new(), body);
    while let Some((before, tag, after)) = next_tag(rest) {
        push(&mut text, before);
        let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        let name = name.to_ascii_lowercase();
        rest = if !tag.starts_with('/') && HIDDEN.contains(&name.as_str()) { behind(after, &name) } else { after };
        if BLOCKS.contains(&name.as_str()) && !text.ends_with("\n\n") {
            text.push('\n');
        }
    }
    push(&mut text, rest);
    text.trim().to_owned()
}

fn next_tag(text: &str) -> Option<(&str, &str, &str)> {
    let (before, from) = text.split_once('<')?;
    let (tag, after) = from.split_once('>')?;
    Some((before, tag, after))
}

/// What comes behind the end of the element `name`.
fn behind<'a>(text: &'a str, name: &str) -> &'a str {
    let end = format!("</{name}");
    let from = text.to_ascii_lowercase().find(&end).and_then(|at| text.get(at..));
    from.and_then(|from| from.split_once('>')).map_or("", |(_, after)| after)
}

/// Words with single spaces between them, and the entities that stand for them.
fn push(text: &mut String, words: &str) {
    for word in words.split_whitespace() {
        if !text.is_empty() && !text.ends_with(['\n', ' ']) {
            text.push(' ');
        }
        text.push_str(&named(word));
    }
}

fn named(word: &str) -> String {
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    entities.iter().fold(word.to_owned(), |word, (entity, sign)| word.replace(entity, sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_read_as_its_words() {
        let html = "<html><head><title>x</title></head><body><h1>A &amp; B</h1><p>Hello\n Ada,</p><SCRIPT>bad()</script>\
                    <p>more <a href=\"https://x.example\">there</a></p></body></html>";
        assert_eq!(plain_text(html), "A & B\n\nHello Ada,\n\nmore there");
        assert_eq!(plain_text("3 < 4, and\n  so on"), "3 < 4, and\n  so on");
        assert_eq!(plain_text("<p>open</p> <b"), "open\n<b");
    }
}
