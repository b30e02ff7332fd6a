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

    /// The mark beside the replica at `path`. A mark that cannot be read is an error, never "nothing seen".
    pub fn read(path: &Path) -> io::Result<Self> {
        match fs::read(mark(path)) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|_| io::ErrorKind::InvalidData.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::NOTHING),
            Err(error) => Err(error),
        }
    }

    pub fn raised(self, feed: &Frontier, epoch: u64, signed: UnixMs) -> Self {
        let longer = feed.size() > self.size;
        let (size, root) = if longer { (feed.size(), feed.root()) } else { (self.size, self.root) };
        Self { size, root, epoch: self.epoch.max(epoch), signed: self.signed.max(signed) }
    }

    /// Whether `feed` is as long as what was seen, but another.
    pub fn is_forked_by(&self, feed: &Frontier) -> bool {
        self.size > 0 && self.size == feed.size() && self.root != feed.root()
    }

    /// Writes the mark: beside, durable, then in place.
    pub fn write(self, path: &Path) -> io::Result<()> {
        let (to, beside) = (mark(path), with(path, ".high.new"));
        let mut file = File::create(&beside)?;
        file.write_all(&serde_json::to_vec(&self)?)?;
        file.sync_all()?;
        fs::rename(&beside, &to)?;
        match to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
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
