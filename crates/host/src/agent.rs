//! The agent: answers sshd, and whenever the feed, its freshness or the time changes something, ends whoever may not stay
//! and lets sshd's files say what holds.
//!
//! It decides nothing itself: what is to be done is `plan`'s word, and the decision `core::policy`'s.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use doorward_client::{follower::Connection, standing::Standing};
use doorward_core::{
    id::{CertificateSerial, HostId},
    time::{BootTime, Millis, UnixMs},
};
use tokio::{
    sync::watch,
    task::spawn_blocking,
    time::{sleep, timeout},
};

use crate::{
    ask::{LogIn, Refused, Status},
    connections::Connections,
    lists::ListFiles,
    plan::{Known, Principal, Why},
    processes::{ProcessId, connection_behind, end},
    scope::Scopes,
};

/// A machine that was asleep wakes with timers that do not know it: nothing waits longer than this.
const LONGEST_WAIT: Duration = Duration::from_secs(1);
/// While somebody is on the way in.
const WAIT_AT_THE_DOOR: Duration = Duration::from_millis(100);
/// Whoever has just been given a certificate may be faster than the feed that tells of it.
const WAIT_FOR_THE_FEED: Duration = Duration::from_secs(2);
/// What sshd's process for a connection is called, in Debian's OpenSSH and since it was split (9.8).
const SSHD: &[&str] = &["sshd", "sshd-session"];

/// What an agent is made of.
pub struct Parts {
    pub host: HostId,
    pub logins: Vec<String>,
    pub lease: Millis,
    pub strict: bool,
    pub standing: Standing,
    /// How it stands with the server.
    pub online: watch::Receiver<Connection>,
    pub connections: Arc<Connections>,
    pub scopes: Scopes,
    /// The user as whom sshd works before anybody is let in.
    pub unprivileged: u32,
}

/// The agent.
pub struct Agent {
    parts: Parts,
    lists: Mutex<ListFiles>,
    /// Whether sshd's files say what they are to say. They do not before they were written for the first time.
    in_place: AtomicBool,
    began: BootTime,
}

impl Agent {
    /// An agent that keeps sshd's files by `lists`.
    pub fn new(parts: Parts, lists: ListFiles) -> Arc<Self> {
        let (lists, began) = (Mutex::new(lists), parts.standing.clocks().boot());
        Arc::new(Self { parts, lists, in_place: AtomicBool::new(false), began })
    }

    /// Waits until the feed has told of a certificate that it was issued, for a moment at most.
    pub async fn hears_of(&self, certificate: CertificateSerial) {
        let standing = &self.parts.standing;
        let mut changed = standing.changed();
        // They are numbered in the order in which the feed tells of them.
        let told = || standing.with_state(|state| certificate < state.servers().next_certificate());
        let heard = async {
            while !told() {
                tracing::debug!(%certificate, "the feed has not told of it yet");
                if changed.changed().await.is_err() {
                    return;
                }
            }
        };
        // What was not told of by then is decided as anything unknown is.
        let _late = timeout(WAIT_FOR_THE_FEED, heard).await;
    }

    /// Answers a log-in that the process `asking` asks about. The connection is written down before the answer is yes,
    /// so that whatever is taken away from then on ends it. It waits for the disk.
    pub fn admit(&self, asking: i32, ask: &LogIn) -> Result<Principal, Refused> {
        // Most of what is refused leaves no trace on the disk.
        self.decide(ask)?;
        let connection = connection_behind(asking, SSHD).map_err(|_| Refused::NotFromSshd)?;
        let since = self.parts.standing.now().ok_or(Refused::NotFresh)?;
        let entered = self.parts.connections.enter(connection, ask.certificate, since);
        let before = entered.map_err(|fault| {
            tracing::error!(%fault, "a connection cannot be written down: it is refused");
            Refused::NotKept
        })?;
        // Only now may it be yes: what came between the first decision and the entry is in this one.
        self.decide(ask).inspect_err(|_| {
            if let Err(fault) = self.parts.connections.take_back(connection, before) {
                tracing::warn!(%fault, "a connection that was refused is still written down");
            }
        })
    }

    fn decide(&self, ask: &LogIn) -> Result<Principal, Refused> {
        if !self.in_place.load(Ordering::SeqCst) {
            return Err(Refused::ListsNotInPlace);
        }
        self.known(|known| known.log_in(ask, &self.parts.logins))
    }

    /// How the agent stands.
    pub fn status(&self) -> Status {
        let wall = self.parts.standing.clocks().wall();
        let fault = self.parts.online.borrow().fault;
        self.known(|known| Status {
            fresh: known.fresh.is_ok(),
            fault,
            now: known.now,
            wall,
            label: known.state.servers().host(known.host).map(|host| host.label),
            lists: self.in_place.load(Ordering::SeqCst),
            connections: self.parts.connections.list().len(),
        })
    }

    /// Watches for as long as it is polled.
    pub async fn watch(self: Arc<Self>) {
        let mut changed = self.parts.standing.changed();
        let mut follows = true;
        loop {
            changed.mark_unchanged();
            let agent = Arc::clone(&self);
            let settled = spawn_blocking(move || agent.sweep()).await.unwrap_or(false);
            let wait = if settled { LONGEST_WAIT } else { WAIT_AT_THE_DOOR };
            tokio::select! {
                change = changed.changed(), if follows => follows = change.is_ok(),
                () = sleep(wait) => {}
            }
        }
    }

    /// One step: ends whoever may not stay, lets sshd's files say what holds, and looks who has come in. Says whether
    /// there is nobody on the way in.
    pub fn sweep(&self) -> bool {
        self.parts.connections.forget_ended();
        let connected = self.parts.connections.list();
        let strict = self.parts.strict && self.has_had_its_time();
        let (over, wanted, fresh, now) =
            self.known(|known| (known.over(&connected, strict), known.lists(), known.fresh.is_ok(), known.now));
        // Whoever is out comes in again by nothing but a new decision, so the files may follow.
        self.end(&over);
        let now = now.unwrap_or(UnixMs(0));
        let kept = self.lists.lock().unwrap_or_else(PoisonError::into_inner).keep(wanted, fresh, now);
        if let Err(fault) = &kept {
            tracing::error!(%fault, "sshd's files are not what they are to be: nobody new gets in");
        }
        self.in_place.store(kept.is_ok(), Ordering::SeqCst);
        if !over.is_empty() {
            tracing::debug!(connections = over.len(), lists = kept.is_ok(), "whoever may not stay was ended");
        }
        self.parts.connections.look_inside(self.parts.unprivileged).unwrap_or(false)
    }

    /// An agent that has just been started has heard nothing yet; that alone ends nobody.
    fn has_had_its_time(&self) -> bool {
        let now = self.parts.standing.clocks().boot();
        now.boot != self.began.boot || now.elapsed.saturating_sub(self.began.elapsed) > self.parts.lease.0
    }

    fn end(&self, over: &[(ProcessId, Why)]) {
        if over.is_empty() {
            return;
        }
        let processes: Vec<_> = over.iter().map(|(process, _)| *process).collect();
        // Before the processes go: afterwards nobody can tell which scope was theirs.
        let scope = |process: &ProcessId| self.parts.scopes.of_connection(process.pid).filter(|_| process.lives());
        let scopes: Vec<_> = processes.iter().filter_map(scope).collect();
        for (process, why) in over {
            tracing::info!(pid = process.pid, ?why, "a connection is ended");
        }
        if let Err(fault) = end(&processes) {
            tracing::error!(%fault, "not everything of a connection could be ended; it is tried again");
        }
        for fault in scopes.iter().filter_map(|scope| self.parts.scopes.kill(scope).err()) {
            tracing::error!(%fault, "a session's scope cannot be killed: only its processes were");
        }
    }

    /// Lets `look` see what is known now.
    fn known<R>(&self, look: impl FnOnce(&Known<'_>) -> R) -> R {
        let Parts { standing, lease, host, .. } = &self.parts;
        let now = standing.now();
        // Without a time nothing can be fresh.
        let fresh = standing.fresh(now.unwrap_or(UnixMs(i64::MAX)), *lease);
        standing.with_state(|state| look(&Known { state, host, now, fresh }))
    }
}

#[cfg(test)]
#[path = "agent_tests.rs"]
pub(crate) mod tests;
