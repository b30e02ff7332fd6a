//! The stage: a feed that is really signed and verified, a clock, a key, and the page's ears.

use std::{
    fmt::Debug,
    sync::{Arc, Mutex},
    time::Duration,
};

use doorward_client::{
    clocks::Clocks,
    follower::{Connection, FollowFault},
    keys::{KeyDriver, KeyFault, KeyState, KeyUi, RegisterAsk, SignAsk},
    replica::Replica,
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
use futures::future::BoxFuture;
use secrecy::ExposeSecret;
use serde_json::json;
use tempfile::TempDir;
use tokio::{
    sync::{mpsc, watch},
    time::timeout,
};
use webauthn_rs_proto::{PublicKeyCredential, RegisterPublicKeyCredential};

use super::house::FakeHouse;
use crate::{
    controller::{Controller, Handle, Page, Parts, Request, request::Answer},
    view::*,
};

pub const START: UnixMs = UnixMs(1_750_000_000_000);
const ORIGIN: &str = "feed.test";
/// Longer than any test should take: what has not come by then will not come.
const PATIENCE: Duration = Duration::from_secs(30);

fn log_key() -> NoteSigner {
    NoteSigner::from_seed("feed.test/log", &[1; 32]).unwrap()
}

fn fresh_key() -> NoteSigner {
    NoteSigner::from_seed("feed.test/fresh", &[2; 32]).unwrap()
}

fn trust() -> FeedTrust {
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
    /// What the copy has not heard yet.
    ahead: Vec<Batch>,
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
        let (size, root) = (self.frontier.size(), self.frontier.root());
        let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root, at };
        Batch { entries: vec![text], checkpoint: checkpoint.sign(&log_key()) }
    }

    fn fresh(&self, issued: UnixMs) -> String {
        let (size, root) = (self.frontier.size(), self.frontier.root());
        let expires = issued.plus(Millis::seconds(12));
        Freshness { origin: ORIGIN.to_owned(), epoch: 1, size, root, issued, expires }.sign(&fresh_key())
    }
}

/// A clock that stands still.
#[derive(Debug)]
struct StillClocks(Mutex<(u64, UnixMs)>);

impl Clocks for StillClocks {
    fn boot(&self) -> BootTime {
        BootTime { boot: "boot".to_owned(), elapsed: self.0.lock().unwrap().0 }
    }

    fn wall(&self) -> UnixMs {
        self.0.lock().unwrap().1
    }
}

struct Ears(mpsc::UnboundedSender<ConsoleEvent>);

impl Page for Ears {
    fn tell(&self, event: ConsoleEvent) {
        let _deaf = self.0.send(event);
    }
}

/// A key whose PIN is 1234, and which is touched by itself.
struct FakeKey;

impl FakeKey {
    /// Asks for the PIN until it is right, and for a touch.
    async fn touched(mut ui: KeyUi) -> Result<(), KeyFault> {
        let (mut left, mut wrong) = (8_u8, false);
        loop {
            match ui.pin(Some(left), wrong).await?.expose_secret() {
                "1234" => break,
                "blocked" => return Err(KeyFault::PinBlocked { until_replug: false }),
                _ => (left, wrong) = (left - 1, true),
            }
        }
        ui.say(KeyState::Touch);
        Ok(())
    }
}

impl KeyDriver for FakeKey {
    fn register(
        &self,
        _ask: RegisterAsk,
        ui: KeyUi,
    ) -> BoxFuture<'static, Result<RegisterPublicKeyCredential, KeyFault>> {
        Box::pin(async move {
            Self::touched(ui).await?;
            let response = json!({ "attestationObject": "AQ", "clientDataJSON": "AQ" });
            Ok(serde_json::from_value(json!({ "id": "k", "rawId": "AQ", "type": "public-key", "response": response }))
                .unwrap())
        })
    }

    fn authenticate(&self, _ask: SignAsk, ui: KeyUi) -> BoxFuture<'static, Result<PublicKeyCredential, KeyFault>> {
        Box::pin(async move {
            Self::touched(ui).await?;
            let response = json!({ "authenticatorData": "AQ", "clientDataJSON": "AQ", "signature": "AQ" });
            Ok(serde_json::from_value(json!({ "id": "k", "rawId": "AQ", "type": "public-key", "response": response }))
                .unwrap())
        })
    }
}

/// A console on a stage.
pub struct Stage {
    pub house: FakeHouse,
    pub handle: Handle,
    pub following: watch::Sender<Connection>,
    folder: TempDir,
    events: mpsc::UnboundedReceiver<ConsoleEvent>,
    ticks: mpsc::Sender<()>,
    replica: Replica,
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
            stage.replica.take(&batch.take().unwrap()).unwrap();
            for n in start + 500..(start + 1_000).min(accounts) {
                stage.gather(&mut batch, n);
            }
            if let Some(batch) = batch {
                stage.replica.take(&batch).unwrap();
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

    fn empty() -> Self {
        Self::in_folder(
            tempfile::tempdir().unwrap(),
            FakeHouse::new(Feed::default(), START),
            StillClocks(Mutex::new((0, START))),
        )
    }

    fn in_folder(folder: TempDir, house: FakeHouse, clocks: StillClocks) -> Self {
        let clocks = Arc::new(clocks);
        let standing = Standing::new(clocks.clone());
        let replica = Replica::open(&folder.path().join("replica.db"), trust(), standing.clone()).unwrap();
        let (tell, events) = mpsc::unbounded_channel();
        let (following, follower) = watch::channel(Connection { online: true, fault: None });
        let (ticks, pace) = mpsc::channel(1);
        let (handle, requests) = Handle::new();
        let parts = Parts {
            page: Arc::new(Ears(tell)),
            house: Arc::new(house.clone()),
            keys: Arc::new(FakeKey),
            standing,
            following: follower,
            ticks: pace,
            memory: folder.path().join("last.json"),
        };
        tokio::spawn(Controller::new(parts, requests).run());
        Self { house, handle, following, folder, events, ticks, replica, clocks }
    }

    /// The console is started anew on the same machine.
    pub fn restart(self) -> Self {
        let Self { house, folder, clocks, .. } = self;
        let (elapsed, wall) = *clocks.0.lock().unwrap();
        Self::in_folder(folder, house, StillClocks(Mutex::new((elapsed, wall))))
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
        self.replica.take(&batch).unwrap();
    }

    pub fn catch_up(&mut self) {
        let ahead = std::mem::take(&mut self.house.inner().feed.ahead);
        ahead.iter().for_each(|batch| self.replica.take(batch).unwrap());
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
        let (note, boot) = (self.house.inner().feed.fresh(now), self.clocks.boot());
        self.replica.hear(&note, &boot).unwrap();
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

/// Until `holds`, with a deadline.
pub async fn until(what: impl Debug, mut holds: impl FnMut() -> bool) {
    let waited = timeout(PATIENCE, async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("not in time: {what:?}"));
}
