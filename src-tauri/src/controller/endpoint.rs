//! Endpoints: how other programs on this machine use a session that is open here. Each belongs to one session and goes
//! with it; the session's token and account are added here, and never shown.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_client::{
    api::{ApiError, Passage, Passed},
    endpoint::{Endpoint, Way},
};
use doorward_core::id::AccountId;
use futures::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{mpsc, watch};

use super::{
    Controller, Then, answer,
    house::Line,
    request::{Answer, Reply},
};
use crate::view::{EndpointView, ErrorCode, Problem};

/// So that a secret that was pasted somewhere is known for what it is.
const MARK: &str = "doorward-endpoint-";

/// An endpoint that is open, and how it hears of a new token.
pub(super) struct Served {
    endpoint: Endpoint,
    token: watch::Sender<SecretString>,
}

impl Served {
    pub fn take_token(&self, token: &SecretString) {
        self.token.send_replace(token.clone());
    }

    fn view(&self, session: u32) -> EndpointView {
        let secret = self.endpoint.secret().expose_secret().to_owned();
        EndpointView { session, url: self.endpoint.url(), secret }
    }
}

/// From an endpoint through the gateway, as far as its session goes.
struct Through {
    line: Arc<dyn Line>,
    token: watch::Receiver<SecretString>,
    account: AccountId,
    session: u32,
    back: mpsc::UnboundedSender<Then>,
}

impl Way for Through {
    fn pass(&self, ask: Passage) -> BoxFuture<'_, Result<Passed, ApiError>> {
        let session = self.session;
        let _closing = self.back.send(Box::new(move |console| console.note_activity(session)));
        let path_and_query = format!("/accounts/{}{}", self.account, ask.path_and_query);
        Box::pin(async move {
            let token = self.token.borrow().clone();
            self.line.pass(&token, Passage { path_and_query, ..ask }).await
        })
    }
}

impl Controller {
    /// The session's endpoint, where one is open.
    pub(super) fn endpoint(&self, session: u32) -> Answer<Option<EndpointView>> {
        self.signed_in()?;
        let open = self.sessions.get(&session).ok_or(Problem::from(ErrorCode::SessionNotOpen))?;
        Ok(open.endpoint.as_ref().map(|served| served.view(session)))
    }

    /// Opens an endpoint for the session; one that is open already is told again.
    pub(super) fn open_endpoint(&mut self, session: u32, reply: Reply<EndpointView>) {
        let found = self.endpoint(session).and_then(|there| Ok((there, self.way(session)?)));
        let (through, token) = match found {
            Ok((Some(there), _)) => return answer(reply, Ok(there)),
            Ok((None, way)) => way,
            Err(problem) => return answer(reply, Err(problem)),
        };
        let work = Endpoint::open(self.fresh_secret(), through);
        self.after(work, move |console, opened| {
            let served = opened.map(|endpoint| Served { endpoint, token }).map_err(|fault| {
                tracing::warn!(%fault, "no endpoint could be opened");
                Problem::from(ErrorCode::Unavailable)
            });
            let told = served.and_then(|served| console.serve(session, served));
            answer(reply, told);
        });
    }

    /// What came too late, for a session that is over, is closed again by being dropped.
    fn serve(&mut self, session: u32, served: Served) -> Answer<EndpointView> {
        let open = self.sessions.get_mut(&session).ok_or(Problem::from(ErrorCode::SessionNotOpen))?;
        served.take_token(&open.token);
        Ok(open.endpoint.get_or_insert(served).view(session))
    }

    pub(super) fn close_endpoint(&mut self, session: u32) -> Answer<()> {
        if let Some(open) = self.sessions.get_mut(&session) {
            open.endpoint = None;
        }
        Ok(())
    }

    /// Nobody at the console, no other program either.
    pub(super) fn close_endpoints(&mut self) {
        self.sessions.values_mut().for_each(|open| open.endpoint = None);
    }

    fn way(&self, session: u32) -> Answer<(Through, watch::Sender<SecretString>)> {
        let line = Arc::clone(&self.signed_in()?.line);
        let open = self.sessions.get(&session).ok_or(Problem::from(ErrorCode::SessionNotOpen))?;
        let (send, token) = watch::channel(open.token.clone());
        let (account, back) = (open.session.account.clone(), self.back.clone());
        Ok((Through { line, token, account, session, back }, send))
    }

    /// 256 bits of the console's randomness.
    fn fresh_secret(&self) -> SecretString {
        let bits: Vec<u8> = (0..4).flat_map(|_| (self.parts.dice)().to_be_bytes()).collect();
        format!("{MARK}{}", URL_SAFE_NO_PAD.encode(bits)).into()
    }
}
