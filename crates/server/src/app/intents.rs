//! Intents: everything that needs a fresh touch. What is performed is what was stored with the ceremony, and whether
//! it may be is decided twice: before the touch is asked for, and again when it was given.

use std::{collections::BTreeSet, sync::Arc};

use doorward_core::{
    feed::entry::{Entry, What},
    id::{KeySerial, Seq, SessionSerial, StaffId},
    policy::{Ask, Denial, TouchBinding, decide, live},
    session::{EndCause, Mode},
    state::AccessState,
    time::UnixMs,
    wire::{BeginIntent, Code, ConfirmIntent, Effects, Intent, IntentBegun, Outcome},
};
use rusqlite::Connection;

use super::{
    Answer, App, Caller, Refusal,
    enrolment::{administrators_key, checked_handle, checked_name},
    keys::revoke,
    refusal::no_card,
    servers::{self, enrol_ssh_key},
    sessions::{Wanted, end_session, reason_without_card},
    ssh,
    writer::Work,
};
use crate::store::{
    ceremonies::{self, Begun},
    keys, sessions, sign_ins, staff,
};

/// So many things are taken away by one touch at most.
const MOST_AT_ONCE: usize = 500;

/// What an intent did, before its entries have numbers.
enum Made {
    Changed,
    Answered(Outcome),
}

impl App {
    /// Asks for a touch, unless the policy would say no even with one.
    pub async fn begin_intent(self: &Arc<Self>, caller: Caller, asked: BeginIntent) -> Answer<IntentBegun> {
        let (app, intent, now) = (Arc::clone(self), asked.intent, self.now());
        self.read_state(|state| self.may(state, &caller, &intent, now))?;
        let begun = self.blocking(move |_| {
            let (key, effects) = app.readers.read(|db| {
                let own = keys::of(db, Some(&caller.staff))?.into_iter().find(|row| row.serial == caller.key);
                Ok((own, app.effects(db, &caller, &intent, now)?))
            })?;
            let key = key.ok_or(Refusal::new(Code::NotSignedIn))?;
            let (options, state) = app.keys.begin_touch(&[key.passkey])?;
            let begun = Begun::Intent { sign_in: caller.sign_in, intent, state: Box::new(state) };
            Ok((options, begun, effects))
        });
        let (options, begun, effects) = begun.await?;
        Ok(IntentBegun { ceremony: self.keep_ceremony(begun).await?, options, effects })
    }

    /// Performs the intent that was stored with the ceremony, where the touch holds and the policy still permits.
    pub async fn confirm_intent(
        self: &Arc<Self>,
        caller: Caller,
        ceremony: &str,
        answer: ConfirmIntent,
    ) -> Answer<Outcome> {
        let Begun::Intent { sign_in, intent, state } = self.take_ceremony(ceremony).await? else {
            return Err(Refusal::new(Code::CeremonyGone));
        };
        if sign_in != caller.sign_in {
            return Err(Refusal::new(Code::CeremonyGone));
        }
        let app = Arc::clone(self);
        let done = self.commit(move |work| {
            let key = app.touched(work, &caller.staff, &answer.credential, &state)?;
            if key != caller.key {
                return Err(Refusal::new(Code::KeyRefused));
            }
            app.may(work.state, &caller, &intent, work.now)?;
            app.perform(work, &caller, intent)
        });
        let done = done.await?;
        match (done.value, done.first) {
            (Made::Answered(outcome), _) => Ok(outcome),
            (Made::Changed, Some(seq)) => Ok(Outcome::Changed { seq }),
            (Made::Changed, None) => Err(Refusal::new(Code::Conflict)),
        }
    }

    /// Asks the policy, with the touch that this intent is about.
    fn may(&self, state: &AccessState, caller: &Caller, intent: &Intent, now: UnixMs) -> Answer<()> {
        let by = caller.by();
        let permit = match intent {
            Intent::OpenReadWrite { account, reason, .. } => {
                reason_without_card(reason)?;
                let touch = binding(intent);
                let wanted = Wanted { account, mode: Mode::ReadWrite, reason, touch: touch.as_ref() };
                decide(state, &Ask::Open(self.opening(caller, &wanted)), now)
            }
            Intent::RevokeKey { key } => decide(state, &Ask::RevokeKey { by, key: *key, touched: true }, now),
            Intent::EnrolSshKey { public_key } => {
                ssh::public_key(public_key)?;
                decide(state, &Ask::SignIn { by }, now)
            }
            Intent::IssueCertificate { host, reason } => {
                reason_without_card(reason)?;
                decide(state, &Ask::Certify { by, host, touched: true }, now)
            }
            Intent::RevokeCertificate { certificate } => {
                let certificate = *certificate;
                decide(state, &Ask::RevokeCertificate { by, certificate, touched: true }, now)
            }
            Intent::RevokeKeys { keys } if keys.len() > MOST_AT_ONCE => return Err(Refusal::bad("keys")),
            Intent::EndSessions { sessions } if sessions.len() > MOST_AT_ONCE => return Err(Refusal::bad("sessions")),
            _ => decide(state, &Ask::Administer { by, touched: true }, now),
        };
        permit?;
        Ok(())
    }

    fn perform(&self, work: &Work<'_>, caller: &Caller, intent: Intent) -> Answer<(Vec<What>, Made)> {
        let touch = binding(&intent);
        match intent {
            Intent::OpenReadWrite { account, reason, .. } => {
                let mode = Mode::ReadWrite;
                let wanted = Wanted { account: &account, mode, reason: &reason, touch: touch.as_ref() };
                let (replaced, opened) = self.open_in(work, caller, &wanted)?;
                Ok((replaced, Made::Answered(Outcome::Opened { opened })))
            }
            Intent::IssueEnrolmentCode { staff } => {
                let (code, expires) = self.issue_code(work, &staff)?;
                Ok((Vec::new(), Made::Answered(Outcome::CodeIssued { code, expires })))
            }
            Intent::RevokeKey { key } => Ok((vec![revoke(work, caller, key, true)?], Made::Changed)),
            Intent::RevokeKeys { keys } => Ok((revoke_all(work, caller, keys)?, Made::Changed)),
            Intent::EndSessions { sessions } => Ok((end_all(work, caller, sessions)?, Made::Changed)),
            Intent::EndSession { session } => Ok((vec![end_any(work, caller, session)?], Made::Changed)),
            Intent::EnrolSshKey { public_key } => Ok((vec![enrol_ssh_key(work, caller, &public_key)?], Made::Changed)),
            Intent::IssueCertificate { host, reason } => {
                let (entries, issued) = self.certify(work, caller, host, reason)?;
                Ok((entries, Made::Answered(Outcome::Certified { issued })))
            }
            Intent::RevokeCertificate { certificate } => {
                Ok((vec![servers::revoke(work, caller, certificate, true)?], Made::Changed))
            }
            Intent::AddStaff { staff, handle, name } => Ok((vec![add(work, staff, &handle, &name)?], Made::Changed)),
            Intent::Suspend { staff } => Ok((vec![suspend(work, staff)?], Made::Changed)),
            other => Ok((plain_entry(&other).into_iter().collect(), Made::Changed)),
        }
    }

    /// What the intent would end. Found by doing it to a copy of the fold and asking who still lives.
    fn effects(&self, db: &Connection, caller: &Caller, intent: &Intent, now: UnixMs) -> crate::store::Stored<Effects> {
        let mut effects = Effects { sign_ins: ended_sign_ins(db, caller, intent, now, self)?, ..Effects::default() };
        if let Intent::OpenReadWrite { .. } = intent {
            let open = sessions::open_of(db, &caller.staff, now)?;
            let writing = open.into_iter().filter(|row| row.session.mode == Mode::ReadWrite);
            effects.sessions = writing.map(|row| row.session.serial).collect();
            return Ok(effects);
        }
        let taken = taking_entries(intent, caller);
        if taken.is_empty() {
            return Ok(effects);
        }
        let before = self.read_state(AccessState::clone);
        let mut after = before.clone();
        for what in taken {
            let _folds = after.apply(&Entry { seq: Seq(after.size()).next(), at: now, what });
        }
        let dies = |row: &sessions::SessionRow| {
            live(&before, &row.session, now).is_ok() && live(&after, &row.session, now).is_err()
        };
        effects.sessions = sessions::open(db, now)?.iter().filter(|row| dies(row)).map(|r| r.session.serial).collect();
        effects.last_admin_key = administrators_key(&before, now) && !administrators_key(&after, now);
        Ok(effects)
    }
}

/// What the touch for this intent is bound to, where a session is to be opened by it.
fn binding(intent: &Intent) -> Option<TouchBinding> {
    let Intent::OpenReadWrite { account, grant, reason } = intent else { return None };
    let (account, reason) = (account.clone(), reason.clone());
    Some(TouchBinding { account, mode: Mode::ReadWrite, grant: *grant, reason })
}

/// The entry of an intent that needs nothing but its entry.
fn plain_entry(intent: &Intent) -> Option<What> {
    Some(match intent.clone() {
        Intent::Suspend { staff } => What::StaffSuspended { staff },
        Intent::Reinstate { staff } => What::StaffReinstated { staff },
        Intent::GiveRole { staff, role } => What::RoleGiven { staff, role },
        Intent::TakeRole { staff, role } => What::RoleTaken { staff, role },
        Intent::OpenDuty { staff, from, until } => What::DutyOpened { staff, from, until },
        Intent::CloseDuty { staff, opened } => What::DutyClosed { staff, opened },
        Intent::AssignPrimaryCsm { account, staff } => What::PrimaryCsmAssigned { account, staff },
        Intent::UnassignPrimaryCsm { account } => What::PrimaryCsmUnassigned { account },
        Intent::OpenReadWrite { .. }
        | Intent::RevokeKey { .. }
        | Intent::RevokeKeys { .. }
        | Intent::EndSession { .. }
        | Intent::EndSessions { .. }
        | Intent::AddStaff { .. }
        | Intent::EnrolSshKey { .. }
        | Intent::IssueCertificate { .. }
        | Intent::RevokeCertificate { .. }
        | Intent::IssueEnrolmentCode { .. } => return None,
    })
}

/// The entries of an intent that can take something away.
fn taking_entries(intent: &Intent, caller: &Caller) -> Vec<What> {
    let revoked = |key: &KeySerial| What::KeyRevoked { key: *key, by: caller.staff.clone() };
    let ended = |session: &SessionSerial| What::SessionEnded { session: *session, cause: EndCause::EndedBySecurity };
    match intent {
        Intent::RevokeKey { key } => vec![revoked(key)],
        Intent::RevokeKeys { keys } => keys.iter().map(revoked).collect(),
        Intent::EndSession { session } => vec![ended(session)],
        Intent::EndSessions { sessions } => sessions.iter().map(ended).collect(),
        Intent::Suspend { .. }
        | Intent::TakeRole { .. }
        | Intent::CloseDuty { .. }
        | Intent::AssignPrimaryCsm { .. }
        | Intent::UnassignPrimaryCsm { .. } => plain_entry(intent).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn ended_sign_ins(
    db: &Connection,
    _caller: &Caller,
    intent: &Intent,
    now: UnixMs,
    app: &App,
) -> crate::store::Stored<u64> {
    let by_key = |key: KeySerial| match app.read_state(|state| state.key_owner(key).cloned()) {
        Some(owner) => sign_ins::count(db, &owner, Some(key), now),
        None => Ok(0),
    };
    match intent {
        Intent::Suspend { staff } => sign_ins::count(db, staff, None, now),
        Intent::RevokeKey { key } => by_key(*key),
        Intent::RevokeKeys { keys } => keys.iter().try_fold(0, |sum: u64, key| Ok(sum.saturating_add(by_key(*key)?))),
        _ => Ok(0),
    }
}

/// Revokes every key that is not revoked yet.
fn revoke_all(work: &Work<'_>, caller: &Caller, keys: Vec<KeySerial>) -> Answer<Vec<What>> {
    let keys: BTreeSet<_> = keys.into_iter().filter(|key| !work.state.key_revoked(*key)).collect();
    // One's own last: a revocation by a key that is revoked already would be refused.
    let (own, others): (Vec<_>, Vec<_>) = keys.into_iter().partition(|key| *key == caller.key);
    others.into_iter().chain(own).map(|key| revoke(work, caller, key, true)).collect()
}

/// Ends every session that still lives.
fn end_all(work: &Work<'_>, caller: &Caller, wanted: Vec<SessionSerial>) -> Answer<Vec<What>> {
    let mut ended = Vec::new();
    for session in wanted.into_iter().collect::<BTreeSet<_>>() {
        match end_any(work, caller, session) {
            Ok(what) => ended.push(what),
            Err(refusal) if refusal.code() == Code::Conflict => {}
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(ended)
}

fn end_any(work: &Work<'_>, caller: &Caller, session: SessionSerial) -> Answer<What> {
    let row = sessions::get(work.tx, session)?.ok_or(Refusal::new(Code::NotFound))?;
    if row.ended.is_some() || row.session.ends <= work.now {
        return Err(Refusal::new(Code::Conflict));
    }
    let own = row.session.staff == caller.staff;
    end_session(work, session, if own { EndCause::Ended } else { EndCause::EndedBySecurity })
}

fn add(work: &Work<'_>, id: StaffId, handle: &str, name: &str) -> Answer<What> {
    let handle = checked_handle(handle).ok_or(Refusal::bad("handle"))?;
    no_card(name, "name-card")?;
    let name = checked_name(name, 100).ok_or(Refusal::bad("name"))?;
    if work.state.staff_member(&id).is_some() {
        return Err(Refusal::new(Code::Conflict));
    }
    staff::put(work.tx, &id, &handle, &name)?;
    Ok(What::StaffAdded { staff: id })
}

/// Suspends: sign-ins end, and enrolment codes are worth nothing any more.
fn suspend(work: &Work<'_>, id: StaffId) -> Answer<What> {
    work.state.staff_member(&id).ok_or(Denial::UnknownStaff)?;
    sign_ins::end_of(work.tx, &id, None, work.now)?;
    ceremonies::drop_codes(work.tx, &id)?;
    Ok(What::StaffSuspended { staff: id })
}
