//! What the page may ask of the controller, and the handle it asks by. Every request has exactly one answer.

use tokio::sync::{mpsc, oneshot};

use crate::view::{
    Accounts, Activity, ConsoleState, EnrolAsk, EnrolledKey, ErrorCode, KeyEffects, KeyView, Message, MessageAsk,
    MessageBody, Messages, MessagesAsk, OpenAsk, People, PeopleAsk, Person, PersonAsk, Pin, Problem, SessionView,
    UpdatePersonAsk, Workspace,
};

/// How many requests may wait before the page has to.
const WAITING: usize = 64;

pub type Answer<T> = Result<T, Problem>;
pub type Reply<T> = oneshot::Sender<Answer<T>>;

/// One request; see the table in `view`.
pub enum Request {
    State(Reply<ConsoleState>),
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
}

/// Asks the controller. Clones ask the same one.
#[derive(Clone)]
pub struct Handle(mpsc::Sender<Request>);

impl Handle {
    /// A handle, and where its requests come out.
    pub fn new() -> (Self, mpsc::Receiver<Request>) {
        let (send, receive) = mpsc::channel(WAITING);
        (Self(send), receive)
    }

    /// Asks and waits for the answer. A controller that is gone answers nothing: that is a fault of ours.
    pub async fn ask<T>(&self, request: impl FnOnce(Reply<T>) -> Request) -> Answer<T> {
        let (reply, answer) = oneshot::channel();
        let gone = || Problem::from(ErrorCode::Internal);
        self.0.send(request(reply)).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}
