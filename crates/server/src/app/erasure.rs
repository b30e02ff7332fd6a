//! Erasure: what is told of a session beside its record, a name, a ticket and a reason, is erased where somebody asks for
//! it. Records, roots and checkpoints stay as they are: they hold salted hashes, and the salt goes with the text.
//!
//! Only what is over is erased. Whoever is in must be told of with name and reason.

use std::sync::{Arc, PoisonError};

use doorward_core::{
    id::{AccountId, StaffId},
    time::UnixMs,
    wire::Code,
};

use super::{Answer, App, Refusal};
use crate::store::{
    self, account_log, sessions,
    sessions::{Over, Which},
    staff,
};

/// Whose sessions are meant. Each part that is missing means all; one of the first two is there.
#[derive(Debug, Clone, Default)]
pub struct Erase {
    pub account: Option<AccountId>,
    pub staff: Option<StaffId>,
    /// Opened before this.
    pub before: Option<UnixMs>,
}

/// What was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    pub sessions: usize,
    /// How many were left because they are not over.
    pub open: usize,
    /// Whether the directory has forgotten the person's name and handle: only where they are suspended, and everything
    /// of theirs was meant.
    pub person: bool,
}

impl App {
    /// Erases what is told of the sessions that are meant, from the database's pages and its log of changes too. Asked
    /// twice it erases nothing more. What was downloaded before, and backups, are not reached.
    pub async fn erase_told(self: &Arc<Self>, wish: Erase) -> Answer<Erased> {
        if wish.account.is_none() && wish.staff.is_none() {
            return Err(Refusal::bad("whose"));
        }
        let done = self.commit(move |work| {
            let which = Which { account: wish.account.as_ref(), staff: wish.staff.as_ref(), before: wish.before };
            let Over { over, open } = sessions::told(work.tx, &which, work.now)?;
            for serial in &over {
                sessions::erase_reason(work.tx, *serial)?;
                account_log::erase_told(work.tx, *serial)?;
            }
            let person = wish.staff.filter(|_| wish.account.is_none() && wish.before.is_none());
            let gone = |id: &StaffId| work.state.staff_member(id).is_some_and(|known| known.standing.is_none());
            let person = match person.filter(gone) {
                Some(staff) => staff::erase(work.tx, &staff)?,
                None => false,
            };
            Ok((Vec::new(), Erased { sessions: over.len(), open, person }))
        });
        let erased = done.await?.value;
        self.blocking(|app| {
            let writer = app.writer.lock().unwrap_or_else(PoisonError::into_inner);
            if store::drop_changes(&writer.db)? {
                Ok(())
            } else {
                Err(Refusal::new(Code::Unavailable).because("a reader holds the log of changes"))
            }
        })
        .await?;
        Ok(erased)
    }
}
