//! The high-water mark: the highest size, epoch and signed time ever seen, kept outside the replica's file, so that
//! an old copy put back in its place is known for what it is.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use doorward_core::{
    feed::tree::{Frontier, Hash},
    time::UnixMs,
};
use serde::{Deserialize, Serialize};

use super::{ReplicaFault, place::Place};
use crate::seal::Row;

const TABLE: &str = "high-water";
const ROW: &str = "mark";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HighWater {
    pub size: u64,
    /// The root at that size.
    pub root: Hash,
    pub epoch: u64,
    pub signed: UnixMs,
}

impl HighWater {
    const NOTHING: Self = Self { size: 0, root: [0; 32], epoch: 0, signed: UnixMs(i64::MIN) };

    /// The mark beside the replica at `place`, raised to what is known from elsewhere. A mark that cannot be read is an
    /// error, never "nothing seen".
    pub fn read(place: &Place) -> Result<Self, ReplicaFault> {
        let known = match place.path().map(|path| fs::read(mark(path))) {
            None => Self::NOTHING,
            Some(Ok(bytes)) => {
                let bytes = place.open(TABLE, Row::Named(ROW), bytes).map_err(|_| unreadable())?;
                serde_json::from_slice(&bytes).map_err(|_| unreadable())?
            }
            Some(Err(error)) if error.kind() == io::ErrorKind::NotFound => Self::NOTHING,
            Some(Err(error)) => return Err(error.into()),
        };
        let Some(floor) = place.floor() else { return Ok(known) };
        let (epoch, signed) = (known.epoch.max(floor.epoch), known.signed.max(floor.signed));
        // What is known from elsewhere has no root: only that so much was seen.
        let longer = floor.size > known.size;
        let (size, root) = if longer { (floor.size, [0; 32]) } else { (known.size, known.root) };
        Ok(Self { size, root, epoch, signed })
    }

    pub fn raised(self, feed: &Frontier, epoch: u64, signed: UnixMs) -> Self {
        let longer = feed.size() > self.size;
        let (size, root) = if longer { (feed.size(), feed.root()) } else { (self.size, self.root) };
        Self { size, root, epoch: self.epoch.max(epoch), signed: self.signed.max(signed) }
    }

    /// Whether `feed` is as long as what was seen, but another.
    pub fn is_forked_by(&self, feed: &Frontier) -> bool {
        self.root != [0; 32] && self.size == feed.size() && self.root != feed.root()
    }

    /// Writes the mark: beside, durable, then in place.
    pub fn write(self, place: &Place) -> Result<(), ReplicaFault> {
        let Some(path) = place.path() else { return Ok(()) };
        let json = serde_json::to_vec(&self).map_err(io::Error::from)?;
        Ok(put(path, &place.close(TABLE, Row::Named(ROW), &json)?)?)
    }
}

fn unreadable() -> ReplicaFault {
    ReplicaFault::HighWater(io::ErrorKind::InvalidData.into())
}

fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (to, beside) = (mark(path), with(path, ".high.new"));
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, &to)?;
    match to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

fn mark(path: &Path) -> PathBuf {
    with(path, ".high")
}

fn with(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
