//! What lies beside a cache in the open: whose it is, which credential brings its key back, and the key, wrapped.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::id::{KeySerial, StaffId};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::seal::{Row, SealFault, Secret32, Spot};

const FILE: &str = "lock.json";

/// A member of staff and one of their keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub staff: StaffId,
    pub key: KeySerial,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lock {
    /// Names the cache in the keyring, and says nothing.
    pub id: String,
    pub staff: StaffId,
    pub key: KeySerial,
    #[serde(serialize_with = "write_bytes", deserialize_with = "read_bytes")]
    pub credential: Vec<u8>,
    /// The cache's key under the hardware key's secret; absent where the keyring has it.
    #[serde(serialize_with = "write_some", deserialize_with = "read_some")]
    wrapped: Option<Vec<u8>>,
}

impl Lock {
    pub fn in_keyring(holder: &Holder, credential: &[u8]) -> Result<Self, SealFault> {
        let Holder { staff, key } = holder.clone();
        let id = URL_SAFE_NO_PAD.encode(Secret32::random()?.expose());
        Ok(Self { id, staff, key, credential: credential.to_vec(), wrapped: None })
    }

    pub fn wrapping(
        holder: &Holder,
        credential: &[u8],
        cache_key: &Secret32,
        secret: &Secret32,
    ) -> Result<Self, SealFault> {
        let lock = Self::in_keyring(holder, credential)?;
        let place = lock.place();
        let wrapped = wrap(secret)?.close(&Spot { table: "lock", row: Row::Named(&place) }, cache_key.expose())?;
        Ok(Self { wrapped: Some(wrapped), ..lock })
    }

    /// The cache's key, where this is the hardware key's secret and the lock is as it was made.
    pub fn unwrap(&self, secret: &Secret32) -> Result<Secret32, SealFault> {
        let place = self.place();
        let wrapped = self.wrapped.as_ref().ok_or(SealFault)?;
        let opened = wrap(secret)?.open(&Spot { table: "lock", row: Row::Named(&place) }, wrapped)?;
        Secret32::of(&zeroize::Zeroizing::new(opened)).ok_or(SealFault)
    }

    pub fn is_of(&self, holder: &Holder, credential: &[u8]) -> bool {
        self.staff == holder.staff && self.key == holder.key && self.credential == credential
    }

    pub fn is_in_keyring(&self) -> bool {
        self.wrapped.is_none()
    }

    /// The wrapped key belongs to all of this: none of it can be changed.
    fn place(&self) -> String {
        format!("{} {} {} {}", self.id, self.staff, self.key.0, URL_SAFE_NO_PAD.encode(&self.credential))
    }

    pub fn read(folder: &Path) -> io::Result<Self> {
        Ok(serde_json::from_slice(&fs::read(folder.join(FILE))?)?)
    }

    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let beside: PathBuf = folder.join("lock.new");
        fs::write(&beside, serde_json::to_vec(self)?)?;
        fs::rename(beside, folder.join(FILE))
    }
}

fn wrap(secret: &Secret32) -> Result<crate::seal::Seal, SealFault> {
    secret.seal("doorward/offline-cache/v1/wrap")
}

fn write_bytes<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&URL_SAFE_NO_PAD.encode(bytes))
}

fn read_bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    URL_SAFE_NO_PAD.decode(String::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn write_some<S: Serializer>(bytes: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
    bytes.as_ref().map(|bytes| URL_SAFE_NO_PAD.encode(bytes)).serialize(serializer)
}

fn read_some<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| URL_SAFE_NO_PAD.decode(text)).transpose().map_err(D::Error::custom)
}
