//! What somebody may open in an account, and why not more: the decision asked ahead, for showing.
//!
//! An offer gives nothing. Opening asks the decision again, with the real reason and the real touch.

use crate::{
    grant::Setting,
    id::{AccountId, GrantSerial},
    policy::{Ask, By, Denial, Opening, decide},
    session::{Lengths, Mode, Reason, ReasonFault},
    state::AccessState,
    time::UnixMs,
};

/// What one person may open in one account now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    pub read_only: Result<ReadOnly, Denial>,
    /// The grant a read-write session would stand on; it needs a touch.
    pub read_write: Result<GrantSerial, Denial>,
}

/// A read-only session on offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadOnly {
    /// When it would end at the latest, opened now.
    pub ends: UnixMs,
    /// Whether the reason must name a support ticket.
    pub needs_ticket: bool,
}

/// Who asks, until when they are signed in, and the reasons to ask with.
#[derive(Debug, Clone)]
pub struct Asker<'a> {
    by: By<'a>,
    sign_in_ends: UnixMs,
    lengths: Lengths,
    with_ticket: Reason,
    without_ticket: Reason,
}

impl<'a> Asker<'a> {
    /// Somebody signed in until `sign_in_ends`, where sessions last `lengths`.
    pub fn new(by: By<'a>, sign_in_ends: UnixMs, lengths: Lengths) -> Result<Self, ReasonFault> {
        let with_ticket = Reason::new(Some("any"), "asked ahead")?;
        let without_ticket = Reason::new(None, "asked ahead")?;
        Ok(Self { by, sign_in_ends, lengths, with_ticket, without_ticket })
    }

    /// What may be opened in `account` at `now`.
    pub fn offer(&self, state: &AccessState, account: &AccountId, now: UnixMs) -> Offer {
        let ask = |mode, reason| {
            let Self { by, sign_in_ends, lengths, .. } = *self;
            decide(state, &Ask::Open(Opening { by, account, mode, reason, touch: None, sign_in_ends, lengths }), now)
        };
        let read_only = ask(Mode::ReadOnly, &self.with_ticket).map(|permit| ReadOnly {
            ends: permit.opened().map_or(now, |opened| opened.ends),
            needs_ticket: ask(Mode::ReadOnly, &self.without_ticket).is_err(),
        });
        let success = state.account(account).and_then(|a| a.grant(Setting::CustomerSuccessTeamAccess));
        let read_write = match (ask(Mode::ReadWrite, &self.with_ticket), success) {
            (Ok(_) | Err(Denial::TouchMissing), Some(grant)) => Ok(grant.serial),
            (Ok(_), None) => Err(Denial::NotGranted),
            (Err(denial), _) => Err(denial),
        };
        Offer { read_only, read_write }
    }
}
