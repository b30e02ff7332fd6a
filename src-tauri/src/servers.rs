//! The real server and gateway: TLS and HTTP behind what the controller knows as a house. It keeps nothing but the
//! addresses and whom to believe.

use std::sync::Arc;

use doorward_client::{
    api::{Api, ApiError, ApiFault, DataAnswer, DataRequest, Passage, Passed},
    config::Config,
    follower::Credential,
    identity::{ClientIdentity, IdentityFault},
};
use doorward_core::{
    feed::subject::Subject,
    id::{AccountId, CertificateSerial, KeySerial, SessionSerial},
    time::UnixMs,
    wire::{
        self, AccountNames, Answer, BeginEnrolment, BeginIntent, BeginSignIn, Ceremony, ConfirmIntent, Consistency,
        Enrolled, FinishEnrolment, History, IntentBegun, Keys, OpenSession, OpenedSession, Outcome, SessionToken,
        Sessions, SignedIn, StaffNames, TakenGrants,
    },
};
use futures::future::BoxFuture;
use secrecy::SecretString;
use tokio::sync::watch;

use crate::controller::{Asked, House, Line, LineFault};

/// The servers cannot be spoken to from this machine.
#[derive(Debug, thiserror::Error)]
pub enum ServersFault {
    #[error("the certificates to believe cannot be used: {0}")]
    Api(#[from] ApiFault),
    #[error(transparent)]
    Identity(#[from] IdentityFault),
}

/// Where server and gateway are, and what is followed.
pub struct Servers {
    config: Config,
    follow: watch::Sender<Credential>,
    /// Asks only whether anybody is there.
    probe: Api,
}

impl Servers {
    /// The servers of `config`, and what a follower is to ask with.
    pub fn new(config: Config) -> Result<(Self, watch::Receiver<Credential>), ServersFault> {
        let identity = ClientIdentity::generate()?;
        let probe = Api::new(&config.server, &config.ca, &identity)?;
        // The gateway's certificates are looked at now, and not at the first session.
        Api::new(&config.gateway, &config.gateway_ca, &identity)?;
        let (follow, credential) = watch::channel(None);
        Ok((Self { config, follow, probe }, credential))
    }

    fn line(&self) -> Result<RealLine, ServersFault> {
        let identity = ClientIdentity::generate()?;
        let server = Api::new(&self.config.server, &self.config.ca, &identity)?;
        let gateway = Api::new(&self.config.gateway, &self.config.gateway_ca, &identity)?;
        Ok(RealLine { server, gateway, follow: self.follow.clone() })
    }
}

impl House for Servers {
    fn connect(&self) -> Result<Arc<dyn Line>, LineFault> {
        let line = self.line().map_err(|fault| {
            tracing::error!(%fault, "no line could be made");
            LineFault
        })?;
        Ok(Arc::new(line))
    }

    fn in_reach(&self) -> BoxFuture<'static, bool> {
        let probe = self.probe.clone();
        // Whoever refuses is there.
        Box::pin(async move { !matches!(probe.health().await, Err(ApiError::Unreachable | ApiError::Tls)) })
    }

    fn unfollow(&self) {
        self.follow.send_replace(None);
    }
}

/// Server and gateway over one certificate, whose key is in memory alone and goes with the line.
struct RealLine {
    server: Api,
    gateway: Api,
    follow: watch::Sender<Credential>,
}

impl Line for RealLine {
    fn begin_enrolment(&self, ask: BeginEnrolment) -> Asked<'_, Ceremony> {
        Box::pin(async move { self.server.begin_enrolment(&ask).await })
    }

    fn finish_enrolment(&self, ask: FinishEnrolment) -> Asked<'_, Enrolled> {
        Box::pin(async move { self.server.finish_enrolment(&ask).await })
    }

    fn begin_sign_in(&self, ask: BeginSignIn) -> Asked<'_, Ceremony> {
        Box::pin(async move { self.server.begin_sign_in(&ask).await })
    }

    fn finish_sign_in(&self, ask: Answer) -> Asked<'_, SignedIn> {
        Box::pin(async move { self.server.finish_sign_in(&ask).await })
    }

    fn sign_out<'a>(&'a self, token: &'a SecretString) -> Asked<'a, ()> {
        Box::pin(self.server.sign_out(token))
    }

    fn begin_intent<'a>(&'a self, token: &'a SecretString, ask: BeginIntent) -> Asked<'a, IntentBegun> {
        Box::pin(async move { self.server.begin_intent(token, &ask).await })
    }

    fn confirm_intent<'a>(
        &'a self,
        token: &'a SecretString,
        ceremony: String,
        ask: ConfirmIntent,
    ) -> Asked<'a, Outcome> {
        Box::pin(async move { self.server.confirm_intent(token, &ceremony, &ask).await })
    }

    fn open_session<'a>(&'a self, token: &'a SecretString, ask: OpenSession) -> Asked<'a, OpenedSession> {
        Box::pin(async move { self.server.open_session(token, &ask).await })
    }

    fn sessions<'a>(&'a self, token: &'a SecretString) -> Asked<'a, Sessions> {
        Box::pin(self.server.sessions(token))
    }

    fn renew<'a>(&'a self, token: &'a SecretString, session: SessionSerial) -> Asked<'a, SessionToken> {
        Box::pin(self.server.renew(token, session))
    }

    fn end_session<'a>(&'a self, token: &'a SecretString, session: SessionSerial) -> Asked<'a, ()> {
        Box::pin(self.server.end_session(token, session))
    }

    fn keys<'a>(&'a self, token: &'a SecretString) -> Asked<'a, Keys> {
        Box::pin(self.server.keys(token))
    }

    fn revoke_own_key<'a>(&'a self, token: &'a SecretString, key: KeySerial) -> Asked<'a, ()> {
        Box::pin(self.server.revoke_own_key(token, key))
    }

    fn servers<'a>(&'a self, token: &'a SecretString) -> Asked<'a, wire::Servers> {
        Box::pin(self.server.servers(token))
    }

    fn revoke_own_certificate<'a>(&'a self, token: &'a SecretString, certificate: CertificateSerial) -> Asked<'a, ()> {
        Box::pin(self.server.revoke_own_certificate(token, certificate))
    }

    fn account_names<'a>(&'a self, token: &'a SecretString, after: Option<AccountId>) -> Asked<'a, AccountNames> {
        Box::pin(async move { self.server.account_names(token, after.as_ref()).await })
    }

    fn staff_names<'a>(&'a self, token: &'a SecretString) -> Asked<'a, StaffNames> {
        Box::pin(self.server.staff_names(token))
    }

    fn account_data<'a>(&'a self, token: &'a SecretString, ask: DataRequest) -> Asked<'a, DataAnswer> {
        Box::pin(async move { self.gateway.account_data(token, &ask).await })
    }

    fn pass<'a>(&'a self, token: &'a SecretString, ask: Passage) -> Asked<'a, Passed> {
        Box::pin(self.gateway.pass(token, ask))
    }

    fn history<'a>(
        &'a self,
        token: &'a SecretString,
        subject: Subject,
        size: Option<u64>,
        before: Option<u64>,
    ) -> Asked<'a, History> {
        Box::pin(async move { self.server.history(token, &subject, size, before).await })
    }

    fn taken_grants<'a>(&'a self, token: &'a SecretString, from: UnixMs) -> Asked<'a, TakenGrants> {
        Box::pin(self.server.taken_grants(token, from))
    }

    fn consistency<'a>(&'a self, token: &'a SecretString, from: u64, to: Option<u64>) -> Asked<'a, Consistency> {
        Box::pin(self.server.consistency(token, from, to))
    }

    fn follow(&self, token: &SecretString) {
        self.follow.send_replace(Some((self.server.clone(), token.clone())));
    }
}
