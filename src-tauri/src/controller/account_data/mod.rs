//! What a session shows: asked for through the gateway, read, and passed on to the page. Nothing of it is kept, and
//! what is under way when the session ends is dropped.

mod read;
mod text;

#[cfg(test)]
mod read_tests;

use std::sync::Arc;

use doorward_client::api::{ApiError, DataRequest};
use doorward_core::{id::AccountId, policy::Denial, wire::Code};
use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{
    Controller, answer,
    house::Line,
    request::{Answer, Reply},
};
use crate::view::{
    Activity, AttributeTest, ErrorCode, Message, MessageBody, Messages, MessagesAsk, People, PeopleAsk, Person,
    Problem, TestOperator, UpdatePersonAsk, Workspace,
};

const PAGE: &str = "50";
const MOST_ACTIVITIES: &str = "100";

/// The account of one session, as the gateway lets it be seen.
pub(super) struct Room {
    line: Arc<dyn Line>,
    token: SecretString,
    account: AccountId,
}

impl Controller {
    /// Looks at something in a session, for as long as the session lives.
    pub(super) fn look<T, F>(&mut self, session: u32, reply: Reply<T>, look: impl FnOnce(Room) -> F)
    where
        T: Send + 'static,
        F: Future<Output = Answer<T>> + Send + 'static,
    {
        self.note_activity(session);
        let found = self.signed_in().and_then(|presence| {
            let open = self.sessions.get(&session).ok_or(Problem::from(ErrorCode::SessionNotOpen))?;
            Ok((Arc::clone(&presence.line), open))
        });
        let (line, open) = match found {
            Ok(found) => found,
            Err(problem) => return answer(reply, Err(problem)),
        };
        let cancel = open.cancel.clone();
        let work = look(Room { line, token: open.token.clone(), account: open.session.account.clone() });
        tokio::spawn(async move {
            let seen = Box::pin(cancel.run_until_cancelled(work)).await;
            answer(reply, seen.unwrap_or_else(|| Err(Denial::SessionEnded.into())));
        });
    }
}

impl Room {
    pub async fn workspaces(self) -> Answer<Vec<Workspace>> {
        let found: read::Workspaces = self.get("/v1/workspaces", &[]).await?;
        Ok(found.workspaces.into_iter().map(Into::into).collect())
    }

    pub async fn people(self, ask: PeopleAsk) -> Answer<People> {
        let tests: Vec<Value> = ask.tests.iter().map(test).collect();
        let path = self.path("/v1/customers", &[("limit", Some(PAGE)), ("start", ask.start.as_deref())]);
        let body = json!({ "filter": { "and": tests } });
        let found: read::People = self.ask(Method::POST, path, Some(body)).await?;
        Ok(found.into())
    }

    pub async fn person(self, person: String) -> Answer<Person> {
        self.see(&person).await
    }

    pub async fn activities(self, person: String) -> Answer<Vec<Activity>> {
        let found: read::Activities = self.of(&person, "activities", MOST_ACTIVITIES).await?;
        Ok(found.activities.into_iter().map(Into::into).collect())
    }

    pub async fn messages_of(self, person: String) -> Answer<Vec<Message>> {
        let found: read::Messages = self.of(&person, "messages", PAGE).await?;
        Ok(found.messages.into_iter().map(Into::into).collect())
    }

    pub async fn messages(self, ask: MessagesAsk) -> Answer<Messages> {
        let (kind, metric, start) = (ask.kind.as_deref(), ask.metric.as_deref(), ask.start.as_deref());
        let asked = [("limit", Some(PAGE)), ("type", kind), ("metric", metric), ("start", start)];
        let found: read::Messages = self.get("/v1/messages", &asked).await?;
        Ok(found.into())
    }

    pub async fn message_body(self, message: String) -> Answer<MessageBody> {
        let found: read::Archived =
            self.get(&format!("/v1/messages/{}/archived_message", coded(&message)), &[]).await?;
        Ok(found.archived_message.into())
    }

    /// Changes the attributes named and no other, and looks at the person anew. What was to stand so and no longer does
    /// is left as it is.
    pub async fn update(self, ask: UpdatePersonAsk) -> Answer<Person> {
        if let Some(expected) = &ask.only_if {
            let now = self.see(&ask.person).await?;
            let stands = |name: &str| now.attributes.iter().find(|there| there.name == name).map(|there| &there.value);
            if expected.iter().any(|wanted| stands(&wanted.name) != wanted.value.as_ref()) {
                return Err(ErrorCode::Conflict.into());
            }
        }
        let mut changes: Map<String, Value> = ask
            .changes
            .into_iter()
            .map(|change| (change.name, change.value.map_or(Value::Null, Value::from)))
            .collect();
        // A person who is gone is not made anew.
        changes.insert("_update".to_owned(), Value::Bool(true));
        let path = self.path(&format!("/api/v1/customers/{}", coded(&ask.person)), &[]);
        let _done: Value = self.ask(Method::PUT, path, Some(Value::Object(changes))).await?;
        self.see(&ask.person).await
    }

    async fn see(&self, person: &str) -> Answer<Person> {
        let found: read::Customer = self.of(person, "attributes", PAGE).await?;
        Ok(found.customer.into())
    }

    /// Something of one person. Who has no id of the customer's is known by the API's own.
    async fn of<T: DeserializeOwned>(&self, person: &str, what: &str, limit: &str) -> Answer<T> {
        let path = format!("/v1/customers/{}/{what}", coded(person));
        let found = self.get(&path, &[("limit", Some(limit))]).await;
        match found {
            Err(problem) if problem.code == ErrorCode::NotFound => {
                self.get(&path, &[("limit", Some(limit)), ("id_type", Some("cio_id"))]).await
            }
            found => found,
        }
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, Option<&str>)]) -> Answer<T> {
        self.ask(Method::GET, self.path(path, query), None).await
    }

    /// The path below the account, with whatever of the query is there.
    fn path(&self, path: &str, query: &[(&str, Option<&str>)]) -> String {
        let given = query.iter().filter_map(|(name, value)| Some(format!("{name}={}", coded((*value)?))));
        let query = given.collect::<Vec<_>>().join("&");
        let mark = if query.is_empty() { "" } else { "?" };
        format!("/accounts/{}{path}{mark}{query}", self.account)
    }

    async fn ask<T: DeserializeOwned>(&self, method: Method, path_and_query: String, body: Option<Value>) -> Answer<T> {
        let answered = self.line.account_data(&self.token, DataRequest { method, path_and_query, body }).await;
        let answered = answered.map_err(by_the_gateway)?;
        match answered.status {
            200..=299 => serde_json::from_value(answered.body).map_err(|_| ErrorCode::Internal.into()),
            404 => Err(ErrorCode::NotFound.into()),
            409 => Err(ErrorCode::Conflict.into()),
            429 => Err(Problem { retry_after: answered.retry_after, ..ErrorCode::TooManyRequests.into() }),
            400..=499 => Err(ErrorCode::BadRequest.into()),
            _ => Err(ErrorCode::UpstreamUnreachable.into()),
        }
    }
}

/// The gateway speaks of the session's token, not of the sign-in.
fn by_the_gateway(error: ApiError) -> Problem {
    match error {
        ApiError::Problem(problem) if problem.code == Code::NotSignedIn => {
            Problem { request: Some(problem.request), ..ErrorCode::SessionNotOpen.into() }
        }
        other => other.into(),
    }
}

fn test(test: &AttributeTest) -> Value {
    let mut attribute = Map::new();
    attribute.insert("field".to_owned(), json!(test.field));
    match test.operator {
        TestOperator::Eq => {
            attribute.insert("operator".to_owned(), json!("eq"));
            attribute.insert("value".to_owned(), json!(test.value.as_deref().unwrap_or_default()));
        }
        TestOperator::Exists => {
            attribute.insert("operator".to_owned(), json!("exists"));
        }
    }
    json!({ "attribute": attribute })
}

fn coded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
