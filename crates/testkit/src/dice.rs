//! Seeded dice: the same seed and place give the same throws, on every machine and in every order of asking.
//!
//! NO SECURITY: whoever knows the seed knows every throw. For tests and the sample world alone.

use aws_lc_rs::digest;
use rand::{Rng, RngCore, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;

/// Dice for one place: a place is any text, so that drawing one thing never shifts another.
#[derive(Clone, Debug)]
pub struct Dice(ChaCha8Rng);

impl Dice {
    pub fn new(seed: u64, place: &str) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(&seed.to_be_bytes());
        context.update(place.as_bytes());
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(context.finish().as_ref()).for_each(|(to, from)| *to = *from);
        Self(ChaCha8Rng::from_seed(bytes))
    }

    /// A number from `low` to `high`, both included; `low` where there is no such number.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        if low >= high { low } else { self.0.random_range(low..=high) }
    }

    /// As [`Dice::between`], for counts.
    pub fn count(&mut self, low: usize, high: usize) -> usize {
        if low >= high { low } else { self.0.random_range(low..=high) }
    }

    /// True in `share` of a hundred throws.
    pub fn percent(&mut self, share: u32) -> bool {
        self.0.random_ratio(share.min(100), 100)
    }

    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.choose(&mut self.0)
    }

    /// One of the words; the empty word where there is none.
    pub fn word(&mut self, words: &[&'static str]) -> &'static str {
        self.pick(words).copied().unwrap_or_default()
    }

    /// Some letters of an alphabet.
    pub fn letters(&mut self, length: usize, alphabet: &[u8]) -> String {
        (0..length).filter_map(|_| self.pick(alphabet).map(|byte| char::from(*byte))).collect()
    }
}

impl RngCore for Dice {
    fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_place_throw_the_same() {
        let throw = |seed, place| Dice::new(seed, place).next_u64();
        assert_eq!(throw(1, "a"), throw(1, "a"));
        assert_ne!(throw(1, "a"), throw(1, "b"));
        assert_ne!(throw(1, "a"), throw(2, "a"));
    }

    #[test]
    fn throws_stay_within_their_bounds() {
        let mut dice = Dice::new(7, "bounds");
        for _ in 0..200 {
            assert!((3..=5).contains(&dice.between(3, 5)));
            assert!((0..=2).contains(&dice.count(0, 2)));
            assert!(!dice.percent(0));
            assert!(dice.percent(100));
        }
        assert_eq!(dice.between(9, 2), 9);
        assert_eq!(dice.word(&[]), "");
        assert_eq!(dice.letters(12, b"ab").len(), 12);
    }
}
