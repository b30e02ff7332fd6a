//! Composition: configuration, the machine's clocks, randomness, disk and network come in here and nowhere else.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use doorward_client::{
    cache::Caches,
    clocks::MachineClocks,
    config::{Config, ConfigFault},
    follower::{Credential, Follower, FollowerParts, Placed},
    keys::KeyDriver,
    servers::Places,
    standing::Standing,
};
use doorward_core::{feed::checkpoint::FeedTrust, trust::TrustFault};
use tokio::{
    sync::{mpsc, watch},
    time::{MissedTickBehavior, interval},
};

use crate::{
    controller::{Controller, Handle, Page, Parts, Requests},
    keyring::DesktopKeyring,
    keys,
    link::LinkRefused,
    log::{Lines, LogBook},
    servers::{Servers, ServersFault},
    terminal::OwnTerminal,
    view::About,
};

const TICK: Duration = Duration::from_millis(500);

/// Why the console cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    #[error(transparent)]
    Config(#[from] ConfigFault),
    #[error(transparent)]
    Servers(#[from] ServersFault),
    #[error(transparent)]
    Trust(#[from] TrustFault),
    #[error("the machine's clocks cannot be read: {0}")]
    Clocks(io::Error),
    #[error("{path} cannot be used: {fault}")]
    Data { path: PathBuf, fault: io::Error },
    #[error("another Doorward console is open on {0}: use its window, or give this one another `data`")]
    Taken(PathBuf),
    #[error(transparent)]
    Link(#[from] LinkRefused),
    #[error("a console is started with one link, or with nothing")]
    Words,
    #[error(transparent)]
    Keys(#[from] keys::KeysFault),
    #[error("the window cannot be opened: {0}")]
    Window(#[from] tauri::Error),
}

/// A console without its window yet.
pub struct Console {
    servers: Servers,
    credential: watch::Receiver<Credential>,
    keys: Arc<dyn KeyDriver>,
    standing: Standing,
    trust: FeedTrust,
    data: PathBuf,
    reviews: PathBuf,
    about: About,
    rp_id: String,
    /// No other console writes to `data` while this is open.
    hold: File,
    requests: Requests,
    lines: Lines,
}

impl Console {
    /// A console as configured, and the handle its window asks by.
    pub fn compose(config: Config, lines: Lines) -> Result<(Self, Handle), StartFault> {
        let (trust, data, reviews) = (config.trust.feed()?, config.data.clone(), config.reviews.clone());
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let about = About { version, security_contact: config.security_contact.clone() };
        let hold = hold(&data)?;
        let standing = Standing::new(Arc::new(MachineClocks::new().map_err(StartFault::Clocks)?));
        let keys = keys::driver(&config.webauthn)?;
        let rp_id = config.webauthn.rp_id.clone();
        let (servers, credential) = Servers::new(config)?;
        let (handle, requests) = Handle::new();
        Ok((
            Self { servers, credential, keys, standing, trust, data, reviews, about, rp_id, hold, requests, lines },
            handle,
        ))
    }

    /// The folder of this console's data.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Follows the feed and answers `page`, until nobody can ask any more. What the person asks to be saved goes to
    /// `downloads`, and where there is no such folder, to the data.
    pub async fn run(self, page: Arc<dyn Page>, downloads: Option<PathBuf>) {
        let Self { servers, credential, keys, standing, trust, data, reviews, about, rp_id, hold, requests, lines } =
            self;
        let (place, placed) = watch::channel(Placed::default());
        let places = Places::usual();
        let (left, wall) = (places.clone(), standing.clocks().wall());
        tokio::task::spawn_blocking(move || left.sweep(wall));
        let parts = FollowerParts {
            place: placed,
            trust: trust.clone(),
            standing: standing.clone(),
            credential,
            jitter: Box::new(rand::random::<f64>),
        };
        let (follower, following) = Follower::new(parts);
        let opened = follower.opened();
        let following_task = tokio::spawn(follower.run());
        let parts = Parts {
            page,
            house: Arc::new(servers),
            keys,
            standing,
            caches: Caches::new(data.join("caches"), Some(Arc::new(DesktopKeyring::default()))),
            rp_id,
            place,
            opened,
            following,
            ticks: ticks(),
            about,
            memory: data.join("last.json"),
            log: LogBook::new(lines, downloads.unwrap_or_else(|| data.clone())),
            exports: reviews,
            data,
            places,
            terminal: Arc::new(OwnTerminal),
            trust,
            dice: Box::new(rand::random::<u64>),
        };
        Controller::new(parts, requests).run().await;
        following_task.abort();
        drop(hold);
    }
}

/// Makes the folder of this console's data its own; it is let go when the file is closed, by a kill too.
fn hold(data: &Path) -> Result<File, StartFault> {
    let unusable = |fault| StartFault::Data { path: data.to_owned(), fault };
    fs::create_dir_all(data).map_err(unusable)?;
    let lock = File::options().create(true).truncate(false).write(true).open(data.join("lock")).map_err(unusable)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(StartFault::Taken(data.to_owned())),
        Err(TryLockError::Error(fault)) => Err(unusable(fault)),
    }
}

/// A tick each half second. While the controller is busy none is kept for later.
fn ticks() -> mpsc::Receiver<()> {
    let (send, receive) = mpsc::channel(1);
    tokio::spawn(async move {
        let mut pace = interval(TICK);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !send.is_closed() {
            pace.tick().await;
            let _busy = send.try_send(());
        }
    });
    receive
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_console_holds_a_data_folder() {
        let folder = tempfile::tempdir().unwrap();
        let first = hold(folder.path()).unwrap();
        assert!(matches!(hold(folder.path()), Err(StartFault::Taken(_))));
        drop(first);
        assert!(hold(folder.path()).is_ok());
    }
}
