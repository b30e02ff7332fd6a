//! Signed-in browsers: fourteen days whether anything is done or not, listed, and ended one by one or all.

use std::sync::Arc;

use doorward_core::{
    feed::tree::Hash,
    id::UserId,
    time::{Millis, UnixMs},
    wire::Code,
};

use super::{
    super::{Answer, App, Refusal, writer::Work},
    UserCaller, earlier,
};
use crate::store::{tries, user_doors, user_sessions};

/// How long a user stays signed in.
pub const SESSION_LIFE: Millis = Millis::hours(14 * 24);
/// How long before that they are asked whether they want to stay.
pub const WARN_BEFORE: Millis = Millis::hours(2);
const LONGEST_AGENT: usize = 200;

/// One of the caller's signed-in browsers.
pub struct UserSessionView {
    pub id: i64,
    pub agent: String,
    pub made: UnixMs,
    pub ends: Option<UnixMs>,
    /// The one that asks.
    pub current: bool,
}

impl App {
    /// The caller's signed-in browsers, the newest first.
    pub async fn user_sessions(self: &Arc<Self>, caller: &UserCaller) -> Answer<Vec<UserSessionView>> {
        let (user, now, current) = (caller.user.clone(), self.now(), caller.session);
        let rows = self.read(move |db| user_sessions::of(db, &user, now)).await?;
        let view = |row: user_sessions::UserSessionRow| UserSessionView {
            current: row.id == current,
            id: row.id,
            agent: row.agent,
            made: row.made,
            ends: row.ends,
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// Signs one of the caller's browsers out: this one, where none is named.
    pub async fn end_user_session(self: &Arc<Self>, caller: UserCaller, id: Option<i64>) -> Answer<()> {
        let id = id.unwrap_or(caller.session);
        let done = self.commit(move |work| {
            let known = user_sessions::end(work.tx, &caller.user, id)?;
            if known { Ok((Vec::new(), ())) } else { Err(Refusal::new(Code::NotFound)) }
        });
        done.await.map(|_| ())
    }

    /// Signs the caller out everywhere.
    pub async fn end_user_sessions(self: &Arc<Self>, caller: UserCaller) -> Answer<()> {
        let done = self.commit(move |work| {
            user_sessions::end_all(work.tx, &caller.user)?;
            user_doors::take_all(work.tx, &caller.user)?;
            Ok((Vec::new(), ()))
        });
        done.await.map(|_| ())
    }
}

/// Keeps a signed-in browser, and forgets what is over.
pub(super) fn start(work: &Work<'_>, user: &UserId, hash: &Hash, agent: &str, ends: Option<UnixMs>) -> Answer<()> {
    user_sessions::sweep(work.tx, work.now)?;
    user_doors::sweep(work.tx, work.now)?;
    tries::sweep(work.tx, earlier(work.now, Millis::hours(24)))?;
    let agent: String = agent.chars().filter(|c| !c.is_control()).take(LONGEST_AGENT).collect();
    Ok(user_sessions::add(work.tx, hash, user, &agent, work.now, ends)?)
}
