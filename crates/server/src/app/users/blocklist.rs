//! Passwords that guessers try first: those that very many people have, and those made of nothing but names that are close
//! to the user (NIST SP 800-63B-4, 3.1.1.2). The whole password is looked at: a word in it is no reason to refuse it.

use std::{collections::HashSet, sync::LazyLock};

static LIST: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let lines = include_str!("../../../assets/common-passwords.txt").lines();
    lines.filter(|line| *line != "#" && !line.starts_with("# ")).collect()
});

/// Shorter names stand in too many words.
const SHORTEST_NAME: usize = 3;
/// As many digits beside names are a date, and no more.
const DIGITS_OF_A_DATE: usize = 8;

/// Whether very many people have this password.
pub(super) fn is_common(password: &str) -> bool {
    LIST.contains(password.to_lowercase().as_str())
}

/// The names in `texts`: their words in lower case, the longest first.
pub(super) fn names<'t>(texts: impl IntoIterator<Item = &'t str>) -> Vec<String> {
    let words = texts.into_iter().flat_map(|text| {
        let text = text.to_lowercase();
        let words = text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>();
        words.into_iter().filter(|word| word.chars().count() >= SHORTEST_NAME)
    });
    let mut words: Vec<_> = words.collect::<HashSet<_>>().into_iter().collect();
    words.sort_by_cached_key(|word| (std::cmp::Reverse(word.chars().count()), word.clone()));
    words
}

/// Whether the password is nothing but `names`, signs, and the digits of a date. A letter may be written as a digit or a
/// sign that looks like it.
pub(super) fn is_made_of(password: &str, names: &[String]) -> bool {
    let plain = |c: &char| c.is_alphanumeric() || matches!(c, '@' | '$' | '!');
    let mut left: Vec<char> = password.to_lowercase().chars().filter(plain).collect();
    let whole = left.len();
    for name in names {
        left = without(&left, &name.chars().collect::<Vec<_>>());
    }
    let digits = left.iter().filter(|c| c.is_ascii_digit()).count();
    left.len() < whole && digits <= DIGITS_OF_A_DATE && !left.iter().any(|c| c.is_alphabetic())
}

fn without(text: &[char], name: &[char]) -> Vec<char> {
    let (mut rest, mut left) = (text, Vec::new());
    while let Some((first, behind)) = rest.split_first() {
        let here = rest.split_at_checked(name.len());
        match here.filter(|(here, _)| here.iter().zip(name).all(|(given, of)| looks_like(*given, *of))) {
            Some((_, after)) => rest = after,
            None => {
                left.push(*first);
                rest = behind;
            }
        }
    }
    left
}

fn looks_like(given: char, letter: char) -> bool {
    given == letter
        || match given {
            '0' => letter == 'o',
            '1' | '!' => matches!(letter, 'i' | 'l'),
            '3' => letter == 'e',
            '4' | '@' => letter == 'a',
            '5' | '$' => letter == 's',
            '7' => letter == 't',
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole_and_nothing_of_its_head_is_in_it() {
        assert!(LIST.len() > 2_000);
        assert!(LIST.iter().all(|one| one.len() >= 10 && *one == one.to_lowercase()));
        assert!(!LIST.iter().any(|one| one.contains("Copyright") || one.len() > 64));
    }

    #[test]
    fn what_very_many_have_is_common_however_it_is_written() {
        assert!(is_common("vrbgqns997") && is_common("VRBGQNS997"));
        assert!(!is_common("vrbgqns998") && !is_common("seven quiet herons 41"));
    }

    #[test]
    fn names_and_a_date_alone_are_refused_and_names_among_other_words_are_not() {
        let names = names(["ada.lovelace@acme.example", "Ada Lovelace", "Acme Trading", "Northwind", "x"]);
        assert_eq!(names.first().map(String::as_str), Some("northwind"));
        for bad in [
            "ada.lovelace",
            "AdaAcme2026!",
            "acme-trading-28.11.2026",
            "n0rthw!nd n0rthw!nd",
            "4dalove1ace",
            "@cm3@cm3@cm3",
        ] {
            assert!(is_made_of(bad, &names), "{bad}");
        }
        for good in ["acme keeps quiet herons", "northwinder x", "ada 830571926", "28112026", "seven herons", ""] {
            assert!(!is_made_of(good, &names), "{good}");
        }
    }
}
