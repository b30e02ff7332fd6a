//! Sessions: opened, renewed while they live, and over the moment the decision says so. With a session goes whatever
//! is under way in it.

use std::time::Duration;

use doorward_core::{
    id::{AccountId, SessionSerial},
    offer::Asker,
    policy::{Denial, live},
    session::{Lengths, Mode, Reason, Session},
    time::{Millis, UnixMs},
    wire::{BeginIntent, ConfirmIntent, Intent, OpenSession, OpenedSession, Outcome},
};
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use super::{
    Controller, answer,
    delivery::Errand,
    ended,
    endpoint::Served,
    key::KeyAsk,
    ms,
    request::{Answer, Reply},
    short,
    sign_in::secret,
};
use crate::view::{ConsoleEvent, EndedBy, ErrorCode, KeyPurpose, ModeName, OpenAsk, Problem, SessionView};

/// How long before its end a token is renewed, and how long after a failure it is tried again.
const RENEW_BEFORE: Millis = Millis::seconds(90);
const TRY_AGAIN: Millis = Millis::seconds(5);
/// How long the server may take to say what ended a session.
const TELL_WHY: Duration = Duration::from_secs(1);

/// A session that lives.
pub(super) struct Open {
    pub session: Session,
    pub token: SecretString,
    pub token_expires: UnixMs,
    /// Ends whatever is under way in the session.
    pub cancel: CancellationToken,
    pub endpoint: Option<Served>,
    /// When something was last done in it.
    pub active: UnixMs,
    /// That it will be ended for lack of activity was said.
    pub idle_said: bool,
    reason: Reason,
    /// The copy has said once that the session lives; from then on what it says counts.
    stood: bool,
    renewing: bool,
    renew_after: UnixMs,
}

impl Open {
    fn new(opened: OpenedSession, reason: Reason) -> Self {
        Self {
            renew_after: opened.session.opened,
            token: secret(opened.token),
            token_expires: opened.token_expires,
            cancel: CancellationToken::new(),
            endpoint: None,
            active: opened.session.opened,
            idle_said: false,
            reason,
            stood: false,
            renewing: false,
            session: opened.session,
        }
    }

    /// The token from now on, here and for the endpoint.
    fn take_token(&mut self, token: SecretString, expires: UnixMs) {
        if let Some(endpoint) = &self.endpoint {
            endpoint.take_token(&token);
        }
        (self.token, self.token_expires) = (token, expires);
    }

    fn wants_a_token(&self, now: UnixMs) -> bool {
        let ends_with_it = self.session.ends.since(self.token_expires) < Millis::seconds(1);
        let soon = self.token_expires <= now.plus(RENEW_BEFORE);
        soon && !ends_with_it && !self.renewing && self.renew_after <= now
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

impl Controller {
    pub(super) fn session_views(&self) -> Vec<SessionView> {
        self.sessions.values().map(|open| self.session_view(open)).collect()
    }

    fn session_view(&self, open: &Open) -> SessionView {
        let session = &open.session;
        SessionView {
            serial: short(session.serial.0),
            account: session.account.to_string(),
            account_name: self.directory.account_name(&session.account),
            mode: session.mode.into(),
            ticket: open.reason.ticket().map(str::to_owned),
            reason: open.reason.text().to_owned(),
            opened: ms(session.opened),
            ends: ms(session.ends),
        }
    }

    /// Opens a session. Read-write asks for the key on the way.
    pub(super) fn open_session(&mut self, ask: OpenAsk, reply: Reply<SessionView>) {
        let begun = match ask.mode {
            ModeName::ReadOnly => self.open_read_only(&ask),
            ModeName::ReadWrite => self.open_read_write(&ask),
        };
        match begun {
            Ok(Opening { work, reason, ceremony }) => self.after(work, move |console, opened| {
                let wanted = ceremony.is_none_or(|ceremony| console.end_ceremony(ceremony));
                let opened = console.opened(opened, reason, wanted);
                answer(reply, opened);
            }),
            Err(problem) => answer(reply, Err(problem)),
        }
    }

    fn open_read_only(&self, ask: &OpenAsk) -> Answer<Opening> {
        let presence = self.signed_in_online()?;
        let (account, reason) = wish(ask)?;
        let (line, token) = (presence.line.clone(), presence.token.clone());
        let open = OpenSession { account, reason: reason.clone() };
        let work = Box::pin(async move { Ok(line.open_session(&token, open).await?) });
        Ok(Opening { work, reason, ceremony: None })
    }

    /// The touch is bound to the grant that the copy holds: were it another by then, the server would refuse.
    fn open_read_write(&mut self, ask: &OpenAsk) -> Answer<Opening> {
        let presence = self.signed_in_online()?;
        let (account, reason) = wish(ask)?;
        let (line, token) = (presence.line.clone(), presence.token.clone());
        let now = self.now().ok_or(Problem::from(ErrorCode::Offline))?;
        let asker = Asker::new(presence.by(), presence.ends, Lengths::default())?;
        let grant = self.parts.standing.with_state(|state| asker.offer(state, &account, now).read_write)?;
        let account_name = self.directory.account_name(&account).unwrap_or_else(|| account.to_string());
        let asking = self.begin_ceremony(KeyPurpose::ReadWrite { account: account.to_string(), account_name })?;
        let ceremony = Some(asking.number);
        let intent = Intent::OpenReadWrite { account, grant, reason: reason.clone() };
        let work = Box::pin(async move {
            let begun = line.begin_intent(&token, BeginIntent { intent }).await?;
            let credential = asking.answer(KeyAsk::Touch(begun.options)).await?;
            match line.confirm_intent(&token, begun.ceremony, ConfirmIntent { credential }).await? {
                Outcome::Opened { opened } => Ok(opened),
                _ => Err(ErrorCode::Internal.into()),
            }
        });
        Ok(Opening { work, reason, ceremony })
    }

    /// A session was opened at the server. Where nobody waits for it any more, it is ended at once.
    fn opened(&mut self, opened: Answer<OpenedSession>, reason: Reason, wanted: bool) -> Answer<SessionView> {
        let opened = opened?;
        let Some(presence) = self.presence.as_ref().filter(|presence| presence.staff == opened.session.staff) else {
            return Err(ErrorCode::SignedOut.into());
        };
        if !wanted {
            let (line, token) = (presence.line.clone(), presence.token.clone());
            self.send(line, token, Errand::EndSession(opened.session.serial));
            return Err(ErrorCode::Cancelled.into());
        }
        if opened.session.mode == Mode::ReadWrite {
            self.replace_read_write();
        }
        let serial = short(opened.session.serial.0);
        let open = Open::new(opened, reason);
        let session = self.session_view(&open);
        self.sessions.insert(serial, open);
        self.parts.page.tell(ConsoleEvent::SessionOpened { session: session.clone() });
        Ok(session)
    }

    /// The server keeps one read-write session a person, and has ended the others.
    fn replace_read_write(&mut self) {
        let writing = self.sessions.values().filter(|open| open.session.mode == Mode::ReadWrite);
        let replaced: Vec<u32> = writing.map(|open| short(open.session.serial.0)).collect();
        for serial in replaced {
            self.session_over(serial, EndedBy::Replaced);
        }
    }

    /// Ends one's own session: here at once, and one that is open in another console as soon as the server says so.
    pub(super) fn end_session(&mut self, serial: u32, reply: Reply<()>) {
        let (line, token) = match self.signed_in() {
            Ok(presence) => (presence.line.clone(), presence.token.clone()),
            Err(problem) => return answer(reply, Err(problem)),
        };
        let session = SessionSerial(u64::from(serial));
        if self.sessions.contains_key(&serial) {
            self.end_here(serial);
            return answer(reply, Ok(()));
        }
        let work = async move { line.end_session(&token, session).await };
        self.after(work, move |_, done| answer(reply, done.map_err(Into::into)));
    }

    /// Ends a session of this console at once; the server hears of it now, or first thing when it is back.
    pub(super) fn end_here(&mut self, serial: u32) {
        let Some(presence) = &self.presence else { return };
        let (line, token) = (presence.line.clone(), presence.token.clone());
        let Some(session) = self.sessions.get(&serial).map(|open| open.session.serial) else { return };
        self.remember_ending(session);
        self.session_over(serial, EndedBy::You);
        self.send(line, token, Errand::EndSession(session));
    }

    pub(super) fn session_over(&mut self, serial: u32, by: EndedBy) {
        if let Some(open) = self.sessions.remove(&serial) {
            self.tell_over(&open.session, by);
        }
    }

    fn tell_over(&self, session: &Session, by: EndedBy) {
        let account_name = self.directory.account_name(&session.account);
        let at = ms(self.now().unwrap_or(session.ends));
        let serial = short(session.serial.0);
        self.parts.page.tell(ConsoleEvent::SessionEnded { session: serial, account_name, at, by });
        self.tell_cut(&session.account, by);
    }

    /// Every session is over with the sign-in.
    pub(super) fn drop_sessions(&mut self, by: EndedBy) {
        for open in std::mem::take(&mut self.sessions).into_values() {
            self.tell_over(&open.session, by);
        }
    }

    /// Asks the decision about every session, and renews the tokens of those that live.
    pub(super) fn watch_sessions(&mut self) {
        let Some(now) = self.now() else { return };
        for (serial, denial) in self.judge(now) {
            self.end_by(serial, denial);
        }
        self.renew_tokens(now);
    }

    /// Sessions that are over, and why.
    fn judge(&mut self, now: UnixMs) -> Vec<(u32, Denial)> {
        let standing = &self.parts.standing;
        let judged: Vec<_> = standing.with_state(|state| {
            self.sessions.iter().map(|(serial, open)| (*serial, live(state, &open.session, now).err())).collect()
        });
        let mut over = Vec::new();
        for (serial, denial) in judged {
            let known = self.sessions.get(&serial).is_some_and(|open| {
                let certain = matches!(denial, Some(Denial::SessionOver | Denial::SessionEnded));
                open.stood || certain || self.knows_of(open.session.opened, now)
            });
            match (denial, self.sessions.get_mut(&serial)) {
                (None, Some(open)) => open.stood = true,
                (Some(denial), Some(_)) if known => over.push((serial, denial)),
                _ => {}
            }
        }
        over
    }

    fn end_by(&mut self, serial: u32, denial: Denial) {
        let Some(open) = self.sessions.remove(&serial) else { return };
        let sign_in = self.presence.as_ref().map_or(UnixMs(i64::MAX), |presence| presence.ends);
        let by = self.parts.standing.with_state(|state| ended::session(state, &open.session, sign_in, denial));
        match by {
            Some(by) => self.tell_over(&open.session, by),
            None => self.ask_why(open.session.clone()),
        }
    }

    /// Asks the server why it ended the session. Nothing of the session is kept meanwhile.
    fn ask_why(&mut self, session: Session) {
        let Some(presence) = &self.presence else { return self.tell_over(&session, EndedBy::Unknown) };
        let (line, token, serial) = (presence.line.clone(), presence.token.clone(), session.serial);
        let work = async move {
            let known = tokio::time::timeout(TELL_WHY, line.sessions(&token)).await.ok()?.ok()?;
            known.sessions.into_iter().find(|known| known.session.serial == serial)?.ended
        };
        self.after(work, move |console, cause| {
            console.tell_over(&session, cause.map_or(EndedBy::Unknown, Into::into));
        });
    }

    fn renew_tokens(&mut self, now: UnixMs) {
        let wanting = self.sessions.iter().filter(|(_, open)| open.wants_a_token(now));
        let serials: Vec<_> = wanting.map(|(serial, open)| (*serial, open.session.serial)).collect();
        for (serial, session) in serials {
            self.renew(serial, session, now);
        }
    }

    fn renew(&mut self, serial: u32, session: SessionSerial, now: UnixMs) {
        let Some(presence) = &self.presence else { return };
        let (line, token) = (presence.line.clone(), presence.token.clone());
        let work = async move { line.renew(&token, session).await };
        self.after(work, move |console, renewed| {
            let Some(open) = console.sessions.get_mut(&serial) else { return };
            open.renewing = false;
            match renewed {
                Ok(renewed) => open.take_token(secret(renewed.token), renewed.token_expires),
                Err(_) => open.renew_after = now.plus(TRY_AGAIN),
            }
        });
        if let Some(open) = self.sessions.get_mut(&serial) {
            open.renewing = true;
        }
    }
}

/// A session on its way.
struct Opening {
    work: futures::future::BoxFuture<'static, Answer<OpenedSession>>,
    reason: Reason,
    ceremony: Option<u64>,
}

fn wish(ask: &OpenAsk) -> Answer<(AccountId, Reason)> {
    let account = AccountId::parse(&ask.account).map_err(|_| Problem::from(ErrorCode::BadRequest))?;
    Ok((account, Reason::new(ask.ticket.as_deref(), &ask.reason)?))
}

impl From<Mode> for ModeName {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::ReadOnly => Self::ReadOnly,
            Mode::ReadWrite => Self::ReadWrite,
        }
    }
}
