//! Sessions: opened when the policy permits, renewed while they live, ended early by an entry.

use std::sync::Arc;

use doorward_core::{
    feed::entry::What,
    id::{AccountId, SessionSerial},
    policy::{Access, Ask, Denial, Opening, TouchBinding, decide, live},
    session::{EndCause, Mode, Reason, Session},
    wire::{Code, OpenSession, OpenedSession, Secret, SessionToken, SessionView, Sessions},
};

use super::{Answer, App, Caller, Refusal, refusal::no_card, users::mails, writer::Work};
use crate::store::sessions::{self, SessionRow};

/// How many sessions a list shows.
const SHOWN: usize = 500;

impl App {
    /// Opens a read-only session. Read-write is an intent: it needs a touch.
    pub async fn open_session(self: &Arc<Self>, caller: Caller, wish: OpenSession) -> Answer<OpenedSession> {
        reason_without_card(&wish.reason)?;
        let app = Arc::clone(self);
        let done = self.commit(move |work| {
            let wanted = Wanted { account: &wish.account, mode: Mode::ReadOnly, reason: &wish.reason, touch: None };
            app.open_in(work, &caller, &wanted)
        });
        Ok(done.await?.value)
    }

    /// The caller's sessions; for a security admin everybody's. Those whose reason was erased, long over, are in the
    /// histories alone.
    pub async fn sessions(self: &Arc<Self>, caller: Caller) -> Answer<Sessions> {
        let now = self.now();
        let own = (!self.administers(&caller)).then_some(caller.staff);
        let rows = self.read(move |db| sessions::newest(db, own.as_ref(), SHOWN)).await?;
        let view = |mut row: SessionRow| {
            let reason = row.reason.take()?;
            let alive = self.read_state(|state| live(state, &row.session, now)).is_ok();
            Some(SessionView { live: alive && row.ended.is_none(), session: row.session, reason, ended: row.ended })
        };
        Ok(Sessions { sessions: rows.into_iter().filter_map(view).collect() })
    }

    /// A new token for the caller's own session, while it lives.
    pub async fn renew_token(self: &Arc<Self>, caller: Caller, serial: SessionSerial) -> Answer<SessionToken> {
        let row = self.read(move |db| sessions::get(db, serial)).await?;
        let row = row.filter(|row| row.sign_in == caller.sign_in).ok_or(Refusal::new(Code::NotFound))?;
        let (session, now) = (row.session, self.now());
        let ask = Ask::Use { session: &session, account: &session.account, access: Access::Read };
        self.read_state(|state| decide(state, &ask, now))?;
        let (token, token_expires) = self.tokens.sign(&session, &caller.thumbprint, now)?;
        Ok(SessionToken { token: Secret(token), token_expires })
    }

    /// Ends the caller's own session. Ending what is over already changes nothing.
    pub async fn end_own_session(self: &Arc<Self>, caller: Caller, serial: SessionSerial) -> Answer<()> {
        let done = self.commit(move |work| {
            let row = sessions::get(work.tx, serial)?.filter(|row| row.session.staff == caller.staff);
            let row = row.ok_or(Refusal::new(Code::NotFound))?;
            decide(work.state, &Ask::SignIn { by: caller.by() }, work.now)?;
            if row.ended.is_some() || row.session.ends <= work.now {
                return Ok((Vec::new(), ()));
            }
            Ok((vec![end_session(work, serial, EndCause::Ended)?], ()))
        });
        done.await.map(|_| ())
    }

    /// Asks the policy, and opens the session inside `work`.
    pub(super) fn open_in(
        &self,
        work: &Work<'_>,
        caller: &Caller,
        wanted: &Wanted<'_>,
    ) -> Answer<(Vec<What>, OpenedSession)> {
        let permit = decide(work.state, &Ask::Open(self.opening(caller, wanted)), work.now)?;
        let opened = permit.opened().ok_or(Denial::NoRole)?;
        let replaced = match wanted.mode {
            Mode::ReadOnly => Vec::new(),
            Mode::ReadWrite => replace(work, caller)?,
        };
        let session = Session {
            serial: sessions::next_serial(work.tx)?,
            staff: caller.staff.clone(),
            account: wanted.account.clone(),
            mode: wanted.mode,
            stands: opened.stands,
            opened: work.now,
            ends: opened.ends,
        };
        sessions::add(work.tx, &session, caller.sign_in, wanted.reason)?;
        mails::entered(work, &session.account, session.stands.grant)?;
        let (token, token_expires) = self.tokens.sign(&session, &caller.thumbprint, work.now)?;
        // Log before serve: that the session was opened is durable before its token leaves.
        let mut entries = replaced;
        entries.push(What::SessionOpened {
            session: session.serial,
            staff: session.staff.clone(),
            key: session.stands.key,
            account: session.account.clone(),
            mode: session.mode,
            grant: session.stands.grant,
            ends: session.ends,
        });
        Ok((entries, OpenedSession { session, token: Secret(token), token_expires }))
    }

    /// The question whether `wanted` may be opened.
    pub(super) fn opening<'a>(&self, caller: &'a Caller, wanted: &Wanted<'a>) -> Opening<'a> {
        Opening {
            by: caller.by(),
            account: wanted.account,
            mode: wanted.mode,
            reason: wanted.reason,
            touch: wanted.touch,
            sign_in_ends: caller.ends,
            lengths: self.lengths,
        }
    }
}

/// Refuses a reason in which a card number would be kept.
pub(super) fn reason_without_card(reason: &Reason) -> Answer<()> {
    no_card(reason.text(), "reason-card")?;
    no_card(reason.ticket().unwrap_or_default(), "reason-card")
}

/// A session somebody wants.
pub(super) struct Wanted<'a> {
    pub account: &'a AccountId,
    pub mode: Mode,
    pub reason: &'a Reason,
    pub touch: Option<&'a TouchBinding>,
}

/// Writes down that the session is ended, and gives the entry that says so.
pub(super) fn end_session(work: &Work<'_>, session: SessionSerial, cause: EndCause) -> Answer<What> {
    sessions::end(work.tx, session, cause, work.now)?;
    Ok(What::SessionEnded { session, cause })
}

/// One read-write session a person: the older one gives way.
fn replace(work: &Work<'_>, caller: &Caller) -> Answer<Vec<What>> {
    let open = sessions::open_of(work.tx, &caller.staff, work.now)?;
    let writing = open.iter().filter(|row| row.session.mode == Mode::ReadWrite);
    writing.map(|row| end_session(work, row.session.serial, EndCause::Replaced)).collect()
}
