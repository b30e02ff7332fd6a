//! Tokens, codes and ceremony ids: drawn here, shown once, kept as SHA-256 alone.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    feed::tree::{Hash, plain_hash},
    wire::Secret,
};

use super::{Answer, App};

/// Letters and digits that nobody takes for one another.
const PLAIN: &[u8; 32] = b"23456789abcdefghjkmnpqrstuvwxyz0";

impl App {
    /// 256 random bits as text, and the hash by which they are known again.
    pub(super) fn draw_secret(&self) -> Answer<(Secret, Hash)> {
        let mut bytes = [0; 32];
        self.dice.fill(&mut bytes)?;
        let text = URL_SAFE_NO_PAD.encode(bytes);
        let hash = hash_secret(&text);
        Ok((Secret(text), hash))
    }

    /// A code a person can type: 100 random bits in five groups of four.
    pub(super) fn draw_code(&self) -> Answer<(Secret, Hash)> {
        self.draw_letters::<20>()
    }

    /// The same, of 80 random bits in four groups.
    pub(super) fn draw_recovery_code(&self) -> Answer<(Secret, Hash)> {
        self.draw_letters::<16>()
    }

    fn draw_letters<const N: usize>(&self) -> Answer<(Secret, Hash)> {
        let mut bytes = [0; N];
        self.dice.fill(&mut bytes)?;
        let mut text = String::new();
        for (at, byte) in bytes.iter().enumerate() {
            if at > 0 && at.is_multiple_of(4) {
                text.push('-');
            }
            text.push(char::from(PLAIN.get(usize::from(byte % 32)).copied().unwrap_or(b'2')));
        }
        let hash = hash_code(&text);
        Ok((Secret(text), hash))
    }
}

/// The hash of a secret as it was drawn.
pub(super) fn hash_secret(text: &str) -> Hash {
    plain_hash(text.as_bytes())
}

/// The hash of a code as people type it: case, spaces and hyphens do not count.
pub(super) fn hash_code(text: &str) -> Hash {
    let plain: String =
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).take(64).collect();
    plain_hash(plain.as_bytes())
}
