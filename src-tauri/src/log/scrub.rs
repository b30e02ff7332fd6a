//! A second lock on what leaves this machine in a log. By the rules of the house no line holds anybody's data; a line
//! that broke them loses here whatever looks like an address, a token, an id, a number to call, or a person's folder.

/// A run of at least so many characters that ids, hashes and tokens are made of, with a digit among them.
const LONG: usize = 20;
/// So many digits in a row are a telephone number or worse.
const DIGITS: usize = 7;
/// What is said under these names is about somebody.
const ABOUT: &[&str] = &[
    "account",
    "email",
    "handle",
    "mail",
    "name",
    "password",
    "person",
    "phone",
    "pin",
    "reason",
    "secret",
    "staff",
    "subject",
    "ticket",
    "token",
    "user",
    "workspace",
];

/// What of a line is hidden from here on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hide {
    Nothing,
    /// What follows a name: a word, something in quotes or in brackets; after a colon, all up to a comma.
    Value {
        sentence: bool,
    },
    Until(char),
    Sentence,
    /// The rest of an address of the web.
    Query,
}

/// `line` without anything that looks like somebody's. `home` is the person's own folder.
pub fn scrub(line: &str, home: Option<&str>) -> String {
    let line = match home.filter(|home| home.len() > 1) {
        Some(home) => line.replace(home, "~"),
        None => line.to_owned(),
    };
    let mut out = String::with_capacity(line.len());
    let (mut hide, mut before) = (Hide::Nothing, "");
    for piece in line.split_inclusive(is_gap) {
        let (word, gap) = cut(piece);
        let shown = match hide {
            Hide::Until(_) | Hide::Sentence | Hide::Query => "",
            Hide::Value { .. } if !word.is_empty() => HIDDEN,
            Hide::Value { .. } => "",
            Hide::Nothing => said_of(word, before),
        };
        out.push_str(shown);
        let now = next(hide, word, gap, before);
        let silent = matches!(hide, Hide::Until(_) | Hide::Sentence | Hide::Query) && hide == now;
        out.extend(gap.filter(|_| !silent).map(|gap| if gap.is_control() { ' ' } else { gap }));
        if matches!(now, Hide::Until(_)) && hide != now {
            out.push_str(HIDDEN);
        }
        if !word.is_empty() {
            before = word;
        }
        hide = now;
    }
    out
}

const HIDDEN: &str = "[…]";

/// What is hidden after `word` and the `gap` behind it.
fn next(hide: Hide, word: &str, gap: Option<char>, before: &str) -> Hide {
    let quote = gap.filter(|gap| matches!(gap, '"' | '\'' | '`'));
    match (hide, gap) {
        (Hide::Until(end), Some(gap)) if gap == end && !word.ends_with('\\') => Hide::Nothing,
        (Hide::Sentence, Some(',' | ';')) => Hide::Nothing,
        (Hide::Query, Some(gap)) if gap.is_whitespace() || quote.is_some() => Hide::Nothing,
        (Hide::Until(_) | Hide::Sentence | Hide::Query, _) => hide,
        (Hide::Value { .. }, Some('(')) if word.is_empty() => Hide::Until(')'),
        (Hide::Value { .. }, Some(' ' | '=' | ':')) if word.is_empty() => hide,
        (Hide::Value { .. }, _) if word.is_empty() => quote.map_or(Hide::Nothing, Hide::Until),
        (Hide::Value { sentence: true }, Some(gap)) if gap != ',' && gap != ';' => Hide::Sentence,
        (Hide::Value { .. }, _) => Hide::Nothing,
        (Hide::Nothing, gap) => {
            let name = if word.is_empty() { before } else { word };
            match gap {
                Some('(') if name.ends_with("Id") => Hide::Until(')'),
                Some('=') if is_about(name) => Hide::Value { sentence: false },
                Some(':') if is_about(name) => Hide::Value { sentence: true },
                Some(gap) if is_address(word) && !gap.is_whitespace() => Hide::Query,
                _ => Hide::Nothing,
            }
        }
    }
}

/// Whether what is said under this name is somebody's.
fn is_about(name: &str) -> bool {
    let last = name.rsplit(['.', '-', '_']).next().unwrap_or(name);
    ABOUT.contains(&last.to_ascii_lowercase().as_str())
}

/// An address of the web up to its question mark and more.
fn is_address(word: &str) -> bool {
    word.contains('/') && word.contains('?')
}

/// The word, or what stands in its place.
fn said_of<'a>(word: &'a str, before: &str) -> &'a str {
    let long = |run: &str| run.len() >= LONG && run.bytes().any(|b| b.is_ascii_digit());
    if word.contains('@') || word.to_ascii_lowercase().contains("%40") {
        "[address]"
    } else if before.eq_ignore_ascii_case("bearer") || word.starts_with("eyJ") {
        "[token]"
    } else if ["/home/", "/Users/", "/root"].iter().any(|folder| word.starts_with(folder)) {
        "[folder]"
    } else if is_address(word) {
        "[link]"
    } else if is_id(word) {
        "[id]"
    } else if runs(word, |c| c.is_ascii_alphanumeric() || "_-+".contains(c)).any(long) {
        "[long]"
    } else if runs(word, |c| c.is_ascii_digit()).any(|run| run.len() >= DIGITS) {
        "[number]"
    } else {
        word
    }
}

/// `acc_1a2b`, `s-01ab…`: a short word, a joint, and something with a digit in it.
fn is_id(word: &str) -> bool {
    let with = |joint: char, longest: usize, shortest: usize| {
        word.split_once(joint).is_some_and(|(kind, rest)| {
            let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric());
            let kinds = (1..=longest).contains(&kind.len()) && kind.bytes().all(|b| b.is_ascii_lowercase());
            kinds && rest.len() >= shortest && plain(rest) && rest.bytes().any(|b| b.is_ascii_digit())
        })
    };
    with('_', 8, 2) || with('-', 4, 2)
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || c.is_control() || "\"'`=,;:()[]{}<>|".contains(c)
}

fn cut(piece: &str) -> (&str, Option<char>) {
    match piece.chars().next_back().filter(|last| is_gap(*last)) {
        Some(gap) => (piece.strip_suffix(gap).unwrap_or(piece), Some(gap)),
        None => (piece, None),
    }
}

fn runs(word: &str, of: impl Fn(char) -> bool) -> impl Iterator<Item = &str> {
    word.split(move |c| !of(c))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_poisonous_line_loses_its_poison() {
        for (line, gone) in [
            ("mail to karin.kowalski@example.com failed", "karin"),
            ("mailto:karin@example.com", "karin"),
            ("GET https://gate.example/v1/customers?email=karin%40example.com", "karin"),
            ("GET https://gate.example/v1/customers?name=Karin", "Karin"),
            ("token eyJhbGciOiJFZERTQSJ9.eyJzdWIiOjF9.c2ln refused", "eyJ"),
            ("authorization: Bearer abcdef", "abcdef"),
            ("account acc_19fk2 is gone", "19fk2"),
            ("AccountId(harbour-freight) unknown", "harbour"),
            ("StaffId(mara-novak)", "mara"),
            ("session of s-01ab23cd45ef6789", "01ab"),
            ("account=harbour-freight mode=read-only", "harbour"),
            ("handle: \"mara\" signed in", "mara"),
            ("reason = 'imports stopped' given", "imports"),
            ("reason = 'imports stopped' given", "stopped"),
            ("the name: Karin Kowalski, given", "Kowalski"),
            ("user.name=\"Karin Kowalski\" x=1", "Kowalski"),
            (r#"name="Karin \"K\" Kowalski""#, "Kowalski"),
            ("field.ticket=T-20417", "T-20417"),
            ("call +4915112345678 back", "4915"),
            ("hash 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "9f86"),
            ("cookie 2b1c0f6a-7d0e-4a57-9d2b-0a1c2d3e4f50", "2b1c"),
            ("/home/mara/.local/share/doorward/replica.db cannot be read", "mara"),
            ("/srv/people/mara/doorward/lock is held", "mara"),
        ] {
            let out = scrub(line, Some("/srv/people/mara"));
            assert!(!out.contains(gone), "{line} became {out}");
        }
    }

    #[test]
    fn what_stands_around_it_stays() {
        let scrubbed = scrub("WARN a: account=\"acme\" mode=read-only; name: Karin K, code=7", None);
        assert_eq!(scrubbed, "WARN a: account=\"[…]\" mode=read-only; name: […] , code=7");
        assert_eq!(scrub("AccountId(acme) is gone", None), "AccountId([…]) is gone");
        assert_eq!(scrub("GET https://g.example/v1?name=Karin&x=(1) failed", None), "GET https:[link]= failed");
    }

    #[test]
    fn what_helps_support_stays() {
        for line in [
            "2026-11-24T14:02:11.123456Z  INFO doorward_console::shell: code=\"page-loaded\"",
            "2026-11-24T14:02:11.123456Z  WARN doorward_client::follower: the feed is not followed fault=Unreachable",
            "the server did not hear that this console was left code=\"left-unheard\"",
            "the copy of the feed cannot be opened: not the signed root",
            "port 8443, 48302 entries, feed-2",
        ] {
            assert_eq!(scrub(line, Some("/home/mara")), line);
        }
    }

    proptest! {
        #[test]
        fn no_address_survives_wherever_it_stands(before in "[^@]{0,30}", who in "[a-z]{2,9}", after in "\\PC{0,30}") {
            let out = scrub(&format!("{before}{who}.x@mail.example{after}"), None);
            prop_assert!(!out.contains("@mail.example"), "{}", out);
        }

        #[test]
        fn anything_is_a_line_and_stays_one(text in "(?s).{0,200}") {
            let out = scrub(&text, None);
            prop_assert!(!out.contains(['\n', '\r', '\0']));
        }
    }
}
