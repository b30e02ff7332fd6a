//! Why something is over, in the page's codes: read off the same fold and decision that say that it is over.

use doorward_core::{
    grant::Until,
    policy::{Ask, By, Denial, decide, session_setting},
    session::{Basis, EndCause, Session},
    staff::Role,
    state::AccessState,
    time::UnixMs,
};

use crate::view::EndedBy;

/// Why the sign-in of `by` until `ends` is over; none while it stands.
pub(super) fn sign_in(state: &AccessState, by: By<'_>, ends: UnixMs, now: UnixMs) -> Option<EndedBy> {
    if ends <= now {
        return Some(EndedBy::SignInOver);
    }
    decide(state, &Ask::SignIn { by }, now).err().map(standing)
}

fn standing(denial: Denial) -> EndedBy {
    match denial {
        Denial::StaffSuspended => EndedBy::StaffSuspended,
        Denial::KeyRevoked => EndedBy::KeyRevoked,
        _ => EndedBy::Unknown,
    }
}

/// What ended `session`, of which the decision says `denial`. None where only the server knows.
pub(super) fn session(state: &AccessState, session: &Session, sign_in: UnixMs, denial: Denial) -> Option<EndedBy> {
    Some(match denial {
        Denial::SessionEnded => return None,
        Denial::SessionOver => time(state, session, sign_in),
        Denial::GrantOver => EndedBy::GrantRanOut,
        Denial::NotGranted | Denial::UnknownAccount => EndedBy::CustomerSwitchedOff,
        Denial::StandingTaken => taken(state, session),
        other => standing(other),
    })
}

/// Of everything that could have set the session's end, what did.
fn time(state: &AccessState, session: &Session, sign_in: UnixMs) -> EndedBy {
    let grant = state.account(&session.account).and_then(|account| account.grant(session_setting(session)));
    let staff = state.staff_member(&session.staff);
    let duty = staff.and_then(|staff| match session.stands.basis {
        Basis::SupportDuty { opened } => staff.duty.iter().find(|window| window.opened == opened),
        _ => None,
    });
    if grant.is_some_and(|grant| grant.until == Until::At(session.ends)) {
        EndedBy::GrantRanOut
    } else if duty.is_some_and(|window| window.until == session.ends) {
        EndedBy::DutyEnded
    } else if sign_in == session.ends {
        EndedBy::SignInOver
    } else {
        EndedBy::TimeUp
    }
}

/// What of the person's standing was taken.
fn taken(state: &AccessState, session: &Session) -> EndedBy {
    let Some(staff) = state.staff_member(&session.staff) else { return EndedBy::Unknown };
    if staff.standing != Some(session.stands.standing) {
        return EndedBy::StaffSuspended;
    }
    match session.stands.basis {
        Basis::SupportDuty { .. } => EndedBy::DutyEnded,
        Basis::PrimaryCsm { role, .. } if staff.role(Role::Csm) == Some(role) => EndedBy::PrimaryCsmChanged,
        Basis::TechnicalSupport { .. } | Basis::Csm { .. } | Basis::PrimaryCsm { .. } => EndedBy::RoleTaken,
    }
}

impl From<EndCause> for EndedBy {
    fn from(cause: EndCause) -> Self {
        match cause {
            EndCause::Ended => Self::You,
            EndCause::SignedOut => Self::SignedOut,
            EndCause::EndedBySecurity => Self::SecurityAdmin,
            EndCause::EndedByCustomer => Self::Customer,
            EndCause::Replaced => Self::Replaced,
        }
    }
}
