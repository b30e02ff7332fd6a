//! Problems: the one shape of every refusal and failure.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::policy::Denial;

/// What went wrong, as a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The body, path or query is not of the documented shape; `detail` names the field.
    BadRequest,
    /// No credential, or one that is not known (any more).
    NotSignedIn,
    /// The credential came over another client certificate than it is bound to.
    OtherCertificate,
    /// The policy said no; `denial` says why.
    Denied,
    NotFound,
    /// The ceremony is unknown, used up, too old or was begun for something else.
    CeremonyGone,
    /// The key's answer did not verify, or the key's model is not on the trust list.
    KeyRefused,
    /// The enrolment code is unknown, used up or too old.
    CodeRefused,
    /// It is there already, or has changed since.
    Conflict,
    TooManyRequests,
    TooLarge,
    TimedOut,
    /// The gateway's replica is not fresh: nothing passes until it is.
    NotFresh,
    /// The route table does not know this, or refuses it.
    RouteRefused,
    UpstreamUnreachable,
    Unavailable,
    Internal,
}

/// A refusal or failure. `message` is for people reading a terminal; programs look at the codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    pub code: Code,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denial: Option<Denial>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    pub message: String,
    /// Names the request in the server's log.
    #[serde(default)]
    pub request: String,
    /// After so many seconds it may be asked again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}
