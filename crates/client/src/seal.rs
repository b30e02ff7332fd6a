//! The seal: values that lie on the disk so that only the holder of the key can read them, and only where they belong.
//!
//! Each value is sealed by AES-256-GCM-SIV under a nonce of its own and bound to its place: one that was changed, or
//! put in another's place, does not open. What it does not hide is how long a value is. Old values that are put back
//! whole are known by what is signed in them, not here.

use std::{fmt, sync::Arc};

use aws_lc_rs::{
    aead::{AES_256_GCM_SIV, Aad, Nonce, RandomizedNonceKey},
    hkdf::{HKDF_SHA256, KeyType, Salt},
};
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const NONCE: usize = 12;

/// A sealed value could not be opened, or one could not be sealed. It says no more: whoever tries gets no hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value does not open")]
pub struct SealFault;

/// Seals and opens values. Clones share the key.
#[derive(Clone)]
pub struct Seal(Arc<RandomizedNonceKey>);

/// Thirty-two secret bytes from which seals are made: shown nowhere, gone from memory with it.
#[derive(Clone)]
pub struct Secret32(Zeroizing<[u8; 32]>);

struct Bytes32;

impl KeyType for Bytes32 {
    fn len(&self) -> usize {
        32
    }
}

impl Secret32 {
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Where they are thirty-two.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::new)
    }

    /// New ones.
    pub fn random() -> Result<Self, SealFault> {
        let mut secret = Self::new([0; 32]);
        aws_lc_rs::rand::fill(secret.0.as_mut_slice()).map_err(|_| SealFault)?;
        Ok(secret)
    }

    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// The seal for one purpose: of one secret each purpose has a key of its own (HKDF-SHA256).
    pub fn seal(&self, purpose: &str) -> Result<Seal, SealFault> {
        let mut key = Zeroizing::new([0_u8; 32]);
        let drawn = Salt::new(HKDF_SHA256, &[]).extract(self.0.as_slice());
        let info = [purpose.as_bytes()];
        drawn.expand(&info, Bytes32).and_then(|okm| okm.fill(key.as_mut_slice())).map_err(|_| SealFault)?;
        Seal::new(&key)
    }
}

impl Seal {
    fn new(key: &[u8; 32]) -> Result<Self, SealFault> {
        Ok(Self(Arc::new(RandomizedNonceKey::new(&AES_256_GCM_SIV, key).map_err(|_| SealFault)?)))
    }

    /// Seals `value` for `place`: a version, the nonce, and what only the key opens.
    pub fn close(&self, place: &Spot<'_>, value: &[u8]) -> Result<Vec<u8>, SealFault> {
        let mut sealed = value.to_vec();
        let nonce = self.0.seal_in_place_append_tag(Aad::from(place.bytes()), &mut sealed).map_err(|_| SealFault)?;
        Ok([[VERSION].as_slice(), nonce.as_ref(), &sealed].concat())
    }

    /// Opens what was sealed for `place`.
    pub fn open(&self, place: &Spot<'_>, sealed: &[u8]) -> Result<Vec<u8>, SealFault> {
        let (&version, rest) = sealed.split_first().ok_or(SealFault)?;
        let (nonce, rest) = rest.split_at_checked(NONCE).ok_or(SealFault)?;
        if version != VERSION {
            return Err(SealFault);
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealFault)?;
        let mut value = rest.to_vec();
        let length = self.0.open_in_place(nonce, Aad::from(place.bytes()), &mut value).map_err(|_| SealFault)?.len();
        value.truncate(length);
        Ok(value)
    }
}

/// Where a sealed value belongs: a table or file, and the row in it.
#[derive(Debug, Clone, Copy)]
pub struct Spot<'a> {
    pub table: &'a str,
    pub row: Row<'a>,
}

#[derive(Debug, Clone, Copy)]
pub enum Row<'a> {
    Named(&'a str),
    Numbered(u64),
}

impl Spot<'_> {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = [self.table.as_bytes(), b"\0"].concat();
        match self.row {
            Row::Named(name) => bytes.extend([b"n".as_slice(), name.as_bytes()].concat()),
            Row::Numbered(number) => bytes.extend([b"#".as_slice(), &number.to_be_bytes()].concat()),
        }
        bytes
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(…)")
    }
}

impl fmt::Debug for Secret32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret32(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Spot<'_> = Spot { table: "entries", row: Row::Numbered(7) };

    fn seal() -> Seal {
        Secret32::new([9; 32]).seal("test").unwrap()
    }

    #[test]
    fn what_was_sealed_opens_in_its_place_and_looks_like_nothing() {
        let (one, other) = (seal().close(&HERE, b"Northwind").unwrap(), seal().close(&HERE, b"Northwind").unwrap());
        assert_ne!(one, other, "each has a nonce of its own");
        assert!(!one.windows(4).any(|bytes| bytes == b"Nort"));
        assert_eq!(seal().open(&HERE, &one).unwrap(), b"Northwind");
    }

    #[test]
    fn what_was_changed_cut_or_moved_is_refused() {
        let sealed = seal().close(&HERE, b"Northwind").unwrap();
        for n in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[n] ^= 1;
            assert_eq!(seal().open(&HERE, &changed), Err(SealFault), "byte {n}");
            assert_eq!(seal().open(&HERE, &sealed[..n]), Err(SealFault), "cut at {n}");
        }
        let elsewhere = [
            Spot { table: "entries", row: Row::Numbered(8) },
            Spot { table: "statements", row: Row::Numbered(7) },
            Spot { table: "entries", row: Row::Named("\0\0\0\0\0\0\0\u{7}") },
        ];
        for place in elsewhere {
            assert_eq!(seal().open(&place, &sealed), Err(SealFault), "{place:?}");
        }
    }

    #[test]
    fn another_secret_and_another_purpose_open_nothing() {
        let sealed = seal().close(&HERE, b"Northwind").unwrap();
        let others = [Secret32::new([8; 32]).seal("test"), Secret32::new([9; 32]).seal("other")];
        for other in others {
            assert_eq!(other.unwrap().open(&HERE, &sealed), Err(SealFault));
        }
    }

    #[test]
    fn no_secret_is_in_debug_output() {
        let secret = Secret32::new([0xAB; 32]);
        assert_eq!(format!("{secret:?} {:?}", secret.seal("test").unwrap()), "Secret32(…) Seal(…)");
    }
}
