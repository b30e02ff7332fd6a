//! The follower: keeps the replica up with the server's feed, for as long as it has something to ask with.
//!
//! It verifies before it uses, comes back by itself, and never answers a refusal by believing more.

use std::time::Duration;

use doorward_core::{
    feed::{
        batch::{Batch, BatchFault},
        checkpoint::FeedTrust,
    },
    wire::{Code, Fresh},
};
use futures::{FutureExt, StreamExt};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tokio::{sync::watch, task::spawn_blocking, time::timeout};

use crate::{
    api::{Api, ApiError, FeedEvent},
    replica::{Place, Replica, ReplicaFault},
    standing::Standing,
};

/// The server says something every second; this long without a word is a dead connection.
const SILENCE: Duration = Duration::from_secs(6);
/// As many events are taken at once at most.
const AT_ONCE: usize = 256;
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// What the follower asks with; none while nobody is signed in.
pub type Credential = Option<(Api, SecretString)>;

/// Where the replica is to be open, numbered so that another opening of the same place is another.
#[derive(Debug, Clone, Default)]
pub struct Placed {
    pub turn: u64,
    pub place: Option<Place>,
}

/// A place that stays the same.
pub fn lies_at(place: Place) -> watch::Receiver<Placed> {
    watch::channel(Placed { turn: 1, place: Some(place) }).1
}

/// Which placing the follower has acted on, and whether what lay there was the copy that was left there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Opened {
    pub turn: u64,
    /// What lay there was refused, or there was no getting at it.
    pub refused: bool,
}

/// How the follower stands with the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Connection {
    pub online: bool,
    /// What ended the last attempt, or keeps what is heard from being written down; none once a statement was heard
    /// and written down again.
    pub fault: Option<FollowFault>,
}

/// Why the follower is not online.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum FollowFault {
    #[error("there is nothing to ask with")]
    NoCredential,
    #[error("there is no place for a replica")]
    NoPlace,
    #[error("the server cannot be reached")]
    Unreachable,
    #[error("whoever answers is not the server that is trusted")]
    Tls,
    #[error("the server does not know the credential (any more)")]
    NotSignedIn,
    #[error("the server refused")]
    ServerRefused,
    #[error("what the server sent does not verify")]
    NotVerified,
    #[error("the server's feed is older than what was seen before, or another")]
    RolledBack,
    #[error("the replica's file cannot be read or written")]
    Disk,
}

impl From<ApiError> for FollowFault {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Unreachable => Self::Unreachable,
            ApiError::Tls => Self::Tls,
            ApiError::BadAnswer => Self::NotVerified,
            ApiError::Problem(problem) => match problem.code {
                Code::NotSignedIn | Code::OtherCertificate => Self::NotSignedIn,
                _ => Self::ServerRefused,
            },
        }
    }
}

impl From<&ReplicaFault> for FollowFault {
    fn from(fault: &ReplicaFault) -> Self {
        match fault {
            ReplicaFault::Disk(_) | ReplicaFault::Shape(_) | ReplicaFault::HighWater(_) => Self::Disk,
            ReplicaFault::Older | ReplicaFault::Fork => Self::RolledBack,
            ReplicaFault::Batch(BatchFault::Rollback | BatchFault::Fork) => Self::RolledBack,
            _ => Self::NotVerified,
        }
    }
}

/// What a follower is made of.
pub struct FollowerParts {
    /// Where the replica lies; while it lies nowhere none is open. See [`lies_at`].
    pub place: watch::Receiver<Placed>,
    pub trust: FeedTrust,
    pub standing: Standing,
    pub credential: watch::Receiver<Credential>,
    /// A random number from 0 to 1, for waits that spread.
    pub jitter: Box<dyn FnMut() -> f64 + Send>,
}

/// Follows the feed until it is dropped.
pub struct Follower {
    parts: FollowerParts,
    replica: Option<Replica>,
    connection: watch::Sender<Connection>,
    opened: watch::Sender<Opened>,
}

impl Follower {
    /// A follower, and how it stands with the server.
    pub fn new(parts: FollowerParts) -> (Self, watch::Receiver<Connection>) {
        let (connection, told) = watch::channel(Connection::default());
        let opened = watch::Sender::new(Opened::default());
        (Self { parts, replica: None, connection, opened }, told)
    }

    /// Which place is open.
    pub fn opened(&self) -> watch::Receiver<Opened> {
        self.opened.subscribe()
    }

    /// Opens what is on disk, so that it can be read before the server is reached. A copy that is refused is
    /// discarded: it is fetched anew. Where the replica is to lie nowhere, what was open is closed and forgotten.
    pub async fn open(&mut self) -> Result<(), FollowFault> {
        let Placed { turn, place } = self.parts.place.borrow_and_update().clone();
        if self.opened.borrow().turn != turn && self.replica.take().is_some() {
            self.parts.standing.forget();
        }
        let Some(place) = place else {
            self.opened.send_replace(Opened { turn, refused: false });
            return Err(FollowFault::NoPlace);
        };
        if self.replica.is_some() {
            return Ok(());
        }
        let (trust, standing) = (self.parts.trust.clone(), self.parts.standing.clone());
        let opened = spawn_blocking(move || match Replica::open_at(&place, trust.clone(), standing.clone()) {
            // Nobody may sit there to make room, and what is taken away is to be known all the same.
            Err(fault) if fault.is_the_disk_s() && matches!(place, Place::Plain(_)) => {
                tracing::error!(%fault, "the replica's disk takes nothing: the feed is followed in memory, and not fresh");
                Replica::stand_in(&place, trust, standing).map(|replica| (replica, false))
            }
            Err(fault) if fault.hides_the_copy() => Err(fault),
            Err(fault) => {
                tracing::warn!(%fault, "the replica on disk is refused and fetched anew");
                Replica::anew(&place, trust, standing).map(|replica| (replica, true))
            }
            Ok(replica) => Ok((replica, false)),
        });
        let opened = opened.await.map_err(|_| FollowFault::Disk)?.map_err(|fault| FollowFault::from(&fault));
        self.opened.send_replace(Opened { turn, refused: opened.as_ref().map_or(true, |(_, refused)| *refused) });
        self.replica = Some(opened?.0);
        Ok(())
    }

    /// Follows for ever.
    pub async fn run(mut self) {
        let mut wait = FIRST_WAIT;
        loop {
            let heard = self.parts.standing.as_of();
            let Err(fault) = self.once().await;
            self.tell(Connection { online: false, fault: Some(fault) });
            tracing::debug!(%fault, "not following");
            wait = if self.parts.standing.as_of() > heard { FIRST_WAIT } else { (wait * 2).min(LONGEST_WAIT) };
            let spread = wait.mul_f64(0.5 + (self.parts.jitter)().clamp(0.0, 1.0));
            // A new credential is a reason to try at once, and so is another place.
            let FollowerParts { credential, place, .. } = &mut self.parts;
            let _tried_again = timeout(spread, async {
                tokio::select! {
                    _ = credential.changed() => {}
                    () = moved(place) => {}
                }
            })
            .await;
        }
    }

    async fn once(&mut self) -> Result<std::convert::Infallible, FollowFault> {
        self.open().await?;
        let credential = self.parts.credential.borrow_and_update().clone();
        let (api, token) = credential.ok_or(FollowFault::NoCredential)?;
        let (size, long_tail) = self.replica.as_ref().map_or((0, false), |r| (r.size(), r.has_long_tail()));
        if size == 0 || long_tail {
            match self.fetch_snapshot(&api, &token).await {
                // A long tail is as true as a short one.
                Err(FollowFault::Disk) if size > 0 => {
                    self.tell(Connection { online: false, fault: Some(FollowFault::Disk) })
                }
                fetched => fetched?,
            }
        }
        let after = self.parts.standing.size();
        let mut events = api.feed_stream(&token, after).await?;
        loop {
            tokio::select! {
                event = timeout(SILENCE, events.next()) => {
                    let event = event.map_err(|_| FollowFault::Unreachable)?.ok_or(FollowFault::Unreachable)??;
                    let mut came = Came::default();
                    came.add(event);
                    // What has come meanwhile goes along, so that a copy that lags catches up in one write.
                    let mut ended = Ok(());
                    for _ in 1..AT_ONCE {
                        match events.next().now_or_never() {
                            Some(Some(Ok(event))) => came.add(event),
                            Some(Some(Err(fault))) => ended = Err(fault),
                            Some(None) | None => break,
                        }
                    }
                    self.take(&api, &token, came).await?;
                    ended?;
                }
                _ = self.parts.credential.changed() => return Err(FollowFault::NoCredential),
                () = moved(&mut self.parts.place) => return Err(FollowFault::NoPlace),
            }
        }
    }

    async fn take(&mut self, api: &Api, token: &SecretString, came: Came) -> Result<(), FollowFault> {
        let fresh = came.statement.is_some();
        if !came.batches.is_empty() {
            tracing::debug!(batches = came.batches.len(), "the feed says something");
        }
        let boot = self.parts.standing.clocks().boot();
        let taken = self.with_replica(move |replica| {
            replica.take_all(&came.batches)?;
            came.statement.map_or(Ok(()), |statement| replica.hear(&statement.note, &boot))
        });
        match taken.await? {
            Ok(()) if fresh && self.stands_in() => self.come_back().await,
            Ok(()) if fresh => {
                self.tell(Connection { online: true, fault: None });
                Ok(())
            }
            Ok(()) => Ok(()),
            Err(fault) => {
                let named = FollowFault::from(&fault);
                if named == FollowFault::Disk {
                    // The line holds: what is taken away is heard, and each statement tries the disk again.
                    self.tell(Connection { online: true, fault: Some(named) });
                    return Ok(());
                }
                tracing::warn!(%fault, "what the server sent is refused");
                if fault.needs_new_copy() {
                    self.fetch_snapshot(api, token).await?;
                }
                Err(named)
            }
        }
    }

    fn stands_in(&self) -> bool {
        self.replica.as_ref().is_some_and(Replica::stands_in)
    }

    /// Tries whether the copy can be got at again. Where it can, it is opened and caught up by another line.
    async fn come_back(&mut self) -> Result<(), FollowFault> {
        let place = self.parts.place.borrow().place.clone().ok_or(FollowFault::NoPlace)?;
        let (trust, standing) = (self.parts.trust.clone(), self.parts.standing.clone());
        let opened = spawn_blocking(move || Replica::open_at(&place, trust, standing)).await;
        match opened.map_err(|_| FollowFault::Disk)? {
            Err(fault) if fault.hides_the_copy() => {
                self.tell(Connection { online: true, fault: Some(FollowFault::Disk) });
                Ok(())
            }
            // One that is no use is fetched anew by whoever opens next.
            opened => {
                self.replica = opened.ok();
                Err(FollowFault::Disk)
            }
        }
    }

    fn tell(&self, now: Connection) {
        let news = self.connection.send_if_modified(|known| std::mem::replace(known, now) != now);
        if news && now.fault == Some(FollowFault::Disk) {
            tracing::error!(
                "the disk takes nothing: what is heard holds, and the copy is not fresh for longer than its lease"
            );
        }
    }

    /// Fetches a snapshot, which takes the place of what is held only where it verifies and is not older.
    async fn fetch_snapshot(&mut self, api: &Api, token: &SecretString) -> Result<(), FollowFault> {
        let (note, body) = api.feed_snapshot(token).await?;
        let taken = self.with_replica(move |replica| replica.take_snapshot(&note, &body)).await?;
        taken.map_err(|fault| FollowFault::from(&fault))
    }

    /// Does something with the replica where waiting for the disk holds nobody up.
    async fn with_replica<R: Send + 'static>(
        &mut self,
        act: impl FnOnce(&mut Replica) -> R + Send + 'static,
    ) -> Result<R, FollowFault> {
        let mut replica = self.replica.take().ok_or(FollowFault::Disk)?;
        let done = spawn_blocking(move || {
            let answer = act(&mut replica);
            (replica, answer)
        });
        let (replica, answer) = done.await.map_err(|_| FollowFault::Disk)?;
        self.replica = Some(replica);
        Ok(answer)
    }
}

/// What came at once: batches in their order, and the newest statement.
#[derive(Default)]
struct Came {
    batches: Vec<Batch>,
    statement: Option<Fresh>,
}

impl Came {
    fn add(&mut self, event: FeedEvent) {
        match event {
            FeedEvent::Entries(batch) => self.batches.push(batch),
            FeedEvent::Fresh(statement) => self.statement = Some(statement),
        }
    }
}

/// Until the replica is to lie elsewhere. Whoever placed it and is gone will not move it any more.
async fn moved(place: &mut watch::Receiver<Placed>) {
    if place.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}
