//! What took effect on this console at once and is still to reach the server: first thing when it is back.

use std::sync::Arc;

use doorward_client::api::ApiError;
use doorward_core::id::{KeySerial, SessionSerial};
use secrecy::SecretString;

use super::{Controller, house::Line, memory::Who};

/// What is to be delivered. Each only takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Errand {
    SignOut,
    EndSession(SessionSerial),
    RevokeKey(KeySerial),
}

pub(super) struct Delivery {
    line: Arc<dyn Line>,
    token: SecretString,
    errand: Errand,
}

impl Delivery {
    pub fn new(line: Arc<dyn Line>, token: SecretString, errand: Errand) -> Self {
        Self { line, token, errand }
    }

    async fn send(&self) -> Result<(), ApiError> {
        match self.errand {
            Errand::SignOut => self.line.sign_out(&self.token).await,
            Errand::EndSession(session) => self.line.end_session(&self.token, session).await,
            Errand::RevokeKey(key) => self.line.revoke_own_key(&self.token, key).await,
        }
    }
}

impl Controller {
    /// Sends what waits. What the server did not hear comes back and waits for the next tick.
    pub(super) fn deliver(&mut self) {
        for delivery in std::mem::take(&mut self.deliveries) {
            let work = async move {
                let heard = !matches!(delivery.send().await, Err(ApiError::Unreachable | ApiError::Tls));
                (delivery, heard)
            };
            self.after(work, |console, (delivery, heard)| match delivery.errand {
                _ if !heard => console.deliveries.push(delivery),
                Errand::RevokeKey(key) => console.forget_revocation(key),
                Errand::SignOut | Errand::EndSession(_) => {}
            });
        }
    }

    /// Revocations that an earlier run could not deliver.
    pub(super) fn send_remembered(&mut self) {
        let Some(presence) = &self.presence else { return };
        let mine = self.memory.revoke.iter().filter(|who| who.staff == presence.staff);
        let waiting: Vec<_> = mine.map(|who| Errand::RevokeKey(who.key)).collect();
        let (line, token) = (Arc::clone(&presence.line), presence.token.clone());
        for errand in waiting {
            self.send(Arc::clone(&line), token.clone(), errand);
        }
    }

    pub(super) fn remember_revocation(&mut self, who: Who) {
        self.memory.revoke.push(who);
        self.remember();
    }

    fn forget_revocation(&mut self, key: KeySerial) {
        self.memory.revoke.retain(|who| who.key != key);
        self.remember();
    }
}
