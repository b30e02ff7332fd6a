//! Composition: configuration, the machine's clocks, randomness, disk and network come in here and nowhere else.

use std::{fs, io, path::PathBuf, sync::Arc, time::Duration};

use doorward_client::{
    clocks::MachineClocks,
    follower::{Credential, Follower, FollowerParts},
    keys::KeyDriver,
    standing::Standing,
};
use doorward_core::{feed::checkpoint::FeedTrust, trust::TrustFault};
use tokio::{
    sync::{mpsc, watch},
    time::{MissedTickBehavior, interval},
};

use crate::{
    config::{Config, ConfigFault},
    controller::{Controller, Handle, Page, Parts, Request},
    keys,
    servers::{Servers, ServersFault},
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
    #[error("{path} cannot be made: {fault}")]
    Data { path: PathBuf, fault: io::Error },
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
    requests: mpsc::Receiver<Request>,
}

impl Console {
    /// A console as configured, and the handle its window asks by.
    pub fn compose(config: Config) -> Result<(Self, Handle), StartFault> {
        let (trust, data) = (config.trust.feed()?, config.data.clone());
        fs::create_dir_all(&data).map_err(|fault| StartFault::Data { path: data.clone(), fault })?;
        let standing = Standing::new(Arc::new(MachineClocks::new().map_err(StartFault::Clocks)?));
        let keys = keys::driver(&config.webauthn)?;
        let (servers, credential) = Servers::new(config)?;
        let (handle, requests) = Handle::new();
        Ok((Self { servers, credential, keys, standing, trust, data, requests }, handle))
    }

    /// Follows the feed and answers `page`, until nobody can ask any more.
    pub async fn run(self, page: Arc<dyn Page>) {
        let Self { servers, credential, keys, standing, trust, data, requests } = self;
        let parts = FollowerParts {
            path: data.join("replica.db"),
            trust,
            standing: standing.clone(),
            credential,
            jitter: Box::new(rand::random::<f64>),
        };
        let (mut follower, following) = Follower::new(parts);
        // What is on disk can be read before any server is reached.
        if let Err(fault) = follower.open().await {
            tracing::error!(%fault, "the copy of the feed cannot be opened");
        }
        let following_task = tokio::spawn(follower.run());
        let parts = Parts {
            page,
            house: Arc::new(servers),
            keys,
            standing,
            following,
            ticks: ticks(),
            memory: data.join("last.json"),
        };
        Controller::new(parts, requests).run().await;
        following_task.abort();
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
