//! Erasure: what is told of a session beside its record, a name, a ticket and a reason, and of a log-in to a server, a
//! ticket and a reason, is erased where somebody asks for it. Records, roots and checkpoints stay as they are: they hold
//! salted hashes, and the salt goes with the text.
//!
//! Only what is over is erased. Whoever is in must be told of with name and reason.

use std::sync::{Arc, PoisonError};

use doorward_core::{
    id::{AccountId, CertificateSerial, StaffId},
    policy::{Ask, decide},
    time::UnixMs,
    wire::Code,
};

use super::{Answer, App, Refusal, writer::Work};
use crate::store::{
    self, account_log, ceremonies, servers,
    servers::ToldCertificate,
    sessions,
    sessions::{Over, Which},
    staff,
};

/// Whose sessions are meant. Each part that is missing means all; one of the first two is there. A person's log-ins to servers
/// are meant where no account is: they are in none.
#[derive(Debug, Clone, Default)]
pub struct Erase {
    pub account: Option<AccountId>,
    pub staff: Option<StaffId>,
    /// Opened, or issued, before this.
    pub before: Option<UnixMs>,
}

/// What was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    pub sessions: usize,
    /// Certificates for servers.
    pub certificates: usize,
    /// How many of both were left because they are not over.
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
            // What nobody touched a key for lies there until somebody begins something else.
            ceremonies::drop_over(work.tx, work.now)?;
            let log_ins = match wish.staff.as_ref().filter(|_| wish.account.is_none()) {
                Some(staff) => log_ins(work, staff, wish.before)?,
                None => Over { over: Vec::new(), open: 0 },
            };
            for serial in &log_ins.over {
                servers::erase_reason(work.tx, *serial)?;
            }
            let open = open.saturating_add(log_ins.open);
            let person = wish.staff.filter(|_| wish.account.is_none() && wish.before.is_none());
            let gone = |id: &StaffId| work.state.staff_member(id).is_some_and(|known| known.standing.is_none());
            let person = match person.filter(gone) {
                Some(staff) => staff::erase(work.tx, &staff)?,
                None => false,
            };
            Ok((Vec::new(), Erased { sessions: over.len(), certificates: log_ins.over.len(), open, person }))
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

/// The person's certificates that are meant, by whether somebody is or may still be connected by them.
fn log_ins(work: &Work<'_>, staff: &StaffId, before: Option<UnixMs>) -> Answer<Over<CertificateSerial>> {
    let told = servers::told(work.tx, staff, before)?;
    let stays = |one: &ToldCertificate| {
        let ask = Ask::Stay { host: &one.host, certificate: one.serial };
        one.connected || decide(work.state, &ask, work.now).is_ok()
    };
    let (open, over): (Vec<_>, Vec<_>) = told.into_iter().partition(stays);
    Ok(Over { over: over.into_iter().map(|one| one.serial).collect(), open: open.len() })
}
