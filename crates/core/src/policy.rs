//! The decision: a total, pure function over the fold, the question and the time.
//!
//! Missing means no. Nothing here reads a clock, a header or a file.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    grant::{Grant, GrantFault, Plan, Setting, Until, check_grant},
    id::{AccountId, CertificateSerial, GrantSerial, HostId, KeySerial, Seq, StaffId},
    session::{Basis, Lengths, Mode, Reason, Session, Stands},
    ssh::{self, Presented},
    staff::Role,
    state::{AccessState, StaffState},
    time::UnixMs,
};

/// What a request does to the customer's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    Read,
    Write,
}

/// What labels a server host carries, and so who may log in to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HostLabel {
    Infrastructure,
    Maintenance,
}

/// What a user of an account may do there, as the vendor's product says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Membership {
    AccountAdmin,
    /// A member with the permission "enable access for support teams".
    MemberWithPermission,
    Member,
}

/// What a fresh touch was given for: exactly this account, mode, grant and reason, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TouchBinding {
    pub account: AccountId,
    pub mode: Mode,
    pub grant: GrantSerial,
    pub reason: Reason,
}

/// Who asks, by which key.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    pub staff: &'a StaffId,
    pub key: KeySerial,
}

/// The wish to open a session.
#[derive(Debug, Clone, Copy)]
pub struct Opening<'a> {
    pub by: By<'a>,
    pub account: &'a AccountId,
    pub mode: Mode,
    pub reason: &'a Reason,
    /// The touch given for this, if any; read-write needs one.
    pub touch: Option<&'a TouchBinding>,
    pub sign_in_ends: UnixMs,
    pub lengths: Lengths,
}

/// A question to the policy.
#[derive(Debug, Clone, Copy)]
pub enum Ask<'a> {
    /// May this session be opened?
    Open(Opening<'a>),
    /// May this request pass in this session?
    Use { session: &'a Session, account: &'a AccountId, access: Access },
    /// May this person be signed in by this key?
    SignIn { by: By<'a> },
    /// May this person change keys, staff, roles, duty and Primary CSMs? `touched`: a fresh touch for this change.
    Administer { by: By<'a>, touched: bool },
    /// May this person revoke this key? One's own always, others' as a security admin with a touch.
    RevokeKey { by: By<'a>, key: KeySerial, touched: bool },
    /// May this person have a certificate for this host? `touched`: a fresh touch for host and reason.
    Certify { by: By<'a>, host: &'a HostId, touched: bool },
    /// May whoever presented this log in to this host?
    LogIn { host: &'a HostId, presented: &'a Presented },
    /// May a connection to this host that was made by this certificate go on?
    Stay { host: &'a HostId, certificate: CertificateSerial },
    /// May this person revoke this certificate? One's own always, others' as a security admin with a touch.
    RevokeCertificate { by: By<'a>, certificate: CertificateSerial, touched: bool },
    /// May this user switch the setting on (with an end) or off (none)?
    Switch { account: &'a AccountId, membership: Membership, setting: Setting, on: Option<Until> },
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Denial {
    UnknownStaff,
    StaffSuspended,
    UnknownKey,
    KeyOfAnother,
    KeyRevoked,
    UnknownAccount,
    /// No role and no open duty window gives anything here.
    NoRole,
    /// A duty window is there, but not open now.
    OutsideDuty,
    /// The account has not switched the setting on, or has switched it off.
    NotGranted,
    /// The grant has run out.
    GrantOver,
    /// The person's role gives read-only here.
    ReadOnlyForYou,
    /// Read-write is for the Primary CSM of this account.
    PrimaryCsmOnly,
    TicketMissing,
    TouchMissing,
    /// The touch was given for something else.
    TouchForSomethingElse,
    SignInOver,
    /// The session was opened for another account.
    OtherAccount,
    /// A write in a read-only session.
    ReadOnlySession,
    SessionOver,
    SessionEnded,
    /// The role, duty window or assignment the session stands on was taken away.
    StandingTaken,
    NotPermitted,
    PremiumOnly,
    GrantTooLong,
    GrantNeedsEnd,
    GrantEndsInPast,
    UnknownHost,
    /// The certificate is for another host.
    OtherHost,
    /// No SSH key goes with the staff key.
    SshKeyMissing,
    /// The certificate is for another SSH key than the one that goes with the staff key now.
    OtherSshKey,
    /// The feed knows of no such certificate.
    UnknownCertificate,
    /// Whoever signed the certificate is not trusted (any more).
    OtherAuthority,
    /// The certificate has run out.
    CertificateOver,
    CertificateRevoked,
    /// The connection has lasted as long as one may.
    ConnectionOver,
}

/// The proof that a decision was taken and was yes. Only [`decide`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit {
    opened: Option<Opened>,
}

/// What a permitted session stands on and when it ends at the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    pub stands: Stands,
    pub ends: UnixMs,
}

impl Permit {
    /// For [`Ask::Open`]: what the session stands on, and its end.
    pub fn opened(&self) -> Option<Opened> {
        self.opened
    }
}

/// Decides. Total: every question has an answer, and every answer that is not a permit says why.
pub fn decide(state: &AccessState, ask: &Ask<'_>, now: UnixMs) -> Result<Permit, Denial> {
    let plain = |()| Permit { opened: None };
    match ask {
        Ask::Open(opening) => open(state, opening, now).map(|opened| Permit { opened: Some(opened) }),
        Ask::Use { session, account, access } => usable(state, session, account, *access, now).map(plain),
        Ask::SignIn { by } => stands(state, by).map(|_| plain(())),
        Ask::Administer { by, touched } => administer(state, by, *touched).map(plain),
        Ask::RevokeKey { by, key, touched } => revoke_key(state, by, *key, *touched).map(plain),
        Ask::Certify { by, host, touched } => certify(state, by, host, *touched).map(plain),
        Ask::LogIn { host, presented } => ssh::log_in(state, host, presented, now).map(plain),
        Ask::Stay { host, certificate } => ssh::stay(state, host, *certificate, now).map(plain),
        Ask::RevokeCertificate { by, certificate, touched } => {
            revoke_certificate(state, by, *certificate, *touched).map(plain)
        }
        Ask::Switch { account, membership, setting, on } => {
            switch(state, account, *membership, *setting, *on, now).map(plain)
        }
    }
}

/// The staff member behind `by`, in good standing and with a key that is theirs and not revoked.
pub(crate) fn stands<'s>(state: &'s AccessState, by: &By<'_>) -> Result<(&'s StaffState, Seq), Denial> {
    let staff = state.staff_member(by.staff).ok_or(Denial::UnknownStaff)?;
    let standing = staff.standing.ok_or(Denial::StaffSuspended)?;
    let owner = state.key_owner(by.key).ok_or(Denial::UnknownKey)?;
    if owner != by.staff {
        return Err(Denial::KeyOfAnother);
    }
    if state.key_revoked(by.key) { Err(Denial::KeyRevoked) } else { Ok((staff, standing)) }
}

/// One way in: a basis, the grant it goes with, and the latest end both allow.
struct Way {
    basis: Basis,
    grant: GrantSerial,
    latest: UnixMs,
}

fn open(state: &AccessState, ask: &Opening<'_>, now: UnixMs) -> Result<Opened, Denial> {
    let (staff, standing) = stands(state, &ask.by)?;
    if ask.sign_in_ends <= now {
        return Err(Denial::SignInOver);
    }
    let own_end = now.plus(ask.lengths.of(ask.mode)).min(ask.sign_in_ends);
    let ways = [by_support(state, staff, ask, own_end, now), by_success(state, staff, ask, own_end, now)];
    let way = best(ways)?;
    if ask.mode == Mode::ReadWrite {
        let touch = ask.touch.ok_or(Denial::TouchMissing)?;
        let exact = touch.account == *ask.account && touch.mode == ask.mode && touch.reason == *ask.reason;
        if !exact || touch.grant != way.grant {
            return Err(Denial::TouchForSomethingElse);
        }
    }
    Ok(Opened { stands: Stands { standing, key: ask.by.key, grant: way.grant, basis: way.basis }, ends: way.latest })
}

/// The way that lasts longest; where there is none, the denial that was nearest to a yes.
fn best(ways: [Result<Way, Denial>; 2]) -> Result<Way, Denial> {
    let [support, success] = ways;
    match (support, success) {
        (Ok(a), Ok(b)) => Ok(if b.latest > a.latest { b } else { a }),
        (Ok(way), Err(_)) | (Err(_), Ok(way)) => Ok(way),
        (Err(a), Err(b)) => Err(a.max(b)),
    }
}

fn held(grant: Option<&Grant>, now: UnixMs) -> Result<&Grant, Denial> {
    let grant = grant.ok_or(Denial::NotGranted)?;
    if grant.until.holds(now) { Ok(grant) } else { Err(Denial::GrantOver) }
}

fn by_support(
    state: &AccessState,
    staff: &StaffState,
    ask: &Opening<'_>,
    own_end: UnixMs,
    now: UnixMs,
) -> Result<Way, Denial> {
    let account = state.account(ask.account).ok_or(Denial::UnknownAccount)?;
    let (basis, duty_end) = support_basis(staff, now)?;
    let grant = held(account.grant(Setting::SupportTeamAccess), now)?;
    if ask.mode == Mode::ReadWrite {
        return Err(Denial::ReadOnlyForYou);
    }
    if ask.reason.ticket().is_none() {
        return Err(Denial::TicketMissing);
    }
    let latest = grant.until.cap(own_end).min(duty_end);
    Ok(Way { basis, grant: grant.serial, latest })
}

/// The support role, else the open duty window that lasts longest.
fn support_basis(staff: &StaffState, now: UnixMs) -> Result<(Basis, UnixMs), Denial> {
    if let Some(role) = staff.role(Role::TechnicalSupport) {
        return Ok((Basis::TechnicalSupport { role }, UnixMs(i64::MAX)));
    }
    let open = staff.duty.iter().filter(|window| window.open(now)).max_by_key(|window| window.until);
    match open {
        Some(window) => Ok((Basis::SupportDuty { opened: window.opened }, window.until)),
        None if staff.duty.is_empty() => Err(Denial::NoRole),
        None => Err(Denial::OutsideDuty),
    }
}

fn by_success(
    state: &AccessState,
    staff: &StaffState,
    ask: &Opening<'_>,
    own_end: UnixMs,
    now: UnixMs,
) -> Result<Way, Denial> {
    let account = state.account(ask.account).ok_or(Denial::UnknownAccount)?;
    let role = staff.role(Role::Csm).ok_or(Denial::NoRole)?;
    if account.plan != Plan::Premium {
        return Err(Denial::NotGranted);
    }
    let grant = held(account.grant(Setting::CustomerSuccessTeamAccess), now)?;
    // Read-only stands on the role alone, so that a change of Primary CSM does not end what it need not end.
    let basis = match (ask.mode, &account.primary_csm) {
        (Mode::ReadOnly, _) => Basis::Csm { role },
        (Mode::ReadWrite, Some(primary)) if primary.staff == *ask.by.staff => {
            Basis::PrimaryCsm { role, assigned: primary.assigned }
        }
        (Mode::ReadWrite, _) => return Err(Denial::PrimaryCsmOnly),
    };
    Ok(Way { basis, grant: grant.serial, latest: grant.until.cap(own_end) })
}

fn usable(
    state: &AccessState,
    session: &Session,
    account: &AccountId,
    access: Access,
    now: UnixMs,
) -> Result<(), Denial> {
    if *account != session.account {
        return Err(Denial::OtherAccount);
    }
    live(state, session, now)?;
    if access == Access::Write && session.mode != Mode::ReadWrite { Err(Denial::ReadOnlySession) } else { Ok(()) }
}

/// Whether the session lives: everything it stands on is still there, and its time is not up.
pub fn live(state: &AccessState, session: &Session, now: UnixMs) -> Result<(), Denial> {
    if session.ends <= now {
        return Err(Denial::SessionOver);
    }
    if state.session_ended(session.serial) {
        return Err(Denial::SessionEnded);
    }
    let by = By { staff: &session.staff, key: session.stands.key };
    let (staff, standing) = stands(state, &by)?;
    if standing != session.stands.standing {
        return Err(Denial::StandingTaken);
    }
    let setting = session_setting(session);
    let account = state.account(&session.account).ok_or(Denial::UnknownAccount)?;
    let grant = held(account.grant(setting), now)?;
    if grant.serial != session.stands.grant {
        return Err(Denial::NotGranted);
    }
    let stands = match session.stands.basis {
        Basis::TechnicalSupport { role } => staff.role(Role::TechnicalSupport) == Some(role),
        Basis::SupportDuty { opened } => staff.duty.iter().any(|window| window.opened == opened && window.open(now)),
        Basis::Csm { role } => staff.role(Role::Csm) == Some(role),
        Basis::PrimaryCsm { role, assigned } => {
            let primary = account.primary_csm.as_ref();
            let theirs = primary.is_some_and(|p| p.staff == session.staff && p.assigned == assigned);
            theirs && staff.role(Role::Csm) == Some(role)
        }
    };
    let writes = session.mode == Mode::ReadWrite;
    let may_write = matches!(session.stands.basis, Basis::PrimaryCsm { .. });
    if stands && (may_write || !writes) { Ok(()) } else { Err(Denial::StandingTaken) }
}

/// Which setting's grant the session stands on: it follows from its basis.
pub fn session_setting(session: &Session) -> Setting {
    match session.stands.basis {
        Basis::TechnicalSupport { .. } | Basis::SupportDuty { .. } => Setting::SupportTeamAccess,
        Basis::Csm { .. } | Basis::PrimaryCsm { .. } => Setting::CustomerSuccessTeamAccess,
    }
}

fn administer(state: &AccessState, by: &By<'_>, touched: bool) -> Result<(), Denial> {
    let (staff, _) = stands(state, by)?;
    staff.role(Role::SecurityAdmin).ok_or(Denial::NoRole)?;
    if touched { Ok(()) } else { Err(Denial::TouchMissing) }
}

fn revoke_key(state: &AccessState, by: &By<'_>, key: KeySerial, touched: bool) -> Result<(), Denial> {
    let owner = state.key_owner(key).ok_or(Denial::UnknownKey)?;
    if owner == by.staff {
        return stands(state, by).map(|_| ());
    }
    administer(state, by, touched)
}

/// The role that a host with this label asks for.
pub fn host_role(label: HostLabel) -> Role {
    match label {
        HostLabel::Infrastructure => Role::InfrastructureEngineer,
        HostLabel::Maintenance => Role::Maintenance,
    }
}

fn certify(state: &AccessState, by: &By<'_>, host: &HostId, touched: bool) -> Result<(), Denial> {
    let (staff, _) = stands(state, by)?;
    let known = state.servers().host(host).ok_or(Denial::UnknownHost)?;
    staff.role(host_role(known.label)).ok_or(Denial::NoRole)?;
    if state.servers().ssh_key(by.key).is_none() {
        return Err(Denial::SshKeyMissing);
    }
    if touched { Ok(()) } else { Err(Denial::TouchMissing) }
}

fn revoke_certificate(
    state: &AccessState,
    by: &By<'_>,
    certificate: CertificateSerial,
    touched: bool,
) -> Result<(), Denial> {
    let known = state.servers().certificate(certificate).ok_or(Denial::UnknownCertificate)?;
    if known.staff == *by.staff {
        return stands(state, by).map(|_| ());
    }
    administer(state, by, touched)
}

fn switch(
    state: &AccessState,
    account: &AccountId,
    membership: Membership,
    setting: Setting,
    on: Option<Until>,
    now: UnixMs,
) -> Result<(), Denial> {
    let known = state.account(account).ok_or(Denial::UnknownAccount)?;
    if membership == Membership::Member {
        return Err(Denial::NotPermitted);
    }
    let Some(until) = on else { return Ok(()) };
    check_grant(setting, known.plan, now, until).map_err(|fault| match fault {
        GrantFault::EndsBeforeItBegins => Denial::GrantEndsInPast,
        GrantFault::TooLong => Denial::GrantTooLong,
        GrantFault::NeedsAnEnd => Denial::GrantNeedsEnd,
        GrantFault::PremiumOnly => Denial::PremiumOnly,
    })
}
