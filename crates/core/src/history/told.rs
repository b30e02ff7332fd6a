//! What is told beside a record: a person's name, a ticket and a reason. The record holds a salted hash of them.
//!
//! Without the salt nobody finds out by trying what was erased; with salt and text anybody sees that it was said then.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::feed::tree::{Hash, plain_hash};

const LABEL: &[u8] = b"doorward-told/v1\n";

/// The salted hash of what was told: 32 bytes, in base64 where it is text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Commitment(Hash);

impl TryFrom<String> for Commitment {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        hash(&text).map(Self).ok_or("not a hash in base64")
    }
}

impl From<Commitment> for String {
    fn from(commitment: Commitment) -> Self {
        STANDARD.encode(commitment.0)
    }
}

/// What the customer is told of a session's opening. Its Debug keeps silent: it is about people.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// What the person is called, as it stood in the directory then.
    pub name: String,
    pub ticket: Option<String>,
    pub reason: String,
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Told").finish_non_exhaustive()
    }
}

/// What was told, with the salt that opens the commitment to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// 32 random bytes, drawn for this record alone.
    pub salt: [u8; 32],
    pub told: Told,
}

impl Opened {
    /// What the record holds: SHA-256 over a label, the salt, and the told as JSON without white space.
    pub fn commitment(&self) -> Commitment {
        let mut bytes = LABEL.to_vec();
        bytes.extend(self.salt);
        bytes.extend(serde_json::to_vec(&self.told).unwrap_or_default());
        Commitment(plain_hash(&bytes))
    }
}

/// 32 bytes in base64.
pub(super) fn hash(text: &str) -> Option<Hash> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_salt_or_another_word_is_another_commitment_and_nothing_shows_itself() {
        let told = Told { name: "Maya".to_owned(), ticket: Some("T-1".to_owned()), reason: "an import".to_owned() };
        let opened = Opened { salt: [1; 32], told };
        assert_eq!(opened.commitment(), opened.clone().commitment());
        let other_salt = Opened { salt: [2; 32], ..opened.clone() };
        let mut other_word = opened.clone();
        other_word.told.ticket = None;
        assert!(opened.commitment() != other_salt.commitment() && opened.commitment() != other_word.commitment());
        assert!(!format!("{opened:?}").contains("Maya"));
        let text = serde_json::to_string(&opened.commitment()).unwrap();
        assert_eq!(serde_json::from_str::<Commitment>(&text).unwrap(), opened.commitment());
        assert!(serde_json::from_str::<Commitment>("\"AAAA\"").is_err());
    }
}
