//! Where a replica lies: plain where it is read unattended, sealed where a person's key opens it, or nowhere.

use std::path::{Path, PathBuf};

use doorward_core::time::UnixMs;
use serde::{Deserialize, Serialize};

use super::ReplicaFault;
use crate::seal::{Row, Seal, Spot};

/// Where a replica lies.
#[derive(Debug, Clone)]
pub enum Place {
    /// In a file that whoever may read it can read: a gateway starts by itself.
    Plain(PathBuf),
    /// In a file whose every value is sealed. What was seen before may be known from elsewhere as well.
    Sealed { path: PathBuf, seal: Seal, floor: Option<Floor> },
    /// In memory alone: nothing of it is ever on a disk.
    Memory,
}

/// The size, epoch and signed time below which a copy is known to be an old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    pub size: u64,
    pub epoch: u64,
    pub signed: UnixMs,
}

impl Place {
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::Plain(path) | Self::Sealed { path, .. } => Some(path),
            Self::Memory => None,
        }
    }

    pub(super) fn floor(&self) -> Option<Floor> {
        match self {
            Self::Sealed { floor, .. } => *floor,
            Self::Plain(_) | Self::Memory => None,
        }
    }

    /// A value as it lies there.
    pub(super) fn close(&self, table: &str, row: Row<'_>, value: &[u8]) -> Result<Vec<u8>, ReplicaFault> {
        match self {
            Self::Sealed { seal, .. } => Ok(seal.close(&Spot { table, row }, value)?),
            Self::Plain(_) | Self::Memory => Ok(value.to_vec()),
        }
    }

    /// A value that lies there.
    pub(super) fn open(&self, table: &str, row: Row<'_>, value: Vec<u8>) -> Result<Vec<u8>, ReplicaFault> {
        match self {
            Self::Sealed { seal, .. } => Ok(seal.open(&Spot { table, row }, &value)?),
            Self::Plain(_) | Self::Memory => Ok(value),
        }
    }
}
