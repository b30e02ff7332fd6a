//! A server and a gateway in memory: they keep the true fold, decide by the policy, and remember what was asked.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard},
};

use doorward_client::api::{ApiError, DataAnswer, DataRequest, Passage, Passed};
use doorward_core::{
    feed::{entry::What, subject::Subject},
    id::{AccountId, CertificateSerial, KeySerial, SessionSerial, SignInSerial, StaffId},
    policy::{Ask, By, Denial, Opening, TouchBinding, decide},
    session::{EndCause, Lengths, Mode, Reason, Session},
    time::{Millis, UnixMs},
    wire::*,
};
use futures::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::stage::Feed;
use crate::controller::{
    Asked,
    house::{House, Line, LineFault},
};

pub const SIGN_IN: Millis = Millis::hours(10);

/// Changes a history on its way.
pub type Forge = Box<dyn Fn(&mut History) + Send>;

/// What the fake remembers and decides by.
pub struct Inner {
    pub feed: Feed,
    pub now: UnixMs,
    pub reachable: bool,
    /// What was asked, in order.
    pub asked: Vec<String>,
    pub sessions: Vec<(Session, Reason, Option<EndCause>)>,
    /// What the upstream will answer next.
    pub data: VecDeque<(u16, Value)>,
    /// What the gateway will say next, in place of the upstream.
    pub refuse: Option<ApiError>,
    /// While set, no answer to account data comes, and no certificate.
    pub hold: Option<Arc<Notify>>,
    pub names: Vec<AccountName>,
    /// What is told of servers, and the next certificate.
    pub servers: Servers,
    pub certificate: Option<IssuedCertificate>,
    /// What is done to a history before it is told.
    pub forge: Option<Forge>,
    /// What was touched for and done.
    pub done: Vec<Intent>,
    intents: Vec<Intent>,
    signed_in: Option<(StaffId, KeySerial, UnixMs)>,
}

#[derive(Clone)]
pub struct FakeHouse(pub Arc<Mutex<Inner>>);

impl FakeHouse {
    pub fn new(feed: Feed, now: UnixMs) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            feed,
            now,
            reachable: true,
            asked: Vec::new(),
            sessions: Vec::new(),
            data: VecDeque::new(),
            refuse: None,
            hold: None,
            names: Vec::new(),
            servers: Servers { servers: Vec::new(), ssh_key: None },
            certificate: None,
            forge: None,
            done: Vec::new(),
            intents: Vec::new(),
            signed_in: None,
        })))
    }

    pub fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    pub fn was_asked(&self, what: &str) -> usize {
        self.inner().asked.iter().filter(|asked| *asked == what).count()
    }

    /// Notes what was asked; nothing is answered out of reach.
    fn asked(&self, what: &str) -> Result<MutexGuard<'_, Inner>, ApiError> {
        let mut inner = self.inner();
        if !inner.reachable {
            return Err(ApiError::Unreachable);
        }
        inner.asked.push(what.to_owned());
        Ok(inner)
    }
}

pub fn refused(code: Code, denial: Option<Denial>) -> ApiError {
    let (message, request) = ("refused".to_owned(), "r-1".to_owned());
    ApiError::Problem(Box::new(Problem { code, denial, detail: None, message, request, retry_after: None }))
}

fn refused_key() -> ApiError {
    refused(Code::KeyRefused, None)
}

fn denied(denial: Denial) -> ApiError {
    refused(Code::Denied, Some(denial))
}

/// Options to touch, or to make.
fn options() -> WebAuthnJson {
    let touch = json!({ "challenge": "AQ", "rpId": "d.test", "allowCredentials": [], "userVerification": "required" });
    WebAuthnJson(json!({ "publicKey": touch }))
}

fn making() -> WebAuthnJson {
    let user = json!({ "id": "AQ", "name": "ada", "displayName": "Ada" });
    let make =
        json!({ "rp": { "id": "d.test", "name": "d" }, "user": user, "challenge": "AQ", "pubKeyCredParams": [] });
    WebAuthnJson(json!({ "publicKey": make }))
}

impl Inner {
    fn open(&mut self, account: AccountId, mode: Mode, reason: Reason) -> Result<OpenedSession, ApiError> {
        let (staff, key, sign_in_ends) = self.signed_in.clone().ok_or(refused(Code::NotSignedIn, None))?;
        let state = &self.feed.state;
        let grant = state.account(&account).and_then(|account| account.success.as_ref()).map(|grant| grant.serial);
        let touch = grant.map(|grant| TouchBinding { account: account.clone(), mode, grant, reason: reason.clone() });
        let (by, lengths) = (By { staff: &staff, key }, Lengths::default());
        let asked =
            Opening { by, account: &account, mode, reason: &reason, touch: touch.as_ref(), sign_in_ends, lengths };
        let opened = decide(state, &Ask::Open(asked), self.now).map_err(denied)?.opened().unwrap();
        let serial = SessionSerial(self.sessions.len() as u64 + 1);
        let session =
            Session { serial, staff, account, mode, stands: opened.stands, opened: self.now, ends: opened.ends };
        self.sessions.push((session.clone(), reason, None));
        let token_expires = self.now.plus(Millis::minutes(5)).min(session.ends);
        Ok(OpenedSession { session, token: Secret(format!("session-{serial}")), token_expires })
    }

    /// Ends a session as the server does, but for the feed.
    pub fn end(&mut self, serial: SessionSerial, cause: EndCause) -> What {
        let kept = self.sessions.iter_mut().find(|(session, ..)| session.serial == serial).unwrap();
        kept.2 = Some(cause);
        What::SessionEnded { session: serial, cause }
    }
}

impl House for FakeHouse {
    fn connect(&self) -> Result<Arc<dyn Line>, LineFault> {
        Ok(Arc::new(self.clone()))
    }

    fn in_reach(&self) -> BoxFuture<'static, bool> {
        let house = self.clone();
        Box::pin(async move { house.asked("health").is_ok() })
    }

    fn unfollow(&self) {
        self.inner().asked.push("unfollow".to_owned());
    }
}

/// Answers at once.
fn at_once<T: Send + 'static>(answer: Result<T, ApiError>) -> Asked<'static, T> {
    Box::pin(async move { answer })
}

impl Line for FakeHouse {
    fn begin_enrolment(&self, ask: BeginEnrolment) -> Asked<'_, Ceremony> {
        at_once(self.asked("begin-enrolment").and_then(|_| match ask.code.0.as_str() {
            "good" => Ok(Ceremony { ceremony: "e".to_owned(), options: making() }),
            _ => Err(refused(Code::CodeRefused, None)),
        }))
    }

    fn finish_enrolment(&self, ask: FinishEnrolment) -> Asked<'_, Enrolled> {
        let staff = StaffId::parse("ada").unwrap();
        let made = Enrolled { key: KeySerial(9), staff, handle: ask.name };
        let refused = made.handle == "Toy";
        let finished = self.asked("finish-enrolment").map(|_| made);
        at_once(finished.and_then(|made| if refused { Err(refused_key()) } else { Ok(made) }))
    }

    /// The handle is the staff member's id.
    fn begin_sign_in(&self, ask: BeginSignIn) -> Asked<'_, Ceremony> {
        at_once(self.asked("begin-sign-in").map(|_| Ceremony { ceremony: ask.handle, options: options() }))
    }

    fn finish_sign_in(&self, ask: Answer) -> Asked<'_, SignedIn> {
        at_once(self.asked("finish-sign-in").and_then(|mut inner| {
            let staff = StaffId::parse(&ask.ceremony).unwrap();
            let key = (1..).map(KeySerial).find(|key| inner.feed.state.key_owner(*key) == Some(&staff)).unwrap();
            let by = By { staff: &staff, key };
            decide(&inner.feed.state, &Ask::SignIn { by }, inner.now).map_err(denied)?;
            let (now, ends) = (inner.now, inner.now.plus(SIGN_IN));
            inner.signed_in = Some((staff.clone(), key, ends));
            let (token, roles) = (Secret("sign-in".to_owned()), Vec::new());
            Ok(SignedIn {
                token,
                sign_in: SignInSerial(1),
                staff,
                name: "Ada Lovelace".to_owned(),
                key,
                roles,
                ends,
                now,
            })
        }))
    }

    fn sign_out<'a>(&'a self, _token: &'a SecretString) -> Asked<'a, ()> {
        at_once(self.asked("sign-out").map(|_| ()))
    }

    fn begin_intent<'a>(&'a self, _token: &'a SecretString, ask: BeginIntent) -> Asked<'a, IntentBegun> {
        at_once(self.asked("begin-intent").map(|mut inner| {
            let standing = |key| move |(session, ..): &&(Session, Reason, Option<EndCause>)| session.stands.key == key;
            let effects = match &ask.intent {
                Intent::RevokeKey { key } => Effects {
                    sessions: inner.sessions.iter().filter(standing(*key)).map(|(s, ..)| s.serial).collect(),
                    sign_ins: 1,
                    last_admin_key: false,
                },
                Intent::RevokeKeys { keys } => Effects { sign_ins: keys.len() as u64, ..Effects::default() },
                _ => Effects::default(),
            };
            inner.intents.push(ask.intent);
            IntentBegun { ceremony: (inner.intents.len() - 1).to_string(), options: options(), effects }
        }))
    }

    fn confirm_intent<'a>(
        &'a self,
        _token: &'a SecretString,
        ceremony: String,
        _ask: ConfirmIntent,
    ) -> Asked<'a, Outcome> {
        let mut hold = None;
        let answer = self.asked("confirm-intent").and_then(|mut inner| {
            match inner.intents[ceremony.parse::<usize>().unwrap()].clone() {
                Intent::OpenReadWrite { account, reason, .. } => {
                    inner.open(account, Mode::ReadWrite, reason).map(|opened| Outcome::Opened { opened })
                }
                Intent::IssueEnrolmentCode { .. } => Ok(Outcome::CodeIssued {
                    code: Secret("once".to_owned()),
                    expires: inner.now.plus(Millis::hours(24)),
                }),
                intent @ Intent::IssueCertificate { .. } => {
                    inner.done.push(intent);
                    hold = inner.hold.clone();
                    Ok(Outcome::Certified { issued: inner.certificate.clone().unwrap() })
                }
                intent => {
                    inner.done.push(intent);
                    Ok(Outcome::Changed { seq: doorward_core::id::Seq(1) })
                }
            }
        });
        Box::pin(async move {
            if let Some(hold) = hold {
                hold.notified().await;
            }
            answer
        })
    }

    fn open_session<'a>(&'a self, _token: &'a SecretString, ask: OpenSession) -> Asked<'a, OpenedSession> {
        at_once(self.asked("open-session").and_then(|mut inner| inner.open(ask.account, Mode::ReadOnly, ask.reason)))
    }

    fn sessions<'a>(&'a self, _token: &'a SecretString) -> Asked<'a, Sessions> {
        at_once(self.asked("sessions").map(|inner| {
            let view = |(session, reason, ended): &(Session, Reason, Option<EndCause>)| SessionView {
                session: session.clone(),
                reason: reason.clone(),
                ended: *ended,
                live: ended.is_none(),
            };
            Sessions { sessions: inner.sessions.iter().map(view).collect() }
        }))
    }

    fn renew<'a>(&'a self, _token: &'a SecretString, session: SessionSerial) -> Asked<'a, SessionToken> {
        at_once(self.asked("renew").map(|inner| SessionToken {
            token: Secret(format!("renewed-{session}")),
            token_expires: inner.now.plus(Millis::minutes(5)),
        }))
    }

    fn end_session<'a>(&'a self, _token: &'a SecretString, session: SessionSerial) -> Asked<'a, ()> {
        at_once(self.asked(&format!("end-session {session}")).map(|_| ()))
    }

    fn keys<'a>(&'a self, _token: &'a SecretString) -> Asked<'a, Keys> {
        at_once(self.asked("keys").map(|inner| {
            let state = &inner.feed.state;
            let keys = (1..state.next_key().0).map(KeySerial).map(|key| KeyView {
                key,
                staff: state.key_owner(key).unwrap().clone(),
                name: format!("key {key}"),
                model: "soft".to_owned(),
                enrolled: UnixMs(5),
                last_used: None,
                revoked: state.key_revoked(key),
            });
            Keys { keys: keys.collect() }
        }))
    }

    fn revoke_own_key<'a>(&'a self, _token: &'a SecretString, key: KeySerial) -> Asked<'a, ()> {
        at_once(self.asked(&format!("revoke-key {key}")).map(|_| ()))
    }

    fn servers<'a>(&'a self, _token: &'a SecretString) -> Asked<'a, Servers> {
        at_once(self.asked("servers").map(|inner| inner.servers.clone()))
    }

    fn revoke_own_certificate<'a>(&'a self, _token: &'a SecretString, certificate: CertificateSerial) -> Asked<'a, ()> {
        at_once(self.asked(&format!("revoke-certificate {certificate}")).map(|_| ()))
    }

    fn account_names<'a>(&'a self, _token: &'a SecretString, after: Option<AccountId>) -> Asked<'a, AccountNames> {
        at_once(self.asked("account-names").map(|inner| {
            let later = |named: &&AccountName| after.as_ref().is_none_or(|after| named.account > *after);
            AccountNames { accounts: inner.names.iter().filter(later).cloned().collect(), next: None }
        }))
    }

    fn staff_names<'a>(&'a self, _token: &'a SecretString) -> Asked<'a, StaffNames> {
        at_once(self.asked("staff-names").map(|_| {
            let (staff, handle) = (StaffId::parse("carl").unwrap(), "carl".to_owned());
            StaffNames { staff: vec![StaffName { staff, handle, name: "Carl Gauss".to_owned() }] }
        }))
    }

    fn account_data<'a>(&'a self, token: &'a SecretString, ask: DataRequest) -> Asked<'a, DataAnswer> {
        Box::pin(async move {
            let hold = {
                let mut inner = self.asked(&format!("{} {}", ask.method, ask.path_and_query))?;
                inner.asked.push(format!("with {}", token.expose_secret()));
                inner.asked.extend(ask.body.map(|body| body.to_string()));
                if let Some(refusal) = inner.refuse.take() {
                    return Err(refusal);
                }
                inner.hold.clone()
            };
            if let Some(hold) = hold {
                hold.notified().await;
            }
            let answer = self.inner().data.pop_front();
            let (status, body) = answer.ok_or(refused(Code::UpstreamUnreachable, None))?;
            Ok(DataAnswer { status, retry_after: (status == 429).then_some(7), body })
        })
    }

    /// Answers like the upstream; while it holds, the answer has begun and goes on for ever.
    fn pass<'a>(&'a self, token: &'a SecretString, ask: Passage) -> Asked<'a, Passed> {
        use futures::StreamExt;
        use http_body_util::{BodyExt, StreamBody};
        use hyper::body::{Bytes, Frame};

        at_once(self.asked(&format!("{} {}", ask.method, ask.path_and_query)).and_then(|mut inner| {
            inner.asked.push(format!("with {}", token.expose_secret()));
            let (status, body) = inner.data.pop_front().ok_or(refused(Code::UpstreamUnreachable, None))?;
            let first = futures::stream::iter([Ok(Frame::data(Bytes::from(body.to_string())))]);
            let held = if inner.hold.is_some() {
                futures::stream::pending().left_stream()
            } else {
                futures::stream::empty().right_stream()
            };
            let mut answer = Passed::new(BodyExt::boxed(StreamBody::new(first.chain(held))));
            *answer.status_mut() = http::StatusCode::from_u16(status).unwrap();
            Ok(answer)
        }))
    }

    fn history<'a>(
        &'a self,
        _token: &'a SecretString,
        subject: Subject,
        size: Option<u64>,
        before: Option<u64>,
    ) -> Asked<'a, History> {
        at_once(self.asked("history").map(|inner| {
            let mut told = inner.feed.history(&subject, size, before);
            if let Some(forge) = &inner.forge {
                forge(&mut told);
            }
            told
        }))
    }

    fn taken_grants<'a>(&'a self, _token: &'a SecretString, from: UnixMs) -> Asked<'a, TakenGrants> {
        at_once(self.asked("taken-grants").map(|inner| inner.feed.taken(from)))
    }

    fn consistency<'a>(&'a self, _token: &'a SecretString, from: u64, to: Option<u64>) -> Asked<'a, Consistency> {
        at_once(self.asked("consistency").map(|inner| inner.feed.consistency(from, to)))
    }

    fn follow(&self, _token: &SecretString) {
        self.inner().asked.push("follow".to_owned());
    }
}
