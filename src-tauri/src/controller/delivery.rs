//! What took effect on this console at once and is still to reach the server: first thing when it is back.

use std::sync::Arc;

use doorward_client::api::ApiError;
use doorward_core::id::{CertificateSerial, KeySerial, SessionSerial};
use secrecy::SecretString;

use super::{
    Controller,
    house::Line,
    memory::{Disconnect, Ending, Who},
};

/// What is to be delivered. Each only takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Errand {
    SignOut,
    EndSession(SessionSerial),
    RevokeKey(KeySerial),
    RevokeCertificate(CertificateSerial),
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
            Errand::RevokeCertificate(certificate) => self.line.revoke_own_certificate(&self.token, certificate).await,
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
                Errand::EndSession(session) => console.forget_ending(session),
                Errand::RevokeCertificate(certificate) => console.forget_disconnect(certificate),
                Errand::SignOut => {}
            });
        }
    }

    /// Revocations and ends that an earlier run could not deliver. The server answers one that it has heard of already
    /// with a refusal, and then it is delivered.
    pub(super) fn send_remembered(&mut self) {
        let Some(presence) = &self.presence else { return };
        let mine = self.memory.revoke.iter().filter(|who| who.staff == presence.staff);
        let ended = self.memory.end.iter().filter(|ending| ending.staff == presence.staff);
        let cut = self.memory.disconnect.iter().filter(|gone| gone.staff == presence.staff);
        let waiting: Vec<_> = ended
            .map(|ending| Errand::EndSession(ending.session))
            .chain(cut.map(|gone| Errand::RevokeCertificate(gone.certificate)))
            .chain(mine.map(|who| Errand::RevokeKey(who.key)))
            .collect();
        let (line, token) = (Arc::clone(&presence.line), presence.token.clone());
        for errand in waiting {
            self.send(Arc::clone(&line), token.clone(), errand);
        }
    }

    pub(super) fn remember_revocation(&mut self, who: Who) {
        self.memory.revoke.push(who);
        self.remember();
    }

    /// A session is over here; were this the last the console does, the server would still hear of it.
    pub(super) fn remember_ending(&mut self, session: SessionSerial) {
        let Some(presence) = self.presence.as_ref().filter(|_| !self.is_online()) else { return };
        let ending = Ending { staff: presence.staff.clone(), session };
        if !self.memory.end.contains(&ending) {
            self.memory.end.push(ending);
            self.remember();
        }
    }

    /// Every session of this console is about to be over.
    pub(super) fn note_endings(&mut self) {
        let open: Vec<_> = self.sessions.values().map(|open| open.session.serial).collect();
        open.into_iter().for_each(|session| self.remember_ending(session));
    }

    /// A connection is over here; were this the last the console does, the server would still hear of it.
    pub(super) fn remember_disconnect(&mut self, gone: Disconnect) {
        if !self.memory.disconnect.contains(&gone) {
            self.memory.disconnect.push(gone);
            self.remember();
        }
    }

    fn forget_disconnect(&mut self, certificate: CertificateSerial) {
        let before = self.memory.disconnect.len();
        self.memory.disconnect.retain(|gone| gone.certificate != certificate);
        if self.memory.disconnect.len() != before {
            self.remember();
        }
    }

    fn forget_ending(&mut self, session: SessionSerial) {
        let before = self.memory.end.len();
        self.memory.end.retain(|ending| ending.session != session);
        if self.memory.end.len() != before {
            self.remember();
        }
    }

    fn forget_revocation(&mut self, key: KeySerial) {
        self.memory.revoke.retain(|who| who.key != key);
        self.remember();
    }
}
