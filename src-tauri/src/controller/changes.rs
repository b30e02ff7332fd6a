//! What a security admin changes, each by one touch: what it would end is told first, by the server.
//!
//! Nothing is decided here, and nothing is queued: a change needs the server.

use doorward_core::{
    id::{AccountId, InvalidId, KeySerial, Seq, SessionSerial, StaffId},
    staff::Role,
    time::UnixMs,
    wire::{BeginIntent, ConfirmIntent, Intent, Outcome},
};

use super::{
    Controller, answer,
    key::KeyAsk,
    ms,
    request::{Answer, Reply},
};
use crate::view::{
    Change, ChangeMade, ConsoleEvent, EnrolmentCode, ErrorCode, KeyEffects, KeyPurpose, Problem, RoleName,
};

impl Controller {
    /// What the change would end.
    pub(super) fn change_effects(&mut self, change: Change, reply: Reply<KeyEffects>) {
        let begun = self.signed_in_online().map(|presence| (presence.line.clone(), presence.token.clone()));
        let begun = begun.and_then(|line| Ok((line, self.intent(&change)?)));
        let ((line, token), intent) = match begun {
            Ok(begun) => begun,
            Err(problem) => return answer(reply, Err(problem)),
        };
        let signs_out = self.signs_me_out(&intent);
        let work = async move {
            let begun = line.begin_intent(&token, BeginIntent { intent }).await?;
            Ok((begun.effects, line.sessions(&token).await?))
        };
        self.after(work, move |console, told: Answer<_>| {
            let effects = told.map(|(effects, sessions)| console.effects_told(signs_out, &effects, &sessions));
            answer(reply, effects);
        });
    }

    /// Makes the change, with a touch on the way.
    pub(super) fn make_change(&mut self, change: Change, reply: Reply<ChangeMade>) {
        let intent = match self.intent(&change) {
            Ok(intent) => intent,
            Err(problem) => return answer(reply, Err(problem)),
        };
        let added = match &intent {
            Intent::AddStaff { staff, .. } => Some(staff.to_string()),
            _ => None,
        };
        let subject = self.subject(&change);
        self.intend(intent, KeyPurpose::Change { change, subject }, move |console, done| {
            let code = match done {
                Ok(Outcome::CodeIssued { code, expires }) => Some(EnrolmentCode { code: code.0, expires: ms(expires) }),
                Ok(_) => None,
                Err(problem) => return answer(reply, Err(problem)),
            };
            if added.is_some() {
                console.fetch_names();
            }
            console.parts.page.tell(ConsoleEvent::KeysChanged);
            answer(reply, Ok(ChangeMade { code, staff: added }));
        });
    }

    /// Has the key touched for exactly this, and the server do it.
    pub(super) fn intend(
        &mut self,
        intent: Intent,
        purpose: KeyPurpose,
        then: impl FnOnce(&mut Self, Answer<Outcome>) + Send + 'static,
    ) {
        let begun = self.signed_in_online().map(|presence| (presence.line.clone(), presence.token.clone()));
        let begun = begun.and_then(|line| Ok((line, self.begin_ceremony(purpose)?)));
        let ((line, token), asking) = match begun {
            Ok(begun) => begun,
            Err(problem) => return then(self, Err(problem)),
        };
        let number = asking.number;
        let work = async move {
            let begun = line.begin_intent(&token, BeginIntent { intent }).await?;
            let credential = asking.answer(KeyAsk::Touch(begun.options)).await?;
            Ok(line.confirm_intent(&token, begun.ceremony, ConfirmIntent { credential }).await?)
        };
        self.after(work, move |console, done| {
            console.end_ceremony(number);
            then(console, done);
        });
    }

    fn intent(&self, change: &Change) -> Answer<Intent> {
        let bad = |_: InvalidId| Problem::from(ErrorCode::BadRequest);
        let staff = |id: &String| StaffId::parse(id).map_err(bad);
        let account = |id: &String| AccountId::parse(id).map_err(bad);
        Ok(match change {
            Change::EndSessions { sessions } => Intent::EndSessions {
                sessions: sessions.iter().map(|serial| SessionSerial(u64::from(*serial))).collect(),
            },
            Change::RevokeKeys { keys } => {
                Intent::RevokeKeys { keys: keys.iter().map(|serial| KeySerial(u64::from(*serial))).collect() }
            }
            Change::AddStaff { handle, name } => {
                // Made of nothing: an id in the feed says nothing about its person.
                let staff = StaffId::parse(&format!("s-{:016x}", (self.parts.dice)())).map_err(bad)?;
                Intent::AddStaff { staff, handle: handle.clone(), name: name.clone() }
            }
            Change::IssueCode { staff: id } => Intent::IssueEnrolmentCode { staff: staff(id)? },
            Change::Suspend { staff: id } => Intent::Suspend { staff: staff(id)? },
            Change::Reinstate { staff: id } => Intent::Reinstate { staff: staff(id)? },
            Change::GiveRole { staff: id, role } => Intent::GiveRole { staff: staff(id)?, role: (*role).into() },
            Change::TakeRole { staff: id, role } => Intent::TakeRole { staff: staff(id)?, role: (*role).into() },
            Change::OpenDuty { staff: id, from, until } => {
                Intent::OpenDuty { staff: staff(id)?, from: UnixMs(from.0), until: UnixMs(until.0) }
            }
            Change::CloseDuty { staff: id, opened } => {
                Intent::CloseDuty { staff: staff(id)?, opened: Seq(u64::from(*opened)) }
            }
            Change::AssignPrimaryCsm { account: of, staff: id } => {
                Intent::AssignPrimaryCsm { account: account(of)?, staff: staff(id)? }
            }
            Change::UnassignPrimaryCsm { account: of } => Intent::UnassignPrimaryCsm { account: account(of)? },
        })
    }

    /// Whom or what the change is about, in words.
    fn subject(&self, change: &Change) -> String {
        let staff = |id: &String| {
            let known = StaffId::parse(id).ok().and_then(|id| self.directory.names.staff(&id).map(str::to_owned));
            known.unwrap_or_else(|| id.clone())
        };
        match change {
            Change::EndSessions { sessions } => sessions.len().to_string(),
            Change::RevokeKeys { keys } => keys.len().to_string(),
            Change::AddStaff { name, .. } => name.clone(),
            Change::AssignPrimaryCsm { account, .. } | Change::UnassignPrimaryCsm { account } => {
                let known = AccountId::parse(account).ok().and_then(|id| self.directory.account_name(&id));
                known.unwrap_or_else(|| account.clone())
            }
            Change::IssueCode { staff: id }
            | Change::Suspend { staff: id }
            | Change::Reinstate { staff: id }
            | Change::GiveRole { staff: id, .. }
            | Change::TakeRole { staff: id, .. }
            | Change::OpenDuty { staff: id, .. }
            | Change::CloseDuty { staff: id, .. } => staff(id),
        }
    }

    fn signs_me_out(&self, intent: &Intent) -> bool {
        let Some(presence) = &self.presence else { return false };
        match intent {
            Intent::RevokeKeys { keys } => keys.contains(&presence.key),
            Intent::Suspend { staff } => *staff == presence.staff,
            _ => false,
        }
    }
}

impl From<RoleName> for Role {
    fn from(role: RoleName) -> Self {
        match role {
            RoleName::TechnicalSupport => Self::TechnicalSupport,
            RoleName::Csm => Self::Csm,
            RoleName::SecurityAdmin => Self::SecurityAdmin,
            RoleName::InfrastructureEngineer => Self::InfrastructureEngineer,
            RoleName::Maintenance => Self::Maintenance,
        }
    }
}
