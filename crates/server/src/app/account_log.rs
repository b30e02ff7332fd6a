//! How an account's history is written: with every entry of the feed, in its transaction, and under a checkpoint before
//! the transaction ends. Nothing is shown before it is here.

use doorward_core::{
    feed::{
        checkpoint::Checkpoint,
        entry::{Entry, What},
        note::NoteSigner,
    },
    grant::Grant,
    history::{
        record::{Ending, Happened, origin_of},
        told::{Opened, Told},
    },
    id::{AccountId, SessionSerial, StaffId},
    policy::live,
    session::Session,
    state::AccessState,
    time::UnixMs,
};
use rusqlite::Connection;

use super::{Answer, App, Dice, Refusal};
use crate::store::{
    StoreFault, Stored,
    account_log::{self, Appended},
    sessions, staff,
};

/// What histories are written with.
#[derive(Clone, Copy)]
pub(super) struct Pen<'a> {
    pub dice: &'a dyn Dice,
    pub origin: &'a str,
    pub log: &'a NoteSigner,
}

impl App {
    pub(super) fn pen(&self) -> Pen<'_> {
        Pen { dice: self.dice.as_ref(), origin: &self.origin, log: &self.log }
    }
}

/// The open sessions that live before an entry which can take something away.
pub(super) fn standing(db: &Connection, state: &AccessState, what: &What, now: UnixMs) -> Stored<Vec<Session>> {
    if !takes_away(what) {
        return Ok(Vec::new());
    }
    let open = sessions::open(db, now)?.into_iter().map(|row| row.session);
    Ok(open.filter(|session| live(state, session, now).is_ok()).collect())
}

/// Whether the entry can end a session that it does not name.
pub(super) fn takes_away(what: &What) -> bool {
    match what {
        What::PlanChanged { .. }
        | What::AccountClosed { .. }
        | What::GrantEnabled { .. }
        | What::GrantDisabled { .. }
        | What::StaffSuspended { .. }
        | What::RoleTaken { .. }
        | What::DutyClosed { .. }
        | What::PrimaryCsmAssigned { .. }
        | What::PrimaryCsmUnassigned { .. }
        | What::KeyRevoked { .. } => true,
        What::AccountRegistered { .. }
        | What::StaffAdded { .. }
        | What::StaffReinstated { .. }
        | What::RoleGiven { .. }
        | What::DutyOpened { .. }
        | What::KeyEnrolled { .. }
        | What::SessionOpened { .. }
        | What::SessionEnded { .. }
        | What::HostAdded { .. }
        | What::HostRemoved { .. }
        | What::SshCaTrusted { .. }
        | What::SshCaRevoked { .. }
        | What::SshKeyEnrolled { .. }
        | What::CertificateIssued { .. }
        | What::CertificateRevoked { .. } => false,
    }
}

impl Pen<'_> {
    /// Writes down what the entry means to the account it is about, the grants it took away, and the sessions that fell
    /// with what they stood on.
    pub(super) fn note(&self, db: &Connection, entry: &Entry, taken: &[Grant], fallen: &[Session]) -> Answer<()> {
        let at = entry.at;
        match &entry.what {
            What::SessionOpened { session, .. } => self.opened(db, at, *session)?,
            What::SessionEnded { session, cause } => {
                if let Some(row) = sessions::get(db, *session)? {
                    end(db, at, &row.session, (*cause).into())?;
                }
            }
            other => {
                if let Some((account, what, staff)) = plain(other) {
                    account_log::append(db, Appended { account, at, what, staff, opened: None })?;
                }
            }
        }
        let switched_off = matches!(entry.what, What::GrantDisabled { .. });
        for grant in taken.iter().filter(|_| !switched_off) {
            let what = Happened::GrantEnded { grant: grant.serial, setting: grant.setting };
            account_log::append(db, Appended { account: &grant.account, at, what, staff: None, opened: None })?;
        }
        for session in fallen {
            end(db, at, session, Ending::GroundTaken)?;
        }
        Ok(())
    }

    /// A checkpoint over each history that grew.
    pub(super) fn sign(&self, db: &Connection, at: UnixMs) -> Answer<()> {
        for (account, edge) in account_log::unsigned(db)? {
            let note = self.checkpoint(&account, edge.size(), edge.root(), at);
            account_log::sign(db, &account, at, edge.size(), &note)?;
        }
        Ok(())
    }

    /// The checkpoint of an account's history.
    pub(super) fn checkpoint(&self, account: &AccountId, size: u64, root: [u8; 32], at: UnixMs) -> String {
        Checkpoint { origin: origin_of(self.origin, account), size, root, at }.sign(self.log)
    }

    fn opened(&self, db: &Connection, at: UnixMs, serial: SessionSerial) -> Answer<()> {
        let row = sessions::get(db, serial)?.ok_or(StoreFault::Unreadable("session"))?;
        let (session, reason) = (row.session, row.reason.ok_or(StoreFault::Unreadable("reason"))?);
        let mut salt = [0; 32];
        self.dice.fill(&mut salt)?;
        let name = staff::by_id(db, &session.staff)?.map_or_else(|| session.staff.to_string(), |row| row.name);
        let (ticket, reason) = (reason.ticket().map(str::to_owned), reason.text().to_owned());
        let opened = Opened { salt, told: Told { name, ticket, reason } };
        let what = Happened::SessionOpened {
            session: serial,
            staff: session.staff.clone(),
            mode: session.mode,
            role: session.stands.basis.into(),
            grant: session.stands.grant,
            ends: session.ends,
            ticketed: opened.told.ticket.is_some(),
            told: opened.commitment(),
        };
        let (account, staff) = (&session.account, Some(&session.staff));
        account_log::append(db, Appended { account, at, what, staff, opened: Some(&opened) })?;
        Ok(())
    }
}

fn end(db: &Connection, at: UnixMs, session: &Session, cause: Ending) -> Stored<()> {
    let what = Happened::SessionEnded { session: session.serial, cause };
    let (account, staff) = (&session.account, Some(&session.staff));
    account_log::append(db, Appended { account, at, what, staff, opened: None }).map(|_| ())
}

/// What an entry that needs no look at other rows means to its account.
fn plain(what: &What) -> Option<(&AccountId, Happened, Option<&StaffId>)> {
    Some(match what {
        What::AccountRegistered { account, plan } => (account, Happened::AccountRegistered { plan: *plan }, None),
        What::PlanChanged { account, plan } => (account, Happened::PlanChanged { plan: *plan }, None),
        What::AccountClosed { account } => (account, Happened::AccountClosed {}, None),
        What::GrantEnabled { grant, account, setting, by, until } => {
            let (grant, setting, by, until) = (*grant, *setting, by.clone(), *until);
            (account, Happened::SwitchedOn { grant, setting, by, until }, None)
        }
        What::GrantDisabled { grant, account, setting, by } => {
            (account, Happened::SwitchedOff { grant: *grant, setting: *setting, by: by.clone() }, None)
        }
        What::PrimaryCsmAssigned { account, staff } => {
            (account, Happened::PrimaryCsmAssigned { staff: staff.clone() }, Some(staff))
        }
        What::PrimaryCsmUnassigned { account } => (account, Happened::PrimaryCsmUnassigned {}, None),
        _ => return None,
    })
}

/// Writes the histories of a database that is from before they were kept, from its entries and sessions.
pub(super) fn catch_up(db: &mut Connection, pen: Pen<'_>) -> Answer<()> {
    if !account_log::is_empty(db)? {
        return Ok(());
    }
    let tx = db.transaction()?;
    let (mut state, mut open, mut newest) = (AccessState::default(), Vec::<Session>::new(), UnixMs(0));
    crate::store::entries::each(&tx, |text| {
        let entry = Entry::decode(text.as_bytes()).map_err(Refusal::internal)?;
        let (at, what) = (entry.at, &entry.what);
        let taken: Vec<_> = state.taken_away(what, at).into_iter().cloned().collect();
        open.retain(|session| live(&state, session, at).is_ok());
        state.apply(&entry).map_err(Refusal::internal)?;
        let (stand, fallen): (Vec<_>, Vec<_>) =
            std::mem::take(&mut open).into_iter().partition(|session| live(&state, session, at).is_ok());
        open = stand;
        if let What::SessionOpened { session, .. } = what {
            open.extend(sessions::get(&tx, *session)?.map(|row| row.session));
        }
        let fallen = if takes_away(what) { fallen } else { Vec::new() };
        newest = at;
        pen.note(&tx, &entry, &taken, &fallen)
    })?;
    pen.sign(&tx, newest)?;
    Ok(tx.commit()?)
}
