//! Read-write that nobody uses is ended: a door that changes things does not stand open for whoever comes by. The
//! read-only session beside it goes on.

use doorward_core::{id::SessionSerial, session::Mode, time::Millis};

use super::{Controller, delivery::Errand, ms, request::Answer};
use crate::view::{ConsoleEvent, EndedBy, ErrorCode};

/// How long nothing may happen in a read-write session, where nobody chose otherwise.
pub(super) const PATIENCE: Millis = Millis::minutes(5);
/// How long before its end it is said.
const SAY_BEFORE: Millis = Millis::minutes(1);
/// What may be chosen, in minutes: a read-write session lasts no longer than the last.
const CHOICES: std::ops::RangeInclusive<u32> = 2..=15;

impl Controller {
    /// Something was done in the session: looked at, changed, typed, or asked for by another program.
    pub(super) fn note_activity(&mut self, session: u32) {
        let Some(now) = self.now() else { return };
        let Some(open) = self.sessions.get_mut(&session) else { return };
        open.active = now;
        if std::mem::take(&mut open.idle_said) {
            self.parts.page.tell(ConsoleEvent::Idle { session, at: None });
        }
    }

    /// How long read-write may lie idle from now on.
    pub(super) fn keep_idle(&mut self, minutes: u32) -> Answer<()> {
        if !CHOICES.contains(&minutes) {
            return Err(ErrorCode::BadRequest.into());
        }
        self.idle = Millis::minutes(u64::from(minutes));
        Ok(())
    }

    /// Ends what has lain idle for too long, and says so of what soon will have.
    pub(super) fn watch_idle(&mut self) {
        let Some(now) = self.now() else { return };
        let mut over = Vec::new();
        for (serial, open) in &mut self.sessions {
            if open.session.mode != Mode::ReadWrite {
                continue;
            }
            let at = open.active.plus(self.idle);
            if at <= now {
                over.push(*serial);
            } else if at.since(now) <= SAY_BEFORE && at < open.session.ends && !open.idle_said {
                open.idle_said = true;
                self.parts.page.tell(ConsoleEvent::Idle { session: *serial, at: Some(ms(at)) });
            }
        }
        for serial in over {
            self.end_idle(serial);
        }
    }

    fn end_idle(&mut self, serial: u32) {
        self.session_over(serial, EndedBy::Idle);
        if let Some(presence) = &self.presence {
            let (line, token) = (presence.line.clone(), presence.token.clone());
            self.send(line, token, Errand::EndSession(SessionSerial(u64::from(serial))));
        }
    }
}
