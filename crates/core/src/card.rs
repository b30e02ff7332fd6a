//! Card numbers never reach us. A text that looks like one is refused before it is kept anywhere.

/// Whether 13 to 19 digits in `text`, in groups with a space or hyphen between them or in one, begin as cards do (2 to 6)
/// and pass the check of card numbers (ISO/IEC 7812-1, annex B). Part of a longer group is no card number.
pub fn looks_like_a_card(text: &str) -> bool {
    let (mut digits, mut edges): (Vec<u8>, Vec<usize>) = (Vec::new(), vec![0]);
    let mut apart = false;
    for c in text.chars().chain(['.']) {
        match c.to_digit(10).and_then(|digit| u8::try_from(digit).ok()) {
            Some(digit) => {
                digits.push(digit);
                apart = false;
            }
            None if (c == ' ' || c == '-') && !apart => {
                edges.push(digits.len());
                apart = true;
            }
            None => {
                edges.push(digits.len());
                if has_card(&digits, &edges) {
                    return true;
                }
                digits.clear();
                edges = vec![0];
                apart = false;
            }
        }
    }
    false
}

fn has_card(digits: &[u8], edges: &[usize]) -> bool {
    let groups = |from: usize| edges.iter().filter_map(move |to| digits.get(from..*to));
    let fits = |card: &[u8]| {
        (13..=19).contains(&card.len()) && card.first().is_some_and(|first| (2..=6).contains(first)) && passes(card)
    };
    edges.iter().any(|from| groups(*from).any(fits))
}

fn passes(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let value = u32::from(*digit) * if at.is_multiple_of(2) { 1 } else { 2 };
            if value > 9 { value.saturating_sub(9) } else { value }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers_are_seen_however_they_are_spaced() {
        for card in
            ["4242424242424242", "my card is 4242 4242 4242 4242, thanks", "3782-822463-10005", "6011111111111117"]
        {
            assert!(looks_like_a_card(card), "{card}");
        }
    }

    #[test]
    fn other_numbers_are_not() {
        for other in ["4242424242424241", "0000000000000000", "T-20417", "+49 30 1234567", "2026-11-25 10:00", ""] {
            assert!(!looks_like_a_card(other), "{other}");
        }
    }
}
