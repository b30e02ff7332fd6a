//! The controller: the only owner of the console's state. One loop takes requests, what tasks bring back, changes of
//! the copy, and ticks; after each it settles what follows from them.
//!
//! It knows no Tauri, reads no wall clock (time is the copy's signed time), and waits for nothing inside the loop.

mod account_data;
mod accounts;
mod cache;
mod changes;
mod delivery;
mod desktop;
mod ended;
mod endpoint;
mod everywhere;
mod export;
mod history;
mod house;
mod idle;
mod key;
mod lock;
mod memory;
mod names;
mod notify;
mod page;
mod problem;
mod request;
mod save_log;
mod servers;
mod sessions;
mod sign_in;
mod staff;
mod staff_keys;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use doorward_client::{
    cache::Caches,
    follower::{self, Opened, Placed},
    keys::KeyDriver,
    servers::Places,
    standing::Standing,
};
use doorward_core::{
    feed::{checkpoint::FeedTrust, freshness::Stale},
    time::{Millis, UnixMs},
};
use tokio::sync::{mpsc, watch};

pub use house::{Asked, House, Line, LineFault};
pub use page::Page;
pub use request::{Answer, Handle, Reply, Request, Requests};
pub use servers::Terminal;

use crate::log::LogBook;
use crate::view::{About, ClockSkew, Connection, ConnectionState, ConsoleEvent, ConsoleState, Ms, Phase};
use account_data::Room;
use accounts::AccountList;
use cache::OpenCache;
use delivery::Delivery;
use desktop::Desktop;
use history::{Shown, Taken};
use key::Ceremony;
use lock::{Curtain, Watch};
use memory::{Memory, Turns};
use names::Directory;
use notify::Notifier;
use servers::KnownServers;
use sessions::Open;
use sign_in::Presence;
use staff_keys::KnownKeys;

/// The page hears the state at least this often, so that its clock follows.
const SAY_AGAIN: Millis = Millis::seconds(30);
/// A copy that is older than this is no longer on its way back, but out of reach.
const PATIENCE: Millis = Millis::seconds(20);
/// A clock that is off by more is told of: other programs go by it.
const SKEW: Millis = Millis::seconds(30);
/// While nobody is signed in, each of so many ticks asks whether the server is in reach.
const PROBE_EVERY: u32 = 6;

/// What the controller is made of.
pub struct Parts {
    pub page: Arc<dyn Page>,
    pub house: Arc<dyn House>,
    pub keys: Arc<dyn KeyDriver>,
    pub standing: Standing,
    /// What is kept on the disk, and for whom a key is asked to bring it back.
    pub caches: Caches,
    pub rp_id: String,
    /// Where the follower is to have the replica, and whether it has.
    pub place: watch::Sender<Placed>,
    pub opened: watch::Receiver<Opened>,
    /// Whose signatures are believed.
    pub trust: FeedTrust,
    /// How the follower stands with the server.
    pub following: watch::Receiver<follower::Connection>,
    /// Time passes: one for about every half second.
    pub ticks: mpsc::Receiver<()>,
    /// Where the console remembers who was here last.
    pub memory: PathBuf,
    /// What the console said lately, to be saved for support.
    pub log: LogBook,
    /// What Settings says of this console.
    pub about: About,
    /// Where the console keeps what it has seen.
    pub data: PathBuf,
    /// Where reviews are written to.
    pub exports: PathBuf,
    /// Where connections to servers are laid out, and the terminal that they open in.
    pub places: Places,
    pub terminal: Arc<dyn Terminal>,
    /// Where ids that say nothing come from.
    pub dice: Box<dyn Fn() -> u64 + Send + Sync>,
}

/// What a task brings back: done by the loop, alone with the state.
type Then = Box<dyn FnOnce(&mut Controller) + Send>;

/// The console's state.
pub struct Controller {
    parts: Parts,
    requests: Requests,
    curtain: Arc<Curtain>,
    watch: Watch,
    cache: Option<OpenCache>,
    back: mpsc::UnboundedSender<Then>,
    brought: mpsc::UnboundedReceiver<Then>,
    memory: Memory,
    remembered: Turns,
    presence: Option<Presence>,
    ceremony: Option<Ceremony>,
    numbers: u64,
    sessions: BTreeMap<u32, Open>,
    list: AccountList,
    directory: Directory,
    known_keys: KnownKeys,
    known_servers: KnownServers,
    deliveries: Vec<Delivery>,
    desktop: Desktop,
    notifier: Notifier,
    shown: Shown,
    taken: Taken,
    /// Whether the first checkpoint is kept already, or being kept.
    first_kept: bool,
    /// Whether the server was in reach when it was last asked; nobody has been asked yet otherwise.
    reach: Option<bool>,
    /// How long read-write may lie idle.
    idle: Millis,
    probing: bool,
    ticks_to_probe: u32,
    told: Option<ConsoleState>,
}

impl Controller {
    /// A controller that answers `requests`. What it remembers is read from the disk.
    pub fn new(parts: Parts, requests: Requests) -> Self {
        let (back, brought) = mpsc::unbounded_channel();
        let memory = Memory::read(&parts.memory);
        let curtain = Arc::new(Curtain::new(Arc::clone(&parts.page), Arc::clone(&requests.locked)));
        let parts = Parts { page: Arc::clone(&curtain) as Arc<dyn Page>, ..parts };
        let clocks = parts.standing.clocks();
        let watch = Watch::new(clocks.boot(), clocks.slept());
        Self {
            parts,
            requests,
            curtain,
            watch,
            cache: None,
            back,
            brought,
            memory,
            remembered: Turns::default(),
            presence: None,
            ceremony: None,
            numbers: 0,
            sessions: BTreeMap::new(),
            list: AccountList::default(),
            directory: Directory::default(),
            known_keys: KnownKeys::default(),
            known_servers: KnownServers::default(),
            deliveries: Vec::new(),
            desktop: Desktop::default(),
            notifier: Notifier::default(),
            shown: Shown::default(),
            taken: Taken::default(),
            first_kept: false,
            reach: None,
            idle: idle::PATIENCE,
            probing: false,
            ticks_to_probe: 0,
            told: None,
        }
    }

    /// Runs until nobody can ask any more.
    pub async fn run(mut self) {
        let mut changed = self.parts.standing.changed();
        self.settle();
        loop {
            tokio::select! {
                request = self.requests.next() => match request {
                    Some(request) => self.take(request),
                    None => return,
                },
                Some(then) = self.brought.recv() => then(&mut self),
                Ok(()) = changed.changed() => {}
                Ok(()) = self.parts.following.changed() => {}
                Some(()) = self.parts.ticks.recv() => self.tick(),
            }
            self.settle();
        }
    }

    fn take(&mut self, request: Request) {
        // What is dropped here is told as locked by whoever waits for it.
        if self.phase() == Phase::Locked && !request.is_for_the_lock() {
            return;
        }
        match request {
            Request::Lock(by, reply) => {
                let locked = self.lock(by);
                answer(reply, locked);
            }
            Request::Unlock(reply) => self.unlock(reply),
            Request::Active(reply) => {
                self.seen();
                answer(reply, Ok(()));
            }
            Request::ChooseLockAfter(minutes, reply) => {
                let chosen = self.choose_lock_after(minutes);
                answer(reply, chosen);
            }
            Request::State(reply) => {
                self.desktop.page_listens = true;
                answer(reply, Ok(self.state()));
            }
            Request::SignIn(handle, reply) => {
                let begun = self.sign_in(handle);
                answer(reply, begun);
            }
            Request::SignOut(reply) => {
                let done = self.sign_out();
                answer(reply, done);
            }
            Request::KeyPin(pin, reply) => {
                let given = self.give_pin(pin);
                answer(reply, given);
            }
            // Keys are told apart by touching the right one: there is nothing for the page to choose.
            Request::KeyChoose(reply) => answer(reply, Ok(())),
            Request::KeyCancel(reply) => {
                let cancelled = self.cancel_key();
                answer(reply, cancelled);
            }
            Request::Enrol(ask, reply) => self.enrol(ask, reply),
            Request::Accounts(reply) => self.accounts(reply),
            Request::Sessions(reply) => answer(reply, Ok(self.session_views())),
            Request::OpenSession(ask, reply) => self.open_session(ask, reply),
            Request::EndSession(session, reply) => self.end_session(session, reply),
            Request::Keys(reply) => self.keys(reply),
            Request::KeyEffects(key, reply) => self.key_effects(key, reply),
            Request::RevokeKey(key, reply) => self.revoke_key(key, reply),
            Request::Servers(reply) => self.servers(reply),
            Request::SshKeys(reply) => self.ssh_keys(reply),
            Request::EnrolSshKey(line, reply) => self.enrol_ssh_key(&line, reply),
            Request::Connect(ask, reply) => self.connect(ask, reply),
            Request::ConnectionEffects(certificate, reply) => answer(reply, self.connection_effects(certificate)),
            Request::EndConnection(certificate, reply) => self.end_connection(certificate, reply),
            Request::PastGrants(reply) => self.past_grants(reply),
            Request::History(ask, reply) => self.history(ask, reply),
            Request::Proof(seq, reply) => answer(reply, self.proof(seq)),
            Request::CheckLog(reply) => self.check_log(reply),
            Request::ExportGrants(reply) => self.export(reply),
            Request::Everywhere(reply) => self.everywhere(reply),
            Request::Staff(reply) => self.staff(reply),
            Request::ChangeEffects(change, reply) => self.change_effects(change, reply),
            Request::MakeChange(change, reply) => self.make_change(change, reply),
            Request::Tray(reply) => answer(reply, Ok(self.tray())),
            Request::Link(account, reply) => self.link(account, reply),
            Request::Pins(pins, reply) => {
                self.pin_accounts(&pins);
                answer(reply, Ok(()));
            }
            Request::EndAll(reply) => self.end_all(reply),
            Request::Go(reply) => self.go(reply),
            Request::SaveLog(reply) => self.save_log(reply),
            Request::NoteActive(session, reply) => {
                self.note_activity(session);
                answer(reply, Ok(()));
            }
            Request::KeepIdle(minutes, reply) => {
                let kept = self.keep_idle(minutes);
                answer(reply, kept);
            }
            Request::About(reply) => answer(reply, Ok(self.parts.about.clone())),
            Request::Endpoint(session, reply) => answer(reply, self.endpoint(session)),
            Request::OpenEndpoint(session, reply) => self.open_endpoint(session, reply),
            Request::CloseEndpoint(session, reply) => {
                let closed = self.close_endpoint(session);
                answer(reply, closed);
            }
            Request::Workspaces(session, reply) => self.look(session, reply, Room::workspaces),
            Request::People(ask, reply) => self.look(ask.session, reply, |room| room.people(ask)),
            Request::Person(ask, reply) => self.look(ask.session, reply, |room| room.person(ask.person)),
            Request::PersonActivities(ask, reply) => self.look(ask.session, reply, |room| room.activities(ask.person)),
            Request::PersonMessages(ask, reply) => self.look(ask.session, reply, |room| room.messages_of(ask.person)),
            Request::Messages(ask, reply) => self.look(ask.session, reply, |room| room.messages(ask)),
            Request::MessageBody(ask, reply) => self.look(ask.session, reply, |room| room.message_body(ask.message)),
            Request::UpdatePerson(ask, reply) => self.look(ask.session, reply, |room| room.update(ask)),
        }
    }

    fn tick(&mut self) {
        self.ticks_to_probe = self.ticks_to_probe.saturating_sub(1);
        self.deliver();
        self.watch_absence();
        self.remember_floor();
        if self.ticks_to_probe == 0 {
            self.ticks_to_probe = PROBE_EVERY;
            self.probe();
        }
    }

    /// Draws every consequence of what has changed. It may be called at any time, and any number of times.
    fn settle(&mut self) {
        self.watch_sign_in();
        self.watch_review();
        self.watch_lock();
        self.watch_sessions();
        self.watch_idle();
        self.watch_list();
        self.watch_names();
        self.watch_keys();
        self.watch_connections();
        self.watch_notices();
        self.watch_shown();
        self.watch_first();
        self.tell_state();
        self.watch_tray();
        self.watch_link();
    }

    /// Does `work` outside the loop and `then` inside it.
    fn after<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
        then: impl FnOnce(&mut Self, T) + Send + 'static,
    ) {
        let back = self.back.clone();
        tokio::spawn(async move {
            let done = work.await;
            let _closing = back.send(Box::new(move |console| then(console, done)));
        });
    }

    /// A number nothing else has: what comes back late is told by it from what is wanted now.
    fn number(&mut self) -> u64 {
        self.numbers = self.numbers.wrapping_add(1);
        self.numbers
    }

    /// Asks whether the server is in reach, while nobody is signed in: a sign-in's follower knows by itself.
    fn probe(&mut self) {
        if self.presence.is_some() || self.probing {
            return;
        }
        self.probing = true;
        self.after(self.parts.house.in_reach(), |console, reached| {
            (console.probing, console.reach) = (false, Some(reached));
        });
    }

    /// The signed time; none before anything signed was seen.
    fn now(&self) -> Option<UnixMs> {
        self.parts.standing.now()
    }

    /// Whether the copy holds everything the server knew at `then`: before that, what is missing proves nothing.
    fn knows_of(&self, then: UnixMs, now: UnixMs) -> bool {
        let standing = &self.parts.standing;
        let behind = matches!(standing.fresh(now, Millis(u64::MAX)), Err(Stale::Behind));
        standing.as_of() > Some(then) && !behind
    }

    fn connection(&self) -> Connection {
        let as_of = self.parts.standing.as_of();
        let state = match (&self.presence, self.reach) {
            (Some(_), _) => self.following_state(as_of),
            (None, Some(true)) => ConnectionState::Online,
            (None, Some(false)) => ConnectionState::Offline,
            (None, None) => ConnectionState::Reconnecting,
        };
        Connection { state, as_of: as_of.map(ms) }
    }

    fn following_state(&self, as_of: Option<UnixMs>) -> ConnectionState {
        let following = *self.parts.following.borrow();
        let age = self.now().zip(as_of).map(|(now, as_of)| now.since(as_of));
        if following.online {
            ConnectionState::Online
        } else if age.is_some_and(|age| age > PATIENCE) && self.has_failed(following) {
            ConnectionState::Offline
        } else {
            ConnectionState::Reconnecting
        }
    }

    /// A follower that has only just been given something to ask with has not failed yet.
    fn has_failed(&self, following: follower::Connection) -> bool {
        !matches!(following.fault, None | Some(follower::FollowFault::NoCredential))
    }

    fn is_online(&self) -> bool {
        self.connection().state == ConnectionState::Online
    }

    fn phase(&self) -> Phase {
        if self.locked().is_some() {
            Phase::Locked
        } else if self.presence.is_some() {
            Phase::SignedIn
        } else if self.is_signing_in() {
            Phase::SigningIn
        } else if self.is_reviewing() {
            Phase::Review
        } else {
            Phase::SignedOut
        }
    }

    fn state(&self) -> ConsoleState {
        ConsoleState {
            phase: self.phase(),
            connection: self.connection(),
            now: ms(self.now().unwrap_or(UnixMs(0))),
            staff: self.me(),
            last_handle: self.memory.handle.clone(),
            feed_size: short(self.parts.standing.size()),
            prompt: self.prompt(),
            skew: self.skew(),
            locked: self.locked(),
            kept_by: self.memory.kept_by,
            lock_after: self.lock_after(),
        }
    }

    /// Where the machine's clock is told from the signed time. It is said, and decides nothing; only a copy that is
    /// kept up to date knows the time well enough to say it.
    fn skew(&self) -> Option<ClockSkew> {
        let now = self.now().filter(|_| self.presence.is_some() && self.is_online())?;
        let here = self.parts.standing.clocks().wall();
        let apart = now.since(here).max(here.since(now));
        (apart > SKEW).then(|| ClockSkew { here: ms(here), server: ms(now) })
    }

    fn tell_state(&mut self) {
        let state = self.state();
        let known = self.told.as_ref().is_some_and(|told| {
            let young = UnixMs(state.now.0).since(UnixMs(told.now.0)) < SAY_AGAIN;
            young && still(told) == still(&state)
        });
        if !known {
            self.told = Some(state.clone());
            self.parts.page.tell(ConsoleEvent::State { state });
        }
    }

    /// Writes down what is remembered. A disk that is full or read-only costs a filled-in handle, and no more.
    fn remember(&self) {
        let (memory, path) = (self.memory.clone(), self.parts.memory.clone());
        let (turn, written) = (self.remembered.next(), self.remembered.clone());
        tokio::task::spawn_blocking(move || {
            if let Err(fault) = written.unless_later(turn, || memory.write(&path)) {
                tracing::warn!(%fault, "what is remembered could not be written");
            }
        });
    }
}

/// What of the state is no mere passing of time.
fn still(state: &ConsoleState) -> ConsoleState {
    let skew = state.skew.map(ClockSkew::roughly);
    let mut still = ConsoleState { now: Ms(0), prompt: None, skew, ..state.clone() };
    if still.connection.state == ConnectionState::Online {
        still.connection.as_of = None;
    }
    still
}

/// Whoever asked may have gone away.
fn answer<T>(reply: Reply<T>, answer: Answer<T>) {
    let _gone = reply.send(answer);
}

fn ms(at: UnixMs) -> Ms {
    Ms(at.0)
}

/// A serial or size as the page counts it.
fn short(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
