//! The page's commands: each is one request to the controller. No rule lives here.

use tauri::State;

use crate::{
    controller::{Answer, Handle, Request},
    view::{
        About, Accounts, Activity, Change, ChangeMade, ConnectAsk, Connected, ConnectionEffects, ConsoleState,
        EndpointView, EnrolAsk, EnrolledKey, Exported, HistoryAsk, HistoryView, KeyEffects, KeyView, LockedBy,
        LogChecked, Message, MessageAsk, MessageBody, Messages, MessagesAsk, OpenAsk, OwnSshKey, PastGrant, People,
        PeopleAsk, Person, PersonAsk, Pin, ServersView, SessionElsewhere, SessionView, StaffView, UpdatePersonAsk,
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
pub async fn lock(console: State<'_, Handle>) -> Answer<()> {
    console.ask(|reply| Request::Lock(LockedBy::You, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn unlock(console: State<'_, Handle>) -> Answer<()> {
    console.ask(Request::Unlock).await
}

#[tauri::command]
#[specta::specta]
pub async fn active(console: State<'_, Handle>) -> Answer<()> {
    console.ask(Request::Active).await
}

#[tauri::command]
#[specta::specta]
pub async fn choose_lock_after(minutes: u16, console: State<'_, Handle>) -> Answer<()> {
    console.ask(|reply| Request::ChooseLockAfter(minutes, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn end_all(console: State<'_, Handle>) -> Answer<()> {
    console.ask(Request::EndAll).await
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
pub async fn note_active(session: u32, console: State<'_, Handle>) -> Answer<()> {
    console.ask(|reply| Request::NoteActive(session, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn keep_idle(minutes: u32, console: State<'_, Handle>) -> Answer<()> {
    console.ask(|reply| Request::KeepIdle(minutes, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn about(console: State<'_, Handle>) -> Answer<About> {
    console.ask(Request::About).await
}

#[tauri::command]
#[specta::specta]
pub async fn endpoint(session: u32, console: State<'_, Handle>) -> Answer<Option<EndpointView>> {
    console.ask(|reply| Request::Endpoint(session, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn open_endpoint(session: u32, console: State<'_, Handle>) -> Answer<EndpointView> {
    console.ask(|reply| Request::OpenEndpoint(session, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn close_endpoint(session: u32, console: State<'_, Handle>) -> Answer<()> {
    console.ask(|reply| Request::CloseEndpoint(session, reply)).await
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

#[tauri::command]
#[specta::specta]
pub async fn past_grants(console: State<'_, Handle>) -> Answer<Vec<PastGrant>> {
    console.ask(Request::PastGrants).await
}

#[tauri::command]
#[specta::specta]
pub async fn everywhere(console: State<'_, Handle>) -> Answer<Vec<SessionElsewhere>> {
    console.ask(Request::Everywhere).await
}

#[tauri::command]
#[specta::specta]
pub async fn staff(console: State<'_, Handle>) -> Answer<Vec<StaffView>> {
    console.ask(Request::Staff).await
}

#[tauri::command]
#[specta::specta]
pub async fn change_effects(change: Change, console: State<'_, Handle>) -> Answer<KeyEffects> {
    console.ask(|reply| Request::ChangeEffects(change, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn make_change(change: Change, console: State<'_, Handle>) -> Answer<ChangeMade> {
    console.ask(|reply| Request::MakeChange(change, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn history(ask: HistoryAsk, console: State<'_, Handle>) -> Answer<HistoryView> {
    console.ask(|reply| Request::History(ask, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn proof(seq: Option<u32>, console: State<'_, Handle>) -> Answer<String> {
    console.ask(|reply| Request::Proof(seq, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn check_log(console: State<'_, Handle>) -> Answer<LogChecked> {
    console.ask(Request::CheckLog).await
}

#[tauri::command]
#[specta::specta]
pub async fn export_grants(console: State<'_, Handle>) -> Answer<Exported> {
    console.ask(Request::ExportGrants).await
}

#[tauri::command]
#[specta::specta]
pub async fn servers(console: State<'_, Handle>) -> Answer<ServersView> {
    console.ask(Request::Servers).await
}

#[tauri::command]
#[specta::specta]
pub async fn ssh_keys(console: State<'_, Handle>) -> Answer<Vec<OwnSshKey>> {
    console.ask(Request::SshKeys).await
}

#[tauri::command]
#[specta::specta]
pub async fn enrol_ssh_key(line: String, console: State<'_, Handle>) -> Answer<()> {
    console.ask(|reply| Request::EnrolSshKey(line, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn connect(ask: ConnectAsk, console: State<'_, Handle>) -> Answer<Connected> {
    console.ask(|reply| Request::Connect(ask, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn connection_effects(certificate: u32, console: State<'_, Handle>) -> Answer<ConnectionEffects> {
    console.ask(|reply| Request::ConnectionEffects(certificate, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn end_connection(certificate: u32, console: State<'_, Handle>) -> Answer<()> {
    console.ask(|reply| Request::EndConnection(certificate, reply)).await
}
