//! Ids: checked text for what others name, dense serials for what the server numbers.
//!
//! An id never carries a name, an e-mail address or any other personal datum, and is never split or joined:
//! the whole string is the identity.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest text id in bytes.
pub const MAX_ID_BYTES: usize = 64;

/// A text that is not an id: ids are 1 to 64 of `a-z`, `0-9` and `-`, and begin with a letter or digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: use 1 to 64 lower-case letters, digits and hyphens, beginning with a letter or digit")]
pub struct InvalidId;

fn check(text: &str) -> Result<(), InvalidId> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let first = text.bytes().next().ok_or(InvalidId)?;
    let all = text.bytes().all(|b| plain(b) || b == b'-');
    if plain(first) && all && text.len() <= MAX_ID_BYTES { Ok(()) } else { Err(InvalidId) }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schema(value_type = String, pattern = "^[a-z0-9][a-z0-9-]{0,63}$")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id in `text`, or [`InvalidId`].
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                check(text).map(|()| Self(text.into()))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(&text)
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.as_ref().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
    };
}

text_id!(
    /// A customer of the vendor, by the vendor's own id.
    AccountId
);
text_id!(
    /// An employee of the vendor.
    StaffId
);
text_id!(
    /// A user of an account, by the vendor's own opaque id.
    UserId
);
text_id!(
    /// One gateway's journal, by the id that the journal got when it was begun.
    GatewayId
);

text_id!(
    /// A server host, by the operator's own id: the one principal of every certificate for it.
    HostId
);

macro_rules! serial {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = u64, minimum = 1)]
        pub struct $name(pub u64);

        impl $name {
            /// The first serial.
            pub const FIRST: Self = Self(1);

            /// The serial after this one.
            #[must_use]
            pub fn next(self) -> Self {
                Self(self.0.saturating_add(1))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
    };
}

serial!(
    /// An entry's place in the feed, from 1 without gaps.
    Seq
);
serial!(
    /// One enabling of a setting.
    GrantSerial
);
serial!(
    /// One staff key.
    KeySerial
);
serial!(
    /// One session.
    SessionSerial
);
serial!(
    /// One sign-in.
    SignInSerial
);

serial!(
    /// One SSH certificate.
    CertificateSerial
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_plain_text_or_nothing() {
        for good in ["a", "a-1", "0", &"x".repeat(64)] {
            assert!(AccountId::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "A", "a/b", "a,b", "a:b", "a\0", "a\n", "ä", "a.b", "a@b", &"x".repeat(65)] {
            assert_eq!(AccountId::parse(bad), Err(InvalidId), "{bad:?}");
        }
    }

    #[test]
    fn a_bad_id_is_refused_when_decoded() {
        assert!(serde_json::from_str::<StaffId>("\"no good\"").is_err());
    }
}
