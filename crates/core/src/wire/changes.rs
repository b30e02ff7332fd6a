//! Intents: everything that needs a fresh touch. The server stores the intent with the ceremony and performs
//! exactly what it stored, so that a touch can serve nothing else.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Effects, IssuedCertificate, OpenedSession, Secret, WebAuthnJson};
use crate::{
    id::{AccountId, CertificateSerial, GrantSerial, HostId, KeySerial, Seq, SessionSerial, StaffId},
    session::Reason,
    staff::Role,
    time::UnixMs,
};

/// What a touch is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Intent {
    /// Open a read-write session on exactly this account, grant and reason.
    OpenReadWrite {
        account: AccountId,
        grant: GrantSerial,
        reason: Reason,
    },
    RevokeKey {
        key: KeySerial,
    },
    /// Several keys by one touch, for an incident: at most 500. Those revoked already stay so.
    RevokeKeys {
        keys: Vec<KeySerial>,
    },
    EndSession {
        session: SessionSerial,
    },
    /// Several sessions by one touch: at most 500. Those over already stay so.
    EndSessions {
        sessions: Vec<SessionSerial>,
    },
    AddStaff {
        staff: StaffId,
        handle: String,
        name: String,
    },
    /// Make a one-time code with which this person enrols a key.
    IssueEnrolmentCode {
        staff: StaffId,
    },
    Suspend {
        staff: StaffId,
    },
    Reinstate {
        staff: StaffId,
    },
    GiveRole {
        staff: StaffId,
        role: Role,
    },
    TakeRole {
        staff: StaffId,
        role: Role,
    },
    OpenDuty {
        staff: StaffId,
        from: UnixMs,
        until: UnixMs,
    },
    CloseDuty {
        staff: StaffId,
        opened: Seq,
    },
    AssignPrimaryCsm {
        account: AccountId,
        staff: StaffId,
    },
    UnassignPrimaryCsm {
        account: AccountId,
    },
    /// Let this SSH key go with the staff key that is touched, in place of the one before.
    EnrolSshKey {
        /// One line, as in an OpenSSH `.pub` file.
        public_key: String,
    },
    /// Issue a certificate for this host to the SSH key that goes with the staff key that is touched.
    IssueCertificate {
        host: HostId,
        reason: Reason,
    },
    /// Take a certificate back: whoever is connected by it is out. One's own need no touch.
    RevokeCertificate {
        certificate: CertificateSerial,
    },
}

/// `POST /v1/intents`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginIntent {
    pub intent: Intent,
}

/// An intent that waits for its touch.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IntentBegun {
    pub ceremony: String,
    pub options: WebAuthnJson,
    /// What it would end.
    pub effects: Effects,
}

/// `POST /v1/intents/{ceremony}/confirm`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmIntent {
    pub credential: WebAuthnJson,
}

/// What came of an intent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "done", rename_all = "kebab-case")]
pub enum Outcome {
    Opened {
        opened: OpenedSession,
    },
    /// The feed entry that reports the change.
    Changed {
        seq: Seq,
    },
    Certified {
        issued: IssuedCertificate,
    },
    /// A one-time enrolment code, shown once.
    CodeIssued {
        code: Secret,
        expires: UnixMs,
    },
}
