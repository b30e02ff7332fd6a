//! Sign-in, enrolment, sessions and keys on the wire. Secrets have no Debug that shows them.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    id::{AccountId, KeySerial, SessionSerial, SignInSerial, StaffId},
    session::{EndCause, Reason, Session},
    staff::Role,
    time::UnixMs,
};

/// A secret on the wire: serialises as itself, shows nothing in Debug.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A WebAuthn message (options or credential) as the W3C's JSON has it. Debug shows nothing.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub struct WebAuthnJson(pub serde_json::Value);

impl fmt::Debug for WebAuthnJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebAuthnJson(…)")
    }
}

/// `POST /v1/enrolments/begin`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginEnrolment {
    pub code: Secret,
}

/// A ceremony that was begun: answer it with the key, once, within two minutes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Ceremony {
    pub ceremony: String,
    pub options: WebAuthnJson,
}

/// `POST /v1/enrolments/finish`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishEnrolment {
    pub ceremony: String,
    pub credential: WebAuthnJson,
    /// What its owner calls the key, 1 to 40 characters.
    pub name: String,
}

/// A key that was enrolled.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Enrolled {
    pub key: KeySerial,
    pub staff: StaffId,
    /// What to sign in with.
    pub handle: String,
}

/// `POST /v1/sign-ins/begin`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginSignIn {
    pub handle: String,
}

/// `POST /v1/sign-ins/finish` and `POST /v1/intents/{ceremony}/confirm`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    pub ceremony: String,
    pub credential: WebAuthnJson,
}

/// A sign-in that was made. The token is bound to the client certificate it was asked over.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SignedIn {
    pub token: Secret,
    pub sign_in: SignInSerial,
    pub staff: StaffId,
    pub name: String,
    pub key: KeySerial,
    pub roles: Vec<Role>,
    pub ends: UnixMs,
    /// The server's time when it answered.
    pub now: UnixMs,
}

/// `POST /v1/sessions`: opens a read-only session. Read-write is an intent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenSession {
    pub account: AccountId,
    pub reason: Reason,
}

/// A session and the token that carries it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OpenedSession {
    pub session: Session,
    pub token: Secret,
    pub token_expires: UnixMs,
}

/// A renewed token.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SessionToken {
    pub token: Secret,
    pub token_expires: UnixMs,
}

/// `GET /v1/sessions`: one's own; a security admin's answer has everybody's.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Sessions {
    pub sessions: Vec<SessionView>,
}

/// A session as the server keeps it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SessionView {
    pub session: Session,
    pub reason: Reason,
    /// Why it was ended before its time, where somebody ended it.
    pub ended: Option<EndCause>,
    /// Whether it lives now.
    pub live: bool,
}

/// `GET /v1/keys`: one's own; a security admin's answer has everybody's.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Keys {
    pub keys: Vec<KeyView>,
}

/// A staff key as the server keeps it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct KeyView {
    pub key: KeySerial,
    pub staff: StaffId,
    pub name: String,
    /// The model's name on the trust list.
    pub model: String,
    pub enrolled: UnixMs,
    pub last_used: Option<UnixMs>,
    pub revoked: bool,
}

/// `GET /v1/directory/staff`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StaffNames {
    pub staff: Vec<StaffName>,
}

/// A staff member's name and handle.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StaffName {
    pub staff: StaffId,
    pub handle: String,
    pub name: String,
}

/// What a change would end: named before it is made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Effects {
    pub sessions: Vec<SessionSerial>,
    pub sign_ins: u64,
    /// Whether nobody could administer afterwards.
    pub last_admin_key: bool,
}
