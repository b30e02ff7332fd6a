//! Which user is asking. Every verb of theirs takes one of these, and only this file makes them.

use std::{fmt, sync::Arc};

use doorward_core::{
    id::{AccountId, UserId},
    policy::Membership,
    time::UnixMs,
    wire::{Code, Secret},
};

use super::super::{Answer, App, Refusal, secrets::hash_secret};
use crate::store::{user_sessions, users};

/// A user who is signed in to their account, in one browser.
#[derive(Clone)]
pub struct UserCaller {
    pub(in crate::app) session: i64,
    pub(in crate::app) user: UserId,
    pub(in crate::app) account: AccountId,
    pub(in crate::app) membership: Membership,
    name: String,
    email: String,
    ends: Option<UnixMs>,
}

impl fmt::Debug for UserCaller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserCaller").field("user", &self.user).field("account", &self.account).finish_non_exhaustive()
    }
}

impl UserCaller {
    /// What they are called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Their address, for their own eyes.
    pub fn email(&self) -> &str {
        &self.email
    }

    /// Their account.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// What they may do there.
    pub fn membership(&self) -> Membership {
        self.membership
    }

    /// The number of their signed-in browser, among their own.
    pub fn session(&self) -> i64 {
        self.session
    }

    /// When they are signed out; none where SSO says when.
    pub fn ends(&self) -> Option<UnixMs> {
        self.ends
    }

    /// Whether they signed in at their own company.
    pub fn by_company(&self) -> bool {
        self.ends.is_none()
    }

    /// Whether they may switch settings.
    pub fn may_switch(&self) -> bool {
        self.membership != Membership::Member
    }

    /// Whether they may change who is a member.
    pub fn administers(&self) -> bool {
        self.membership == Membership::AccountAdmin
    }
}

impl App {
    /// The user behind a browser's secret. An end that has come, a closed account or a removed member means no.
    pub async fn user_caller(self: &Arc<Self>, secret: Option<&Secret>) -> Answer<UserCaller> {
        let hash = hash_secret(&secret.ok_or(Refusal::new(Code::NotSignedIn))?.0);
        let found = self.read(move |db| {
            let Some(session) = user_sessions::by_hash(db, &hash)? else { return Ok(None) };
            Ok(users::get(db, &session.user)?.map(|row| (session, row)))
        });
        let (session, row) = found.await?.ok_or(Refusal::new(Code::NotSignedIn))?;
        let over = session.ends.is_some_and(|ends| ends <= self.now());
        let known = self.read_state(|state| state.account(&row.account).is_some());
        // A session is of the account's way to sign in, or of none.
        let way = self.users.by_company(&row.account) == session.ends.is_none();
        if over || !known || !way {
            return Err(Refusal::new(Code::NotSignedIn));
        }
        let users::UserRow { user, account, email, name, membership, .. } = row;
        Ok(UserCaller { session: session.id, user, account, membership, name, email, ends: session.ends })
    }
}
