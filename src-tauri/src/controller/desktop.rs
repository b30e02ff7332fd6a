//! What the desktop around the window is told and asks: how the console stands, where a link leads, ending every
//! session, and leaving. Nothing here knows what a tray or a window is.

use std::time::Duration;

use doorward_core::{
    id::AccountId,
    session::Mode,
    time::{Millis, UnixMs},
};

use super::{Controller, answer, delivery::Errand, ms, request::Reply, short};
use crate::view::{ConnectionState, ConsoleEvent, EndedBy, Phase, TrayLock, TrayMark, TrayState};

/// A session with less than this left is about to end.
pub(super) const SOON: Millis = Millis::minutes(10);
/// How long the server may take to hear that the console is left.
const GOODBYE: Duration = Duration::from_secs(2);

/// The console as the tray's picture is drawn from it.
struct Seen {
    signed_in: bool,
    lock: TrayLock,
    offline: bool,
    sessions: Vec<(Mode, UnixMs)>,
}

/// The worst that is true: a picture that says "connected" while nothing is would be believed.
fn tray(seen: &Seen, now: UnixMs) -> TrayState {
    let first = seen.sessions.iter().map(|(_, ends)| *ends).min();
    let writes = seen.sessions.iter().any(|(mode, _)| *mode == Mode::ReadWrite);
    let mark = if seen.offline {
        TrayMark::Offline
    } else if first.is_some_and(|ends| ends.since(now) <= SOON) {
        TrayMark::Ending
    } else if writes {
        TrayMark::ReadWrite
    } else if first.is_some() {
        TrayMark::ReadOnly
    } else if seen.signed_in {
        TrayMark::SignedIn
    } else {
        TrayMark::SignedOut
    };
    let sessions = short(u64::try_from(seen.sessions.len()).unwrap_or(u64::MAX));
    TrayState { mark, sessions, first_ends: first.map(ms), lock: seen.lock }
}

impl Controller {
    pub(super) fn tray(&self) -> TrayState {
        let lock = match self.phase() {
            Phase::SignedIn | Phase::Review => TrayLock::Open,
            Phase::Locked => TrayLock::Locked,
            Phase::SignedOut | Phase::SigningIn => TrayLock::Nothing,
        };
        let seen = Seen {
            signed_in: self.presence.is_some(),
            lock,
            offline: self.connection().state == ConnectionState::Offline,
            sessions: self.sessions.values().map(|open| (open.session.mode, open.session.ends)).collect(),
        };
        tray(&seen, self.now().unwrap_or(UnixMs(0)))
    }

    pub(super) fn watch_tray(&mut self) {
        let tray = self.tray();
        if self.desktop.told != Some(tray) {
            self.desktop.told = Some(tray);
            self.parts.page.tell(ConsoleEvent::Tray { tray });
        }
    }

    /// A link was followed. A newer one takes the place of one that still waits.
    pub(super) fn link(&mut self, account: AccountId, reply: Reply<()>) {
        self.desktop.link = Some(account);
        answer(reply, Ok(()));
    }

    /// Leads to the account of a link, as soon as somebody is there to be led, and a list to be led in.
    pub(super) fn watch_link(&mut self) {
        let there = matches!(self.phase(), Phase::SignedIn | Phase::Review) && self.list.is_there();
        if let Some(account) = self.desktop.link.take_if(|_| there && self.desktop.page_listens) {
            self.parts.page.tell(ConsoleEvent::Show { account: account.to_string() });
        }
    }

    /// Ends every session of this console, here at once and at the server as soon as it can be reached.
    pub(super) fn end_all(&mut self, reply: Reply<()>) {
        let Ok(presence) = self.signed_in() else { return answer(reply, Ok(())) };
        let (line, token) = (presence.line.clone(), presence.token.clone());
        let serials: Vec<_> = self.sessions.values().map(|open| open.session.serial).collect();
        self.note_endings();
        self.drop_sessions(EndedBy::You);
        for serial in serials {
            self.send(line.clone(), token.clone(), Errand::EndSession(serial));
        }
        answer(reply, Ok(()));
    }

    /// Everything is over on this console, and the server hears it where it can be reached. Whoever was here may still
    /// review the copy.
    pub(super) fn go(&mut self, reply: Reply<()>) {
        let Some(presence) = self.leave(EndedBy::You) else { return answer(reply, Ok(())) };
        let work = async move { tokio::time::timeout(GOODBYE, presence.line.sign_out(&presence.token)).await };
        self.after(work, move |_, heard| {
            if !matches!(heard, Ok(Ok(()))) {
                tracing::warn!(code = "left-unheard", "the server did not hear that this console was left");
            }
            answer(reply, Ok(()));
        });
    }
}

/// What the controller keeps for the desktop.
#[derive(Default)]
pub(super) struct Desktop {
    /// The page has asked for the state, so that it hears what is told.
    pub page_listens: bool,
    told: Option<TrayState>,
    /// The account of a link that nobody was led to yet.
    link: Option<AccountId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMs = UnixMs(1_750_000_000_000);

    fn mark(signed_in: bool, offline: bool, sessions: &[(Mode, u64)]) -> TrayMark {
        let sessions = sessions.iter().map(|(mode, left)| (*mode, NOW.plus(Millis::minutes(*left)))).collect();
        tray(&Seen { signed_in, lock: TrayLock::Open, offline, sessions }, NOW).mark
    }

    #[test]
    fn the_picture_tells_the_worst_that_is_true() {
        use Mode::{ReadOnly, ReadWrite};
        assert_eq!(mark(false, false, &[]), TrayMark::SignedOut);
        assert_eq!(mark(true, false, &[]), TrayMark::SignedIn);
        assert_eq!(mark(true, false, &[(ReadOnly, 60)]), TrayMark::ReadOnly);
        assert_eq!(mark(true, false, &[(ReadOnly, 60), (ReadWrite, 15)]), TrayMark::ReadWrite);
        assert_eq!(mark(true, false, &[(ReadOnly, 10), (ReadWrite, 15)]), TrayMark::Ending);
        assert_eq!(mark(true, false, &[(ReadOnly, 11)]), TrayMark::ReadOnly);
        for sessions in [&[][..], &[(ReadWrite, 1)]] {
            assert_eq!(mark(true, true, sessions), TrayMark::Offline);
        }
        assert_eq!(mark(false, true, &[]), TrayMark::Offline);
    }

    #[test]
    fn it_counts_and_says_which_ends_first() {
        let sessions = vec![(Mode::ReadOnly, NOW.plus(Millis(9))), (Mode::ReadOnly, NOW.plus(Millis(7)))];
        let seen = Seen { signed_in: true, lock: TrayLock::Open, offline: false, sessions };
        let TrayState { sessions, first_ends, .. } = tray(&seen, NOW);
        assert_eq!((sessions, first_ends), (2, Some(ms(NOW.plus(Millis(7))))));
    }
}
