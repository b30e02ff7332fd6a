//! What a user switches: who of the vendor's staff may enter their account, until when; and who is in right now.

use std::sync::Arc;

use doorward_core::{
    feed::entry::What,
    grant::{Grant, Plan, Setting, Until},
    id::{SessionSerial, UserId},
    policy::{Ask, decide, live},
    session::{Basis, EndCause, Mode, Reason},
    time::{Millis, UnixMs},
    wire::Code,
};

use super::{
    super::{Answer, App, Refusal, sessions::end_session, writer::Work},
    UserCaller, mails,
};
use crate::store::{accounts, sessions, staff, users};

/// What a user wants of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    On(Until),
    Off,
}

/// A setting as its account's users see it.
pub struct SettingView {
    pub setting: Setting,
    /// The grant, while it holds.
    pub grant: Option<Grant>,
    /// The name of who switched it on, where they are known.
    pub by: Option<String>,
    /// Whether the plan lets it be switched on.
    pub offered: bool,
}

/// A member of the vendor's staff who is in the account now.
pub struct Inside {
    pub session: SessionSerial,
    pub name: String,
    pub basis: Basis,
    pub mode: Mode,
    /// Nothing where it was erased.
    pub reason: Option<Reason>,
    pub since: UnixMs,
    pub ends: UnixMs,
}

/// The page Privacy & Data, in values.
pub struct Privacy {
    pub account: String,
    pub plan: Plan,
    pub settings: Vec<SettingView>,
    pub inside: Vec<Inside>,
}

impl App {
    /// What the caller's account gives to whom, and who is in.
    pub async fn privacy(self: &Arc<Self>, caller: &UserCaller) -> Answer<Privacy> {
        let (account, now) = (caller.account.clone(), self.now());
        let of = account.clone();
        let (name, members, open) = self
            .read(move |db| {
                let mut named = Vec::new();
                for row in sessions::open(db, now)?.into_iter().filter(|row| row.session.account == of) {
                    let who = staff::by_id(db, &row.session.staff)?.map(|person| person.name).unwrap_or_default();
                    named.push((row, who));
                }
                Ok((accounts::name(db, &of)?.unwrap_or_default(), users::of(db, &of)?, named))
            })
            .await?;
        let by = |user: &UserId| members.iter().find(|row| row.user == *user).map(|row| row.name.clone());
        self.read_state(|state| {
            let known = state.account(&account).ok_or(Refusal::new(Code::NotSignedIn))?;
            let view = |setting| {
                let grant = known.grant(setting).filter(|grant| grant.until.holds(now)).cloned();
                let by = grant.as_ref().and_then(|grant| by(&grant.by));
                let offered = setting == Setting::SupportTeamAccess || known.plan == Plan::Premium;
                SettingView { setting, grant, by, offered }
            };
            let inside = open.into_iter().filter(|(row, _)| live(state, &row.session, now).is_ok());
            let inside = inside.map(|(row, name)| Inside {
                session: row.session.serial,
                name,
                basis: row.session.stands.basis,
                mode: row.session.mode,
                reason: row.reason,
                since: row.session.opened,
                ends: row.session.ends,
            });
            Ok(Privacy {
                account: name,
                plan: known.plan,
                settings: Setting::ALL.into_iter().map(view).collect(),
                inside: inside.collect(),
            })
        })
    }

    /// Switches a setting of the caller's account, at once. Switching off what is off changes nothing.
    pub async fn user_switches(self: &Arc<Self>, caller: UserCaller, setting: Setting, choice: Choice) -> Answer<()> {
        let done = self.commit(move |work| {
            let on = match choice {
                Choice::On(until) => Some(until),
                Choice::Off => None,
            };
            may(work, &caller, setting, on)?;
            let (account, by) = (caller.account.clone(), caller.user.clone());
            let known = work.state.account(&account).and_then(|known| known.grant(setting)).map(|grant| grant.serial);
            let what = match (on, known) {
                (Some(until), _) => {
                    accounts::name_grant(work.tx, &account, setting, Some(caller.name()))?;
                    let grant = work.state.next_grant();
                    Some(What::GrantEnabled { grant, account, setting, by, until })
                }
                (None, Some(grant)) => {
                    accounts::name_grant(work.tx, &account, setting, None)?;
                    Some(What::GrantDisabled { grant, account, setting, by })
                }
                (None, None) => None,
            };
            if what.is_some() {
                mails::switched(work, &caller.account, setting, &caller.user, on)?;
            }
            Ok((what.into_iter().collect(), ()))
        });
        done.await?;
        self.users.ring();
        Ok(())
    }

    /// Ends a staff member's session in the caller's account, at once. Whoever may switch its setting off may.
    pub async fn user_ends_session(self: &Arc<Self>, caller: UserCaller, session: SessionSerial) -> Answer<()> {
        let done = self.commit(move |work| {
            let row = sessions::get(work.tx, session)?.filter(|row| row.session.account == caller.account);
            let row = row.ok_or(Refusal::new(Code::NotFound))?;
            may(work, &caller, setting_of(row.session.stands.basis), None)?;
            if row.ended.is_some() || row.session.ends <= work.now {
                return Ok((Vec::new(), ()));
            }
            Ok((vec![end_session(work, session, EndCause::EndedByCustomer)?], ()))
        });
        done.await.map(|_| ())
    }

    /// When a grant that is switched on now and lasts `days` ends.
    pub fn end_after(&self, days: u64) -> Until {
        Until::At(self.now().plus(Millis::days(days)))
    }
}

fn may(work: &Work<'_>, caller: &UserCaller, setting: Setting, on: Option<Until>) -> Answer<()> {
    let ask = Ask::Switch { account: &caller.account, membership: caller.membership, setting, on };
    decide(work.state, &ask, work.now)?;
    Ok(())
}

fn setting_of(basis: Basis) -> Setting {
    match basis {
        Basis::TechnicalSupport { .. } | Basis::SupportDuty { .. } => Setting::SupportTeamAccess,
        Basis::Csm { .. } | Basis::PrimaryCsm { .. } => Setting::CustomerSuccessTeamAccess,
    }
}
