//! What the page may ask of the controller, and the handle it asks by. Every request has exactly one answer.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use doorward_core::id::AccountId;
use tokio::sync::{mpsc, oneshot};

use crate::view::{
    About, Accounts, Activity, Change, ChangeMade, ConnectAsk, Connected, ConnectionEffects, ConsoleState,
    EndpointView, EnrolAsk, EnrolledKey, ErrorCode, Exported, HistoryAsk, HistoryView, KeyEffects, KeyView, LockedBy,
    LogChecked, Message, MessageAsk, MessageBody, Messages, MessagesAsk, OpenAsk, OwnSshKey, PastGrant, People,
    PeopleAsk, Person, PersonAsk, Pin, Problem, SavedLog, ServersView, SessionElsewhere, SessionView, StaffView,
    TrayState, UpdatePersonAsk, Workspace,
};

/// How many requests may wait before the page has to.
const WAITING: usize = 64;

pub type Answer<T> = Result<T, Problem>;
pub type Reply<T> = oneshot::Sender<Answer<T>>;

/// One request; see the table in `view`.
pub enum Request {
    State(Reply<ConsoleState>),
    Lock(LockedBy, Reply<()>),
    Unlock(Reply<()>),
    Active(Reply<()>),
    ChooseLockAfter(u16, Reply<()>),
    SignIn(String, Reply<()>),
    SignOut(Reply<()>),
    KeyPin(Pin, Reply<()>),
    KeyChoose(Reply<()>),
    KeyCancel(Reply<()>),
    Enrol(EnrolAsk, Reply<EnrolledKey>),
    Accounts(Reply<Accounts>),
    Sessions(Reply<Vec<SessionView>>),
    OpenSession(OpenAsk, Reply<SessionView>),
    EndSession(u32, Reply<()>),
    NoteActive(u32, Reply<()>),
    KeepIdle(u32, Reply<()>),
    About(Reply<About>),
    Endpoint(u32, Reply<Option<EndpointView>>),
    OpenEndpoint(u32, Reply<EndpointView>),
    CloseEndpoint(u32, Reply<()>),
    Workspaces(u32, Reply<Vec<Workspace>>),
    People(PeopleAsk, Reply<People>),
    Person(PersonAsk, Reply<Person>),
    PersonActivities(PersonAsk, Reply<Vec<Activity>>),
    PersonMessages(PersonAsk, Reply<Vec<Message>>),
    Messages(MessagesAsk, Reply<Messages>),
    MessageBody(MessageAsk, Reply<MessageBody>),
    UpdatePerson(UpdatePersonAsk, Reply<Person>),
    Keys(Reply<Vec<KeyView>>),
    KeyEffects(u32, Reply<KeyEffects>),
    RevokeKey(u32, Reply<()>),
    Servers(Reply<ServersView>),
    SshKeys(Reply<Vec<OwnSshKey>>),
    EnrolSshKey(String, Reply<()>),
    Connect(ConnectAsk, Reply<Connected>),
    ConnectionEffects(u32, Reply<ConnectionEffects>),
    EndConnection(u32, Reply<()>),
    PastGrants(Reply<Vec<PastGrant>>),
    History(HistoryAsk, Reply<HistoryView>),
    Proof(Option<u32>, Reply<String>),
    CheckLog(Reply<LogChecked>),
    ExportGrants(Reply<Exported>),
    Everywhere(Reply<Vec<SessionElsewhere>>),
    Staff(Reply<Vec<StaffView>>),
    ChangeEffects(Change, Reply<KeyEffects>),
    MakeChange(Change, Reply<ChangeMade>),
    /// From the desktop or about it, and not from a screen.
    Tray(Reply<TrayState>),
    Link(AccountId, Reply<()>),
    Pins(Vec<String>, Reply<()>),
    EndAll(Reply<()>),
    Go(Reply<()>),
    SaveLog(Reply<SavedLog>),
}

impl Request {
    /// Whether it may be asked while the console is locked: nothing of what lies behind is in its answer, and nothing is
    /// opened by it. What is not named here is refused.
    pub fn is_for_the_lock(&self) -> bool {
        matches!(
            self,
            Self::State(_)
                | Self::Lock(..)
                | Self::Unlock(_)
                | Self::SignOut(_)
                | Self::KeyPin(..)
                | Self::KeyChoose(_)
                | Self::KeyCancel(_)
                | Self::EndAll(_)
                | Self::Tray(_)
                | Self::Link(..)
                | Self::Go(_)
        )
    }
}

/// Asks the controller. Clones ask the same one.
#[derive(Clone)]
pub struct Handle {
    requests: mpsc::Sender<Request>,
    locked: Arc<AtomicBool>,
}

/// Where requests come out.
pub struct Requests {
    waiting: mpsc::Receiver<Request>,
    /// While it is set, only what is for the lock is answered.
    pub locked: Arc<AtomicBool>,
}

impl Requests {
    pub async fn next(&mut self) -> Option<Request> {
        self.waiting.recv().await
    }
}

impl Handle {
    /// A handle, and where its requests come out.
    pub fn new() -> (Self, Requests) {
        let (requests, waiting) = mpsc::channel(WAITING);
        let locked = Arc::<AtomicBool>::default();
        (Self { requests, locked: Arc::clone(&locked) }, Requests { waiting, locked })
    }

    /// Asks and waits for the answer. A controller that is gone answers nothing: that is a fault of ours. An answer that
    /// comes when the console was locked meanwhile is kept back.
    pub async fn ask<T>(&self, request: impl FnOnce(Reply<T>) -> Request) -> Answer<T> {
        let (reply, answer) = oneshot::channel();
        let gone = || Problem::from(ErrorCode::Internal);
        let request = request(reply);
        let hidden = !request.is_for_the_lock();
        self.requests.send(request).await.map_err(|_| gone())?;
        let answer = answer.await;
        if hidden && self.locked.load(Ordering::SeqCst) {
            return Err(ErrorCode::Locked.into());
        }
        answer.map_err(|_| gone())?
    }
}
