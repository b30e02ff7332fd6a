//! Signed notes as C2SP's signed-note.md has them, with one Ed25519 signature.
//!
//! A note is a text that ends in a newline, an empty line, and signature lines `— <name> <base64(key id ‖ signature)>`.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::STANDARD};

use super::tree::plain_hash;

/// Longest note in bytes.
pub const MAX_NOTE_BYTES: usize = 4_096;
const ED25519_TYPE: u8 = 1;

/// What is wrong with a note or a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteFault {
    #[error("the note is not in the signed-note form")]
    Malformed,
    #[error("the note carries no signature by the trusted key")]
    NotSigned,
    #[error("the note's signature does not verify")]
    BadSignature,
    #[error("the key is not an Ed25519 key in the form name+id+base64")]
    BadKey,
}

fn key_id(name: &str, public: &[u8]) -> [u8; 4] {
    let mut bytes = Vec::from(name.as_bytes());
    bytes.extend([b'\n', ED25519_TYPE]);
    bytes.extend(public);
    let [a, b, c, d, ..] = plain_hash(&bytes);
    [a, b, c, d]
}

fn valid_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c == '+' || c.is_control())
}

/// A key that signs notes under a name. Its Debug shows the name alone.
pub struct NoteSigner {
    name: String,
    pair: Ed25519KeyPair,
}

impl NoteSigner {
    /// A signer called `name` from a 32-byte Ed25519 seed.
    pub fn from_seed(name: &str, seed: &[u8]) -> Result<Self, NoteFault> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NoteFault::BadKey)?;
        if valid_name(name) { Ok(Self { name: name.to_owned(), pair }) } else { Err(NoteFault::BadKey) }
    }

    /// The key that verifies this signer's notes.
    pub fn verifier(&self) -> NoteVerifier {
        NoteVerifier { name: self.name.clone(), public: self.pair.public_key().as_ref().to_vec() }
    }

    /// The note that says `text`, which must end in a newline.
    pub fn sign(&self, text: &str) -> String {
        let mut blob = key_id(&self.name, self.pair.public_key().as_ref()).to_vec();
        blob.extend(self.pair.sign(text.as_bytes()).as_ref());
        format!("{text}\n\u{2014} {} {}\n", self.name, STANDARD.encode(blob))
    }
}

impl fmt::Debug for NoteSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NoteSigner").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The public half: who is believed, under which name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteVerifier {
    name: String,
    public: Vec<u8>,
}

impl NoteVerifier {
    /// Reads the C2SP verifier-key form `name+hex(id)+base64(type ‖ key)`.
    pub fn parse(vkey: &str) -> Result<Self, NoteFault> {
        let mut parts = vkey.trim().splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteFault::BadKey);
        };
        let bytes = STANDARD.decode(key).map_err(|_| NoteFault::BadKey)?;
        let [ED25519_TYPE, public @ ..] = bytes.as_slice() else { return Err(NoteFault::BadKey) };
        let told = u32::from_str_radix(id, 16).map_err(|_| NoteFault::BadKey)?;
        let right = u32::from_be_bytes(key_id(name, public)) == told;
        if !valid_name(name) || public.len() != 32 || id.len() != 8 || !right {
            return Err(NoteFault::BadKey);
        }
        Ok(Self { name: name.to_owned(), public: public.to_vec() })
    }

    /// The C2SP verifier-key form.
    pub fn vkey(&self) -> String {
        let mut bytes = vec![ED25519_TYPE];
        bytes.extend(&self.public);
        let id = u32::from_be_bytes(key_id(&self.name, &self.public));
        format!("{}+{id:08x}+{}", self.name, STANDARD.encode(bytes))
    }

    /// Whether both are one key, whatever it is called.
    pub fn same_key(&self, other: &Self) -> bool {
        self.public == other.public
    }

    /// The text of `note`, where this key has signed it.
    pub fn open<'n>(&self, note: &'n str) -> Result<&'n str, NoteFault> {
        let (text, signatures) = split(note)?;
        let id = key_id(&self.name, &self.public);
        let mut ours = signatures.filter(|line| line.name == self.name && line.blob.starts_with(&id));
        let line = ours.next().ok_or(NoteFault::NotSigned)?;
        if ours.next().is_some() {
            return Err(NoteFault::Malformed);
        }
        let signature = line.blob.get(4..).unwrap_or_default();
        let key = UnparsedPublicKey::new(&ED25519, &self.public);
        key.verify(text.as_bytes(), signature).map_err(|_| NoteFault::BadSignature)?;
        Ok(text)
    }
}

struct SignatureLine<'n> {
    name: &'n str,
    blob: Vec<u8>,
}

fn split(note: &str) -> Result<(&str, impl Iterator<Item = SignatureLine<'_>>), NoteFault> {
    if note.len() > MAX_NOTE_BYTES || note.chars().any(|c| c.is_control() && c != '\n') {
        return Err(NoteFault::Malformed);
    }
    let cut = note.rfind("\n\n").ok_or(NoteFault::Malformed)?;
    let (text, rest) = note.split_at(cut.saturating_add(1));
    let lines: Option<Vec<_>> = rest
        .strip_prefix('\n')
        .and_then(|r| r.strip_suffix('\n'))
        .and_then(|lines| lines.split('\n').map(signature_line).collect());
    let lines = lines.filter(|l| !l.is_empty()).ok_or(NoteFault::Malformed)?;
    Ok((text, lines.into_iter()))
}

fn signature_line(line: &str) -> Option<SignatureLine<'_>> {
    let (name, blob) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    let blob = STANDARD.decode(blob).ok()?;
    (valid_name(name) && blob.len() > 4).then_some(SignatureLine { name, blob })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example key and note of golang.org/x/mod/sumdb/note's package documentation.
    #[test]
    fn another_implementation_s_note_verifies() {
        let vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let text =
            "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
        let note = format!(
            "{text}\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
        );
        let verifier = NoteVerifier::parse(vkey).unwrap();
        assert_eq!(verifier.open(&note), Ok(text));
        assert_eq!(verifier.vkey(), vkey);
    }

    #[test]
    fn a_note_that_was_touched_is_refused() {
        let signer = NoteSigner::from_seed("log.example", &[7; 32]).unwrap();
        let note = signer.sign("a\nb\n");
        let verifier = signer.verifier();
        assert_eq!(verifier.open(&note), Ok("a\nb\n"));
        assert_eq!(verifier.open(&note.replace("b\n\n", "c\n\n")), Err(NoteFault::BadSignature));
        let other = NoteSigner::from_seed("log.example", &[8; 32]).unwrap();
        assert_eq!(other.verifier().open(&note), Err(NoteFault::NotSigned));
        let renamed = NoteSigner::from_seed("log.other", &[7; 32]).unwrap();
        assert_eq!(renamed.verifier().open(&note), Err(NoteFault::NotSigned));
        for bad in ["", "a\n", "a\n\n", "a\n\n\u{2014} x\n", &note[..note.len() - 1], &note.replace('\n', "\r\n")] {
            assert_eq!(verifier.open(bad), Err(NoteFault::Malformed), "{bad:?}");
        }
    }

    #[test]
    fn a_verifier_key_with_a_wrong_id_is_refused() {
        let vkey = NoteSigner::from_seed("log", &[7; 32]).unwrap().verifier().vkey();
        assert!(NoteVerifier::parse(&vkey).is_ok());
        assert_eq!(NoteVerifier::parse(&vkey.replacen("log+", "lag+", 1)), Err(NoteFault::BadKey));
        assert_eq!(NoteVerifier::parse("log"), Err(NoteFault::BadKey));
    }
}
