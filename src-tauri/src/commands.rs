//! The page's commands: each is one request to the controller. No rule lives here.

use tauri::State;

use crate::{
    controller::{Answer, Handle, Request},
    view::{
        Accounts, Activity, ConsoleState, EnrolAsk, EnrolledKey, KeyEffects, KeyView, Message, MessageAsk, MessageBody,
        Messages, MessagesAsk, OpenAsk, People, PeopleAsk, Person, PersonAsk, Pin, SessionView, UpdatePersonAsk,
        Workspace,
    },
};

#[tauri::command]
#[specta::specta]
pub async fn console_state(console: State<'_, Handle>) -> Answer<ConsoleState> {
    console.ask(Request::State).await
}

#[tauri::command]
#[specta::specta]
pub async fn sign_in(handle: String, console: State<'_, Handle>) -> Answer<()> {
    console.ask(|reply| Request::SignIn(handle, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn sign_out(console: State<'_, Handle>) -> Answer<()> {
    console.ask(Request::SignOut).await
}

#[tauri::command]
#[specta::specta]
pub async fn key_pin(pin: Pin, console: State<'_, Handle>) -> Answer<()> {
    console.ask(|reply| Request::KeyPin(pin, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn key_choose(console: State<'_, Handle>) -> Answer<()> {
    console.ask(Request::KeyChoose).await
}

#[tauri::command]
#[specta::specta]
pub async fn key_cancel(console: State<'_, Handle>) -> Answer<()> {
    console.ask(Request::KeyCancel).await
}

#[tauri::command]
#[specta::specta]
pub async fn enrol(ask: EnrolAsk, console: State<'_, Handle>) -> Answer<EnrolledKey> {
    console.ask(|reply| Request::Enrol(ask, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn accounts(console: State<'_, Handle>) -> Answer<Accounts> {
    console.ask(Request::Accounts).await
}

#[tauri::command]
#[specta::specta]
pub async fn sessions(console: State<'_, Handle>) -> Answer<Vec<SessionView>> {
    console.ask(Request::Sessions).await
}

#[tauri::command]
#[specta::specta]
pub async fn open_session(ask: OpenAsk, console: State<'_, Handle>) -> Answer<SessionView> {
    console.ask(|reply| Request::OpenSession(ask, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn end_session(session: u32, console: State<'_, Handle>) -> Answer<()> {
    console.ask(|reply| Request::EndSession(session, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn workspaces(session: u32, console: State<'_, Handle>) -> Answer<Vec<Workspace>> {
    console.ask(|reply| Request::Workspaces(session, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn people(ask: PeopleAsk, console: State<'_, Handle>) -> Answer<People> {
    console.ask(|reply| Request::People(ask, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn person(ask: PersonAsk, console: State<'_, Handle>) -> Answer<Person> {
    console.ask(|reply| Request::Person(ask, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn person_activities(ask: PersonAsk, console: State<'_, Handle>) -> Answer<Vec<Activity>> {
    console.ask(|reply| Request::PersonActivities(ask, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn person_messages(ask: PersonAsk, console: State<'_, Handle>) -> Answer<Vec<Message>> {
    console.ask(|reply| Request::PersonMessages(ask, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn messages(ask: MessagesAsk, console: State<'_, Handle>) -> Answer<Messages> {
    console.ask(|reply| Request::Messages(ask, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn message_body(ask: MessageAsk, console: State<'_, Handle>) -> Answer<MessageBody> {
    console.ask(|reply| Request::MessageBody(ask, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn update_person(ask: UpdatePersonAsk, console: State<'_, Handle>) -> Answer<Person> {
    console.ask(|reply| Request::UpdatePerson(ask, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn keys(console: State<'_, Handle>) -> Answer<Vec<KeyView>> {
    console.ask(Request::Keys).await
}

#[tauri::command]
#[specta::specta]
pub async fn key_effects(key: u32, console: State<'_, Handle>) -> Answer<KeyEffects> {
    console.ask(|reply| Request::KeyEffects(key, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn revoke_key(key: u32, console: State<'_, Handle>) -> Answer<()> {
    console.ask(|reply| Request::RevokeKey(key, reply)).await
}
