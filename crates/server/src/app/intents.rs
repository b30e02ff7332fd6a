//! Intents: everything that needs a fresh touch. What is performed is what was stored with the ceremony, and whether
//! it may be is decided twice: before the touch is asked for, and again when it was given.

use std::sync::Arc;

use doorward_core::{
    feed::entry::{Entry, What},
    id::{Seq, SessionSerial, StaffId},
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
    sessions::{Wanted, end_session},
    writer::Work,
};
use crate::store::{
    ceremonies::{self, Begun},
    keys, sessions, sign_ins, staff,
};

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
                let touch = binding(intent);
                let wanted = Wanted { account, mode: Mode::ReadWrite, reason, touch: touch.as_ref() };
                decide(state, &Ask::Open(self.opening(caller, &wanted)), now)
            }
            Intent::RevokeKey { key } => decide(state, &Ask::RevokeKey { by, key: *key, touched: true }, now),
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
            Intent::EndSession { session } => Ok((vec![end_any(work, caller, session)?], Made::Changed)),
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
        let Some(what) = taking_entry(intent, caller) else { return Ok(effects) };
        let before = self.read_state(AccessState::clone);
        let mut after = before.clone();
        let _folds = after.apply(&Entry { seq: Seq(before.size()).next(), at: now, what });
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
        | Intent::EndSession { .. }
        | Intent::AddStaff { .. }
        | Intent::IssueEnrolmentCode { .. } => return None,
    })
}

/// The entry of an intent that can take something away.
fn taking_entry(intent: &Intent, caller: &Caller) -> Option<What> {
    match intent {
        Intent::RevokeKey { key } => Some(What::KeyRevoked { key: *key, by: caller.staff.clone() }),
        Intent::EndSession { session } => {
            Some(What::SessionEnded { session: *session, cause: EndCause::EndedBySecurity })
        }
        Intent::Suspend { .. }
        | Intent::TakeRole { .. }
        | Intent::CloseDuty { .. }
        | Intent::AssignPrimaryCsm { .. }
        | Intent::UnassignPrimaryCsm { .. } => plain_entry(intent),
        _ => None,
    }
}

fn ended_sign_ins(
    db: &Connection,
    _caller: &Caller,
    intent: &Intent,
    now: UnixMs,
    app: &App,
) -> crate::store::Stored<u64> {
    match intent {
        Intent::Suspend { staff } => sign_ins::count(db, staff, None, now),
        Intent::RevokeKey { key } => match app.read_state(|state| state.key_owner(*key).cloned()) {
            Some(owner) => sign_ins::count(db, &owner, Some(*key), now),
            None => Ok(0),
        },
        _ => Ok(0),
    }
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
