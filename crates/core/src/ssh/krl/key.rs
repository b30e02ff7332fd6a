//! A public key's blob (RFC 4253, section 6.6), looked at before it goes into a list.

use super::{KrlError, bytes::Reader};
use crate::ssh::SshCa;

/// The blob of a plain public key, of a kind that OpenSSH takes and in the shape of that kind. Whether a point lies on its
/// curve is not looked at: sshd compares these blobs and does no sums with them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyBlob(Vec<u8>);

impl KeyBlob {
    /// The blob in `bytes`; refused where it is a certificate's, or no key's as they are known here.
    pub fn new(bytes: &[u8]) -> Result<Self, KrlError> {
        shape(bytes).ok_or(KrlError::Key)?;
        Ok(Self(bytes.to_vec()))
    }

    /// The bytes of it.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<&SshCa> for KeyBlob {
    fn from(ca: &SshCa) -> Self {
        Self(ca.blob())
    }
}

fn shape(blob: &[u8]) -> Option<()> {
    let mut blob = Reader::new(blob);
    match blob.string().ok()? {
        b"ssh-ed25519" => ed25519(&mut blob)?,
        b"sk-ssh-ed25519@openssh.com" => {
            ed25519(&mut blob)?;
            application(&mut blob)?;
        }
        b"ecdsa-sha2-nistp256" => point(&mut blob, b"nistp256", 32)?,
        b"ecdsa-sha2-nistp384" => point(&mut blob, b"nistp384", 48)?,
        b"ecdsa-sha2-nistp521" => point(&mut blob, b"nistp521", 66)?,
        b"sk-ecdsa-sha2-nistp256@openssh.com" => {
            point(&mut blob, b"nistp256", 32)?;
            application(&mut blob)?;
        }
        b"ssh-rsa" => {
            number(&mut blob)?;
            number(&mut blob)?;
        }
        _ => return None,
    }
    blob.end().ok()
}

fn ed25519(blob: &mut Reader<'_>) -> Option<()> {
    (blob.string().ok()?.len() == 32).then_some(())
}

/// The curve's name, and a point that is not pressed together: the one way in which OpenSSH takes it.
fn point(blob: &mut Reader<'_>, curve: &[u8], size: usize) -> Option<()> {
    let named = blob.string().ok()? == curve;
    let (form, coordinates) = blob.string().ok()?.split_first()?;
    (named && *form == 4 && coordinates.len() == size.saturating_mul(2)).then_some(())
}

fn application(blob: &mut Reader<'_>) -> Option<()> {
    let name = std::str::from_utf8(blob.string().ok()?).ok()?;
    (!name.contains('\0')).then_some(())
}

/// A whole number above zero, written without a superfluous byte.
fn number(blob: &mut Reader<'_>) -> Option<()> {
    let good = match blob.string().ok()? {
        [] | [0] => false,
        [0, second, ..] => second & 0x80 != 0,
        [first, ..] => first & 0x80 == 0,
    };
    good.then_some(())
}
