//! The server and the gateway as the controller sees them. Behind it stand TLS and HTTP, or a test's own house.

use std::sync::Arc;

use doorward_client::api::{ApiError, DataAnswer, DataRequest, Passage, Passed};
use doorward_core::{
    feed::subject::Subject,
    id::{AccountId, CertificateSerial, KeySerial, SessionSerial},
    time::UnixMs,
    wire::{
        AccountNames, Answer, BeginEnrolment, BeginIntent, BeginSignIn, Ceremony, ConfirmIntent, Consistency, Enrolled,
        FinishEnrolment, History, IntentBegun, Keys, OpenSession, OpenedSession, Outcome, Servers, SessionToken,
        Sessions, SignedIn, StaffNames, TakenGrants,
    },
};
use futures::future::BoxFuture;
use secrecy::SecretString;

/// An answer that is on its way.
pub type Asked<'a, T> = BoxFuture<'a, Result<T, ApiError>>;

/// No line could be made: the certificate or TLS failed on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no client certificate could be made")]
pub struct LineFault;

/// Where lines come from.
pub trait House: Send + Sync {
    /// A line over a client certificate of its own, made in memory for it.
    fn connect(&self) -> Result<Arc<dyn Line>, LineFault>;
    /// Whether the server answers at all.
    fn in_reach(&self) -> BoxFuture<'static, bool>;
    /// The feed is no longer followed: nobody is signed in.
    fn unfollow(&self);
}

/// The server and the gateway over one client certificate.
pub trait Line: Send + Sync {
    fn begin_enrolment(&self, ask: BeginEnrolment) -> Asked<'_, Ceremony>;
    fn finish_enrolment(&self, ask: FinishEnrolment) -> Asked<'_, Enrolled>;
    fn begin_sign_in(&self, ask: BeginSignIn) -> Asked<'_, Ceremony>;
    fn finish_sign_in(&self, ask: Answer) -> Asked<'_, SignedIn>;
    fn sign_out<'a>(&'a self, token: &'a SecretString) -> Asked<'a, ()>;
    fn begin_intent<'a>(&'a self, token: &'a SecretString, ask: BeginIntent) -> Asked<'a, IntentBegun>;
    fn confirm_intent<'a>(
        &'a self,
        token: &'a SecretString,
        ceremony: String,
        ask: ConfirmIntent,
    ) -> Asked<'a, Outcome>;
    fn open_session<'a>(&'a self, token: &'a SecretString, ask: OpenSession) -> Asked<'a, OpenedSession>;
    fn sessions<'a>(&'a self, token: &'a SecretString) -> Asked<'a, Sessions>;
    fn renew<'a>(&'a self, token: &'a SecretString, session: SessionSerial) -> Asked<'a, SessionToken>;
    fn end_session<'a>(&'a self, token: &'a SecretString, session: SessionSerial) -> Asked<'a, ()>;
    fn keys<'a>(&'a self, token: &'a SecretString) -> Asked<'a, Keys>;
    fn revoke_own_key<'a>(&'a self, token: &'a SecretString, key: KeySerial) -> Asked<'a, ()>;
    fn servers<'a>(&'a self, token: &'a SecretString) -> Asked<'a, Servers>;
    fn revoke_own_certificate<'a>(&'a self, token: &'a SecretString, certificate: CertificateSerial) -> Asked<'a, ()>;
    fn account_names<'a>(&'a self, token: &'a SecretString, after: Option<AccountId>) -> Asked<'a, AccountNames>;
    fn staff_names<'a>(&'a self, token: &'a SecretString) -> Asked<'a, StaffNames>;
    /// A request through the gateway, with a session's token.
    fn account_data<'a>(&'a self, token: &'a SecretString, ask: DataRequest) -> Asked<'a, DataAnswer>;
    /// Another program's request through the gateway, with a session's token: it flows both ways.
    fn pass<'a>(&'a self, token: &'a SecretString, ask: Passage) -> Asked<'a, Passed>;
    /// The entries about `subject` before an entry, proven in the tree of a size.
    fn history<'a>(
        &'a self,
        token: &'a SecretString,
        subject: Subject,
        size: Option<u64>,
        before: Option<u64>,
    ) -> Asked<'a, History>;
    fn taken_grants<'a>(&'a self, token: &'a SecretString, from: UnixMs) -> Asked<'a, TakenGrants>;
    fn consistency<'a>(&'a self, token: &'a SecretString, from: u64, to: Option<u64>) -> Asked<'a, Consistency>;
    /// From now on the feed is followed over this line.
    fn follow(&self, token: &SecretString);
}
