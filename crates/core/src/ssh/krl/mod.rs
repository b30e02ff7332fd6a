//! OpenSSH's key revocation lists (PROTOCOL.krl): what sshd looks into at each log-in (`RevokedKeys`).
//!
//! sshd lets nobody in by a list that it cannot read, and everybody in by one that names too little. So nothing that it
//! would not read is ever written, and nothing that is not understood is skipped when one is read: a list is read whole
//! or not at all. A list is not signed; that it is ours follows from where it came from.

mod bytes;
mod key;
mod runs;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

use roaring::RoaringTreemap;

pub use key::KeyBlob;

use self::{
    bytes::{Reader, Writer},
    runs::Runs,
};
use super::{Revocations, SshFingerprint};
use crate::time::{Millis, UnixMs};

/// How long a list may be: OpenSSH reads no file that is longer.
pub const LONGEST_KRL: usize = 0x800_0000;

const MAGIC: &[u8; 8] = b"SSHKRL\n\0";
const FORMAT: u32 = 1;
const CERTIFICATES: u8 = 1;
const EXPLICIT_KEY: u8 = 2;
const FINGERPRINT_SHA256: u8 = 5;
const KEY_ID: u8 = 0x23;

/// Why a list cannot be written, or is not read. No text of the list is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KrlError {
    #[error("not a key revocation list: it does not begin as one")]
    Magic,
    #[error("the list has format {0}, and 1 alone is known")]
    Format(u32),
    #[error("the list has flags ({0:#x}), and none are known")]
    Flags(u64),
    #[error("the list says something in a field that is reserved")]
    Reserved,
    #[error("the list ends in the middle of something")]
    Short,
    #[error("a section of the list goes on behind its end")]
    Trailing,
    #[error("the list has a section of kind {0}, which is not known")]
    Section(u8),
    #[error("the list has a section on certificates of kind {0:#x}, which is not known")]
    CertificateSection(u8),
    #[error("a section of the list names nothing")]
    Empty,
    #[error("the serial 0 is a certificate without a serial: it cannot be revoked")]
    SerialZero,
    #[error("a range of serials ends before it begins")]
    BackwardRange,
    #[error("a bitmap is longer than the 16,384 bits that sshd reads")]
    LongBitmap,
    #[error("a bitmap is not a number as it is written here")]
    Bitmap,
    #[error("a bitmap goes on behind the last serial there is")]
    BitmapWraps,
    #[error("a text has a zero byte or is not UTF-8")]
    Text,
    #[error("not the blob of a plain public key")]
    Key,
    #[error("a fingerprint has {0} bytes instead of 32")]
    Fingerprint(usize),
    #[error("keys or fingerprints are not in ascending order")]
    Unordered,
    #[error("the list was made after the end of time")]
    Time,
    #[error("the list has more than 128 MiB, which sshd does not read")]
    TooLong,
}

/// A key revocation list. Two that name the same are equal, however each of them was put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Krl {
    version: u64,
    /// In seconds: a list knows no smaller ones.
    generated: u64,
    comment: String,
    /// By the authority that signed them; none for whichever did.
    certificates: BTreeMap<Option<KeyBlob>, Certificates>,
    keys: BTreeSet<KeyBlob>,
    fingerprints: BTreeSet<SshFingerprint>,
}

/// Which certificates of one authority, or of any, are revoked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Certificates {
    serials: Runs,
    key_ids: BTreeSet<String>,
}

impl Certificates {
    /// Their serials, in ascending runs that neither overlap nor touch.
    pub fn serials(&self) -> impl Iterator<Item = RangeInclusive<u64>> {
        self.serials.iter()
    }

    /// Their key IDs, in ascending order.
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.key_ids.iter().map(String::as_str)
    }
}

impl Krl {
    /// A list that revokes nothing yet. What `generated` has beyond whole seconds is not kept.
    pub fn new(version: u64, generated: UnixMs, comment: &str) -> Result<Self, KrlError> {
        let Millis(since) = generated.since(UnixMs(0));
        Ok(Self {
            version,
            generated: since / 1_000,
            comment: text(comment)?.to_owned(),
            certificates: BTreeMap::new(),
            keys: BTreeSet::new(),
            fingerprints: BTreeSet::new(),
        })
    }

    /// The list of everything that is to be refused on a host. Certificates go by their serials, which are dense over
    /// all authorities; keys and authorities by their fingerprints: sshd refuses a certificate by the key that signed
    /// it as well as by the key that it is for.
    pub fn of(version: u64, generated: UnixMs, comment: &str, revoked: &Revocations) -> Result<Self, KrlError> {
        let mut list = Self::new(version, generated, comment)?;
        list.revoke_serials(&revoked.serials)?;
        list.fingerprints.extend(&revoked.ssh_keys);
        list.fingerprints.extend(&revoked.authorities);
        Ok(list)
    }

    /// Revokes the certificates with these serials, whichever authority signed them.
    pub fn revoke_serials(&mut self, serials: &RoaringTreemap) -> Result<(), KrlError> {
        let mut runs = Runs::default();
        runs.add(serials.iter().map(|serial| (serial, serial)))?;
        self.revoke_runs(None, runs)
    }

    /// Revokes the certificates with the serials in `range`, whichever authority signed them.
    pub fn revoke_range(&mut self, range: RangeInclusive<u64>) -> Result<(), KrlError> {
        let mut runs = Runs::default();
        runs.add([range.into_inner()])?;
        self.revoke_runs(None, runs)
    }

    /// Revokes the certificates with this key ID, whichever authority signed them.
    pub fn revoke_key_id(&mut self, key_id: &str) -> Result<(), KrlError> {
        let key_id = text(key_id)?.to_owned();
        self.certificates.entry(None).or_default().key_ids.insert(key_id);
        Ok(())
    }

    /// Revokes a key, every certificate for it and every certificate by it.
    pub fn revoke_key(&mut self, key: KeyBlob) {
        self.keys.insert(key);
    }

    /// Revokes the key with this fingerprint, every certificate for it and every certificate by it.
    pub fn revoke_fingerprint(&mut self, fingerprint: SshFingerprint) {
        self.fingerprints.insert(fingerprint);
    }

    /// The number by which one who wrote it tells two lists apart.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// When it was made, in whole seconds.
    pub fn generated(&self) -> UnixMs {
        UnixMs(0).plus(Millis::seconds(self.generated))
    }

    /// What its maker says of it.
    pub fn comment(&self) -> &str {
        &self.comment
    }

    /// The certificates revoked, by the authority that signed them; none for whichever did.
    pub fn certificates(&self) -> impl Iterator<Item = (Option<&KeyBlob>, &Certificates)> {
        self.certificates.iter().map(|(ca, known)| (ca.as_ref(), known))
    }

    /// The keys revoked by their whole blobs.
    pub fn keys(&self) -> impl Iterator<Item = &KeyBlob> {
        self.keys.iter()
    }

    /// The keys revoked by their fingerprints.
    pub fn fingerprints(&self) -> impl Iterator<Item = &SshFingerprint> {
        self.fingerprints.iter()
    }

    /// The list as a file; never an empty one, which would revoke nothing. The same list is always the same file.
    pub fn encode(&self) -> Result<Vec<u8>, KrlError> {
        let mut list = Writer::default();
        list.raw(MAGIC);
        list.u32(FORMAT);
        list.u64(self.version);
        list.u64(self.generated);
        list.u64(0);
        list.string(b"")?;
        list.string(self.comment.as_bytes())?;
        for (ca, certificates) in &self.certificates {
            list.section(CERTIFICATES, |section| {
                section.string(ca.as_ref().map_or(b"", KeyBlob::bytes))?;
                section.string(b"")?;
                certificates.serials.encode(section)?;
                strings(section, KEY_ID, certificates.key_ids.iter().map(String::as_bytes))
            })?;
        }
        strings(&mut list, EXPLICIT_KEY, self.keys.iter().map(KeyBlob::bytes))?;
        strings(&mut list, FINGERPRINT_SHA256, self.fingerprints.iter().map(|name| name.bytes().as_slice()))?;
        list.finish()
    }

    /// The list in `file`, refused unless all of it is understood.
    pub fn decode(file: &[u8]) -> Result<Self, KrlError> {
        if file.len() > LONGEST_KRL {
            return Err(KrlError::TooLong);
        }
        let mut file = Reader::new(file.strip_prefix(MAGIC).ok_or(KrlError::Magic)?);
        match file.u32()? {
            FORMAT => {}
            other => return Err(KrlError::Format(other)),
        }
        let (version, generated) = (file.u64()?, file.u64()?);
        match file.u64()? {
            0 => {}
            flags => return Err(KrlError::Flags(flags)),
        }
        reserved(&mut file)?;
        let comment = string(file.string()?)?;
        let seconds = i64::try_from(generated).ok().filter(|seconds| *seconds <= i64::MAX / 1_000);
        let generated = UnixMs(seconds.ok_or(KrlError::Time)?.saturating_mul(1_000));
        let mut list = Self::new(version, generated, comment)?;
        while let Some((kind, mut section)) = file.section()? {
            match kind {
                CERTIFICATES => list.decode_certificates(&mut section)?,
                EXPLICIT_KEY => ascending(&mut section, KeyBlob::new, &mut list.keys)?,
                FINGERPRINT_SHA256 => ascending(&mut section, fingerprint, &mut list.fingerprints)?,
                other => return Err(KrlError::Section(other)),
            }
        }
        Ok(list)
    }

    fn decode_certificates(&mut self, section: &mut Reader<'_>) -> Result<(), KrlError> {
        let ca = match section.string()? {
            b"" => None,
            blob => Some(KeyBlob::new(blob)?),
        };
        reserved(section)?;
        if section.is_empty() {
            return Err(KrlError::Empty);
        }
        let mut runs = Runs::default();
        while let Some((kind, mut inner)) = section.section()? {
            if kind != KEY_ID {
                runs.decode(kind, &mut inner)?;
                continue;
            }
            let key_ids = &mut self.certificates.entry(ca.clone()).or_default().key_ids;
            while !inner.is_empty() {
                key_ids.insert(string(inner.string()?)?.to_owned());
            }
        }
        runs.join();
        self.revoke_runs(ca, runs)
    }

    fn revoke_runs(&mut self, ca: Option<KeyBlob>, runs: Runs) -> Result<(), KrlError> {
        if runs.is_empty() {
            return Ok(());
        }
        self.certificates.entry(ca).or_default().serials.add(runs.pairs())
    }
}

/// A section of strings, unless there are none.
fn strings<'a>(list: &mut Writer, kind: u8, all: impl ExactSizeIterator<Item = &'a [u8]>) -> Result<(), KrlError> {
    if all.len() == 0 {
        return Ok(());
    }
    list.section(kind, |section| {
        for one in all {
            section.string(one)?;
        }
        Ok(())
    })
}

/// The strings of a section, each of them behind the one before.
fn ascending<T: Ord>(
    section: &mut Reader<'_>,
    read: impl Fn(&[u8]) -> Result<T, KrlError>,
    all: &mut BTreeSet<T>,
) -> Result<(), KrlError> {
    let mut before: Option<&[u8]> = None;
    while !section.is_empty() {
        let one = section.string()?;
        if before.is_some_and(|before| one <= before) {
            return Err(KrlError::Unordered);
        }
        all.insert(read(one)?);
        before = Some(one);
    }
    Ok(())
}

fn reserved(section: &mut Reader<'_>) -> Result<(), KrlError> {
    if section.string()?.is_empty() { Ok(()) } else { Err(KrlError::Reserved) }
}

fn fingerprint(bytes: &[u8]) -> Result<SshFingerprint, KrlError> {
    bytes.try_into().map(SshFingerprint::new).map_err(|_| KrlError::Fingerprint(bytes.len()))
}

fn string(bytes: &[u8]) -> Result<&str, KrlError> {
    std::str::from_utf8(bytes).map_err(|_| KrlError::Text).and_then(text)
}

/// sshd ends a text at a zero byte, and refuses the list that has one.
fn text(text: &str) -> Result<&str, KrlError> {
    if text.contains('\0') { Err(KrlError::Text) } else { Ok(text) }
}
