//! What the console said lately: kept in memory, bounded, and written into one flat file when somebody asks for it to
//! hand it to support. It leaves this machine only by that person's hands.

mod scrub;

use std::{
    collections::VecDeque,
    env,
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use doorward_core::time::UnixMs;
use tracing_subscriber::fmt::MakeWriter;

pub use scrub::scrub;

/// So much is kept, the newest last.
const MOST_BYTES: usize = 512 * 1024;
/// So much of one line.
const MOST_OF_A_LINE: usize = 2_000;
/// So many logs of one moment have room beside each other.
const MOST_BESIDE: u32 = 50;

/// The last lines, shared between whoever writes and whoever saves.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    lines: VecDeque<String>,
    bytes: usize,
}

impl Lines {
    fn push(&self, line: &str) {
        let end = line.char_indices().map(|(at, _)| at).take_while(|at| *at <= MOST_OF_A_LINE).last().unwrap_or(0);
        let line = if line.len() > MOST_OF_A_LINE { line.get(..end).unwrap_or_default() } else { line };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bytes = kept.bytes.saturating_add(line.len());
        kept.lines.push_back(line.to_owned());
        while kept.bytes > MOST_BYTES {
            let Some(oldest) = kept.lines.pop_front() else { return };
            kept.bytes = kept.bytes.saturating_sub(oldest.len());
        }
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).lines.iter().cloned().collect()
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Each write is one event, as the subscriber writes them.
impl Write for Lines {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.push(String::from_utf8_lossy(event).trim_end());
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The lines, and where they are saved.
#[derive(Clone)]
pub struct LogBook {
    lines: Lines,
    folder: PathBuf,
}

/// What is said at the head of a saved log.
pub struct Facts {
    pub now: Option<UnixMs>,
    pub feed_size: u64,
    pub connection: &'static str,
    pub signed_in: bool,
}

impl LogBook {
    pub fn new(lines: Lines, folder: PathBuf) -> Self {
        Self { lines, folder }
    }

    /// Writes one file that nobody else of this machine may read, and says where it is and how many lines are in it.
    pub fn save(&self, facts: &Facts) -> io::Result<(PathBuf, usize)> {
        let (head, lines) = (self.head(facts), self.lines.all());
        let home = env::var("HOME").ok();
        let said: Vec<_> = lines.iter().map(|line| scrub(line, home.as_deref())).collect();
        fs::create_dir_all(&self.folder)?;
        let (path, mut file) = create(&self.folder, &stamp(facts.now))?;
        file.write_all(format!("{head}\n{}\n", said.join("\n")).as_bytes())?;
        file.sync_all()?;
        Ok((path, said.len()))
    }

    fn head(&self, facts: &Facts) -> String {
        let desktop = |name| env::var(name).ok().map_or_else(|| "unknown".to_owned(), |value| scrub(&value, None));
        format!(
            "Doorward {}\nSystem: {} {}, {}, {}\nCopy of the feed: {} entries\nServer: {}\nSigned in: {}\n",
            env!("CARGO_PKG_VERSION"),
            env::consts::OS,
            env::consts::ARCH,
            desktop("XDG_CURRENT_DESKTOP"),
            desktop("XDG_SESSION_TYPE"),
            facts.feed_size,
            facts.connection,
            if facts.signed_in { "yes" } else { "no" },
        )
    }
}

/// The signed time as a part of a file's name.
fn stamp(now: Option<UnixMs>) -> String {
    let at = now.and_then(|now| jiff::Timestamp::from_millisecond(now.0).ok());
    at.map_or_else(|| "no-time".to_owned(), |at| at.strftime("%Y%m%d-%H%M%S").to_string())
}

/// A new file; one that is there already is never written into.
fn create(folder: &Path, stamp: &str) -> io::Result<(PathBuf, File)> {
    for n in 1..=MOST_BESIDE {
        let beside = if n == 1 { String::new() } else { format!("-{n}") };
        let path = folder.join(format!("doorward-log-{stamp}{beside}.txt"));
        match File::options().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => {}
            Err(fault) => return Err(fault),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    const FACTS: Facts =
        Facts { now: Some(UnixMs(1_764_000_000_000)), feed_size: 48_302, connection: "online", signed_in: true };

    #[test]
    fn what_was_logged_is_saved_flat_for_its_owner_alone_and_scrubbed() {
        let folder = tempfile::tempdir().unwrap();
        let lines = Lines::default();
        let book = LogBook::new(lines.clone(), folder.path().join("new"));
        let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(lines);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            tracing::info!(code = "page-loaded");
            tracing::warn!(account = "harbour-freight", "mail of karin@example.com\nwas not sent");
        });
        let (path, said) = book.save(&FACTS).unwrap();
        assert_eq!((said, path.file_name().unwrap().to_str().unwrap()), (2, "doorward-log-20251124-160000.txt"));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(&format!("Doorward {}\n", env!("CARGO_PKG_VERSION"))), "{text}");
        assert!(text.contains("48302 entries") && text.contains("page-loaded") && text.contains("Server: online"));
        for poison in ["harbour", "karin", "example.com"] {
            assert!(!text.contains(poison), "{text}");
        }
        let (other, _) = book.save(&FACTS).unwrap();
        assert_ne!(other, path, "what is there is never written into");
    }

    #[test]
    fn a_link_laid_in_its_way_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("precious");
        fs::write(&target, "kept").unwrap();
        symlink(&target, folder.path().join("doorward-log-20251124-160000.txt")).unwrap();
        let (path, _) = LogBook::new(Lines::default(), folder.path().to_owned()).save(&FACTS).unwrap();
        assert!(path.ends_with("doorward-log-20251124-160000-2.txt"));
        assert_eq!(fs::read_to_string(target).unwrap(), "kept");
    }

    #[test]
    fn memory_is_bounded_and_the_newest_stays() {
        let lines = Lines::default();
        for n in 0..2_000 {
            lines.push(&format!("{n} {}", "ä".repeat(400)));
        }
        lines.push(&"ö".repeat(1_000_000));
        let all = lines.all();
        let bytes: usize = all.iter().map(String::len).sum();
        assert!(bytes <= MOST_BYTES && bytes > MOST_BYTES / 2, "{bytes}");
        assert!(all.last().unwrap().len() <= MOST_OF_A_LINE + 4);
        assert!(all.iter().any(|line| line.starts_with("1999 ")) && !all.iter().any(|line| line.starts_with("0 ")));
    }
}
