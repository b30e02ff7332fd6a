//! The stage: a feed that is really signed and verified, a clock, a key, and the page's ears.

use std::{
    fmt::Debug,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use doorward_client::{
    cache::Caches,
    clocks::Clocks,
    follower::{Connection, FollowFault, Opened, Placed},
    replica::{Place, Replica},
    servers::Places,
    standing::Standing,
};
use doorward_core::{
    feed::{
        batch::Batch,
        checkpoint::{Checkpoint, FeedTrust},
        entry::{Entry, What},
        freshness::Freshness,
        note::NoteSigner,
        tree::{Frontier, leaf_hash},
    },
    grant::{Plan, Setting, Until},
    id::{AccountId, KeySerial, Seq, StaffId, UserId},
    staff::Role,
    state::AccessState,
    time::{BootTime, Millis, UnixMs},
};
use tempfile::TempDir;
use tokio::{
    sync::{mpsc, watch},
    time::timeout,
};

use super::{
    house::FakeHouse,
    key::{FakeKey, Held},
};
use crate::{
    controller::{Controller, Handle, Page, Parts, Request, Terminal, request::Answer},
    log::{Lines, LogBook},
    view::*,
};

pub const START: UnixMs = UnixMs(1_750_000_000_000);
pub const ORIGIN: &str = "feed.test";
/// Longer than any test should take: what has not come by then will not come.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub fn log_key() -> NoteSigner {
    NoteSigner::from_seed("feed.test/log", &[1; 32]).unwrap()
}

fn fresh_key() -> NoteSigner {
    NoteSigner::from_seed("feed.test/fresh", &[2; 32]).unwrap()
}

pub fn trust() -> FeedTrust {
    FeedTrust { origin: ORIGIN.to_owned(), log: log_key().verifier(), freshness: fresh_key().verifier() }
}

pub fn staff(id: &str) -> StaffId {
    StaffId::parse(id).unwrap()
}

pub fn account(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}

/// The server's feed.
#[derive(Default)]
pub struct Feed {
    pub state: AccessState,
    frontier: Frontier,
    /// Every entry, as the server keeps it.
    pub texts: Vec<String>,
    /// What the copy has not heard yet.
    ahead: Vec<Batch>,
    /// What it has heard, or would have heard had it been open.
    said: Vec<Batch>,
    fresh: Option<String>,
}

impl Feed {
    /// Happens at the server; the copy hears of it when it catches up.
    pub fn ahead(&mut self, what: What, at: UnixMs) {
        let batch = self.add(what, at);
        self.ahead.push(batch);
    }

    fn add(&mut self, what: What, at: UnixMs) -> Batch {
        let entry = Entry { seq: Seq(self.state.size()).next(), at, what };
        self.state.apply(&entry).unwrap();
        let text = String::from_utf8(entry.encode()).unwrap();
        self.frontier.push(leaf_hash(text.as_bytes()));
        self.texts.push(text.clone());
        let (size, root) = (self.frontier.size(), self.frontier.root());
        let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root, at };
        Batch { entries: vec![text], checkpoint: checkpoint.sign(&log_key()) }
    }

    fn statement(&self, issued: UnixMs) -> String {
        let (size, root) = (self.frontier.size(), self.frontier.root());
        let expires = issued.plus(Millis::seconds(12));
        Freshness { origin: ORIGIN.to_owned(), epoch: 1, size, root, issued, expires }.sign(&fresh_key())
    }
}

/// A clock that stands still, and how long the machine has slept.
#[derive(Debug)]
struct StillClocks(Mutex<(u64, UnixMs)>, Mutex<Millis>);

impl Clocks for StillClocks {
    fn boot(&self) -> BootTime {
        BootTime { boot: "boot".to_owned(), elapsed: self.0.lock().unwrap().0 }
    }

    fn wall(&self) -> UnixMs {
        self.0.lock().unwrap().1
    }

    fn slept(&self) -> Millis {
        *self.1.lock().unwrap()
    }
}

/// A desktop without a terminal, or with one that notes what it is to run.
#[derive(Default)]
pub struct FakeTerminal(pub Mutex<Option<Vec<PathBuf>>>);

impl Terminal for FakeTerminal {
    fn open(&self, script: &Path) -> bool {
        let mut opened = self.0.lock().unwrap();
        opened.as_mut().map(|opened| opened.push(script.to_owned())).is_some()
    }
}

struct Ears(mpsc::UnboundedSender<ConsoleEvent>);

impl Page for Ears {
    fn tell(&self, event: ConsoleEvent) {
        let _deaf = self.0.send(event);
    }
}

/// A console on a stage.
pub struct Stage {
    pub house: FakeHouse,
    pub handle: Handle,
    pub following: watch::Sender<Connection>,
    pub key: FakeKey,
    pub terminal: Arc<FakeTerminal>,
    /// Whether the copy lies where the controller says, and not in the open.
    sealed: bool,
    folder: TempDir,
    events: mpsc::UnboundedReceiver<ConsoleEvent>,
    ticks: mpsc::Sender<()>,
    replica: Arc<Mutex<Replica>>,
    clocks: Arc<StillClocks>,
}

impl Stage {
    /// Ada is Primary CSM of acme, Carl another CSM, Tess support, Dora on duty for two hours, Sven a security admin.
    /// acme is Premium with both settings on; pond is Standard with support until tomorrow.
    pub fn new() -> Self {
        let mut stage = Self::empty();
        for (n, id) in (1..).zip(["ada", "carl", "tess", "dora", "sven"]) {
            stage.happens(What::StaffAdded { staff: staff(id) });
            stage.happens(What::KeyEnrolled { key: KeySerial(n), staff: staff(id) });
        }
        let roles =
            [("ada", Role::Csm), ("carl", Role::Csm), ("tess", Role::TechnicalSupport), ("sven", Role::SecurityAdmin)];
        for (id, role) in roles {
            stage.happens(What::RoleGiven { staff: staff(id), role });
        }
        let until = START.plus(Millis::hours(2));
        stage.happens(What::DutyOpened { staff: staff("dora"), from: START, until });
        for (id, plan) in [("acme", Plan::Premium), ("pond", Plan::Standard)] {
            stage.happens(What::AccountRegistered { account: account(id), plan });
        }
        stage.happens(What::PrimaryCsmAssigned { account: account("acme"), staff: staff("ada") });
        stage.grant("acme", Setting::CustomerSuccessTeamAccess, Until::Indefinitely);
        stage.grant("acme", Setting::SupportTeamAccess, Until::At(START.plus(Millis::days(30))));
        stage.grant("pond", Setting::SupportTeamAccess, Until::At(START.plus(Millis::days(1))));
        stage.beat();
        stage
    }

    /// As [`Stage::new`], and so many accounts more that grant support.
    pub fn with_many(accounts: usize) -> Self {
        let mut stage = Self::new();
        for start in (2..accounts).step_by(1_000) {
            let mut batch = None::<Batch>;
            for n in start..(start + 500).min(accounts) {
                stage.gather(&mut batch, n);
            }
            stage.hear_of(batch.take().unwrap());
            for n in start + 500..(start + 1_000).min(accounts) {
                stage.gather(&mut batch, n);
            }
            if let Some(batch) = batch {
                stage.hear_of(batch);
            }
        }
        stage.beat();
        stage
    }

    /// One account more, with its grant: two entries in a batch.
    fn gather(&self, batch: &mut Option<Batch>, n: usize) {
        let mut inner = self.house.inner();
        let (now, grant) = (inner.now, inner.feed.state.next_grant());
        let id = account(&format!("many-{n}"));
        let registered = inner.feed.add(What::AccountRegistered { account: id.clone(), plan: Plan::Standard }, now);
        let until = Until::At(START.plus(Millis::days(9)));
        let by = UserId::parse("user-1").unwrap();
        let setting = Setting::SupportTeamAccess;
        let granted = inner.feed.add(What::GrantEnabled { grant, account: id, setting, by, until }, now);
        let mut entries = batch.take().map_or_else(Vec::new, |batch| batch.entries);
        entries.extend(registered.entries.into_iter().chain(granted.entries));
        *batch = Some(Batch { entries, checkpoint: granted.checkpoint });
    }

    pub fn remembers(&self, what: &str) -> bool {
        std::fs::read_to_string(self.folder.path().join("last.json")).is_ok_and(|text| text.contains(what))
    }

    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn empty() -> Self {
        Self::in_folder(
            tempfile::tempdir().unwrap(),
            FakeHouse::new(Feed::default(), START),
            StillClocks(Mutex::new((0, START)), Mutex::new(Millis(0))),
            FakeKey(Arc::new(Mutex::new(Held { credential: vec![1], secret: None }))),
            false,
        )
    }

    /// As [`Stage::new`], with a key that has secrets to give, and nothing open before somebody signs in.
    pub fn sealed() -> Self {
        let stage = Self { sealed: true, ..Self::new() };
        stage.hold_key(1, Some(1));
        stage.restart()
    }

    /// Another key is plugged in, with another secret or none.
    pub fn hold_key(&self, credential: u8, secret: Option<u8>) {
        *self.key.0.lock().unwrap() = Held { credential: vec![credential], secret: secret.map(|secret| [secret; 32]) };
    }

    fn in_folder(folder: TempDir, house: FakeHouse, clocks: StillClocks, key: FakeKey, sealed: bool) -> Self {
        let clocks = Arc::new(clocks);
        let standing = Standing::new(clocks.clone());
        let lies = if sealed { Place::Memory } else { Place::Plain(folder.path().join("replica.db")) };
        let replica = Arc::new(Mutex::new(Replica::open_at(&lies, trust(), standing.clone()).unwrap()));
        let (place, placed) = watch::channel(Placed::default());
        let (open, opened) = watch::channel(Opened::default());
        let follow = Follow {
            replica: replica.clone(),
            standing: standing.clone(),
            house: house.clone(),
            clocks: clocks.clone(),
        };
        tokio::spawn(follow.run(placed, open));
        let (tell, events) = mpsc::unbounded_channel();
        let (following, follower) = watch::channel(Connection { online: true, fault: None });
        let (ticks, pace) = mpsc::channel(1);
        let (handle, requests) = Handle::new();
        let terminal = Arc::new(FakeTerminal::default());
        let parts = Parts {
            page: Arc::new(Ears(tell)),
            house: Arc::new(house.clone()),
            keys: Arc::new(key.clone()),
            standing,
            caches: Caches::new(folder.path().join("caches"), None),
            rp_id: "d.test".to_owned(),
            place,
            opened,
            following: follower,
            ticks: pace,
            about: about(),
            memory: folder.path().join("last.json"),
            log: LogBook::new(Lines::default(), folder.path().join("logs")),
            trust: trust(),
            places: Places { runtime: folder.path().to_owned(), keys: Some(folder.path().join("ssh")) },
            terminal: terminal.clone(),
            data: folder.path().to_owned(),
            exports: folder.path().join("reviews"),
            dice: Box::new(|| 7),
        };
        tokio::spawn(Controller::new(parts, requests).run());
        Self { house, handle, following, key, terminal, sealed, folder, events, ticks, replica, clocks }
    }

    /// The console is started anew on the same machine.
    pub fn restart(self) -> Self {
        let Self { house, folder, clocks, key, sealed, .. } = self;
        let ((elapsed, wall), slept) = (*clocks.0.lock().unwrap(), *clocks.1.lock().unwrap());
        let clocks = StillClocks(Mutex::new((elapsed, wall)), Mutex::new(slept));
        Self::in_folder(folder, house, clocks, key, sealed)
    }

    pub fn now(&self) -> UnixMs {
        self.house.inner().now
    }

    /// Something happens at the server, and the copy hears of it.
    pub fn happens(&mut self, what: What) {
        let batch = {
            let mut inner = self.house.inner();
            let now = inner.now;
            inner.feed.add(what, now)
        };
        self.hear_of(batch);
    }

    fn hear_of(&mut self, batch: Batch) {
        self.replica.lock().unwrap().take(&batch).unwrap();
        self.house.inner().feed.said.push(batch);
    }

    /// The folder with all that is kept.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The machine sleeps.
    pub fn sleep(&mut self, length: Millis) {
        self.pass(length);
        self.clocks.1.lock().unwrap().0 += length.0;
    }

    pub fn catch_up(&mut self) {
        let ahead = std::mem::take(&mut self.house.inner().feed.ahead);
        ahead.into_iter().for_each(|batch| self.hear_of(batch));
    }

    pub fn grant(&mut self, id: &str, setting: Setting, until: Until) {
        let grant = self.house.inner().feed.state.next_grant();
        let by = UserId::parse("user-1").unwrap();
        self.happens(What::GrantEnabled { grant, account: account(id), setting, by, until });
    }

    pub fn switch_off(&mut self, id: &str, setting: Setting) {
        let grant = self.house.inner().feed.state.account(&account(id)).unwrap().grant(setting).unwrap().serial;
        let by = UserId::parse("user-1").unwrap();
        self.happens(What::GrantDisabled { grant, account: account(id), setting, by });
    }

    /// Time passes at the server and here; nothing is heard.
    pub fn pass(&mut self, length: Millis) {
        self.house.inner().now = self.now().plus(length);
        let mut hands = self.clocks.0.lock().unwrap();
        hands.0 += length.0;
        hands.1 = hands.1.plus(length);
    }

    pub fn set_wall(&self, wall: UnixMs) {
        self.clocks.0.lock().unwrap().1 = wall;
    }

    /// A second passes, and the server says that all is fresh.
    pub fn beat(&mut self) {
        self.pass(Millis::seconds(1));
        let now = self.now();
        let (note, boot) = (self.house.inner().feed.statement(now), self.clocks.boot());
        self.replica.lock().unwrap().hear(&note, &boot).unwrap();
        self.house.inner().feed.fresh = Some(note);
    }

    pub async fn tick(&self) {
        self.ticks.send(()).await.unwrap();
        // What a tick leads to is done when a request behind it is answered.
        self.state().await;
    }

    /// The server goes out of reach, and the follower notices.
    pub fn cut(&self) {
        self.house.inner().reachable = false;
        self.following.send_replace(Connection { online: false, fault: Some(FollowFault::Unreachable) });
    }

    pub fn mend(&self) {
        self.house.inner().reachable = true;
        self.following.send_replace(Connection { online: true, fault: None });
    }

    pub async fn ask<T>(&self, request: impl FnOnce(crate::controller::Reply<T>) -> Request) -> Answer<T> {
        timeout(PATIENCE, self.handle.ask(request)).await.expect("no answer")
    }

    pub async fn state(&self) -> ConsoleState {
        self.ask(Request::State).await.unwrap()
    }

    /// The next event that `wanted` takes.
    pub async fn hears<R>(&mut self, mut wanted: impl FnMut(&ConsoleEvent) -> Option<R>) -> R {
        loop {
            let event = timeout(PATIENCE, self.events.recv()).await.expect("the page was not told").unwrap();
            if let Some(found) = wanted(&event) {
                return found;
            }
        }
    }

    /// Everything that was told by now.
    pub fn heard(&mut self) -> Vec<ConsoleEvent> {
        std::iter::from_fn(|| self.events.try_recv().ok()).collect()
    }

    pub async fn hears_step(&mut self) -> KeyPrompt {
        self.hears(|event| match event {
            ConsoleEvent::Key { prompt } => prompt.clone(),
            _ => None,
        })
        .await
    }

    pub async fn hears_pin_asked(&mut self) {
        while !matches!(self.hears_step().await.step, KeyStep::Pin { .. }) {}
    }

    /// Until the condition holds of the state that is told.
    pub async fn reaches(&mut self, mut wanted: impl FnMut(&ConsoleState) -> bool) -> ConsoleState {
        self.hears(|event| match event {
            ConsoleEvent::State { state } if wanted(state) => Some(state.clone()),
            _ => None,
        })
        .await
    }

    pub async fn type_pin(&self, pin: &str) {
        self.ask(|reply| Request::KeyPin(Pin(pin.to_owned()), reply)).await.unwrap();
    }

    /// Unlocks, by PIN and touch.
    pub async fn unlock(&mut self) -> Answer<()> {
        let handle = self.handle.clone();
        let unlocking = tokio::spawn(async move { handle.ask(Request::Unlock).await });
        self.hears_pin_asked().await;
        self.type_pin("1234").await;
        timeout(PATIENCE, unlocking).await.expect("no answer").unwrap()
    }

    /// Until the names lie in the cache of the first key.
    pub async fn keeps_names(&self) {
        let kept = self.folder.path().join("caches/1/names.sealed");
        until("the names are kept", || kept.exists()).await;
    }

    /// Signs in, by PIN and touch.
    pub async fn sign_in(&mut self, who: &str) {
        self.ask(|reply| Request::SignIn(who.to_owned(), reply)).await.unwrap();
        self.hears_pin_asked().await;
        self.type_pin("1234").await;
        self.reaches(|state| state.phase == Phase::SignedIn).await;
    }

    pub async fn rows(&self) -> Vec<AccountRow> {
        self.ask(Request::Accounts).await.unwrap().rows
    }

    /// Does what takes a touch on the way, and what the touch was said to be for.
    pub async fn touches<T: Send + 'static>(
        &mut self,
        request: impl FnOnce(crate::controller::Reply<T>) -> Request + Send + 'static,
    ) -> (KeyPurpose, Answer<T>) {
        let handle = self.handle.clone();
        let asking = tokio::spawn(async move { handle.ask(request).await });
        self.hears_pin_asked().await;
        let purpose = self.state().await.prompt.unwrap().purpose;
        self.type_pin("1234").await;
        (purpose, timeout(PATIENCE, asking).await.expect("no answer").unwrap())
    }

    pub async fn opens(&mut self, id: &str, mode: ModeName) -> Answer<SessionView> {
        let ask = OpenAsk { account: id.to_owned(), mode, ticket: Some("T-1".to_owned()), reason: "a call".to_owned() };
        if mode == ModeName::ReadOnly {
            return self.ask(|reply| Request::OpenSession(ask, reply)).await;
        }
        let handle = self.handle.clone();
        let opening = tokio::spawn(async move { handle.ask(|reply| Request::OpenSession(ask, reply)).await });
        self.hears_pin_asked().await;
        self.type_pin("1234").await;
        timeout(PATIENCE, opening).await.expect("not opened").unwrap()
    }

    /// Why the session ended.
    pub async fn hears_end(&mut self, serial: u32) -> EndedBy {
        self.hears(|event| match event {
            ConsoleEvent::SessionEnded { session, by, .. } if *session == serial => Some(*by),
            _ => None,
        })
        .await
    }

    pub async fn hears_sign_out(&mut self) -> EndedBy {
        self.hears(|event| match event {
            ConsoleEvent::SignedOut { by } => Some(*by),
            _ => None,
        })
        .await
    }
}

/// The follower's part: has the replica lie where it is placed, and catch up while the server is in reach.
struct Follow {
    replica: Arc<Mutex<Replica>>,
    standing: Standing,
    house: FakeHouse,
    clocks: Arc<StillClocks>,
}

impl Follow {
    async fn run(self, mut placed: watch::Receiver<Placed>, open: watch::Sender<Opened>) {
        let mut sealed = false;
        while placed.changed().await.is_ok() {
            let Placed { turn, place } = placed.borrow_and_update().clone();
            let (lies, refused) = match place {
                Some(place @ Place::Sealed { .. }) => {
                    sealed = true;
                    match Replica::open_at(&place, trust(), self.standing.clone()) {
                        Ok(replica) => (Some(replica), false),
                        Err(_) => (Replica::anew(&place, trust(), self.standing.clone()).ok(), true),
                    }
                }
                // What is closed is as good as one that holds nothing.
                None if sealed => (Replica::open_at(&Place::Memory, trust(), self.standing.clone()).ok(), false),
                _ => (None, false),
            };
            let is_open = lies.is_some() && placed.borrow().place.is_some();
            if let Some(replica) = lies {
                *self.replica.lock().unwrap() = replica;
            }
            if is_open {
                self.catch_up();
            }
            open.send_replace(Opened { turn, refused });
        }
    }

    fn catch_up(&self) {
        let inner = self.house.inner();
        if !inner.reachable {
            return;
        }
        let mut replica = self.replica.lock().unwrap();
        for batch in &inner.feed.said {
            let first = Entry::decode(batch.entries[0].as_bytes()).unwrap().seq;
            if first > Seq(replica.size()) {
                replica.take(batch).unwrap();
            }
        }
        if let Some(note) = &inner.feed.fresh {
            replica.hear(note, &self.clocks.boot()).unwrap();
        }
    }
}

/// Until `holds`, with a deadline.
pub async fn until(what: impl Debug, mut holds: impl FnMut() -> bool) {
    let waited = timeout(PATIENCE, async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("not in time: {what:?}"));
}

pub fn about() -> About {
    About { version: "1.2.3".to_owned(), security_contact: Some("mailto:security@vendor.example".to_owned()) }
}
