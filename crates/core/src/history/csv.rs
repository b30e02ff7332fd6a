//! A history for a spreadsheet (RFC 4180): one line a record. No cell is a formula.

use super::{
    record::{AsWhat, Ending, Happened, Record},
    told::Told,
};
use crate::{
    grant::{Plan, Until},
    id::StaffId,
    report::{instant, line},
    session::Mode,
};

const HEADER: [&str; 19] = [
    "number", "time", "what", "session", "staff", "name", "role", "mode", "ticket", "reason", "setting", "until", "by",
    "verb", "route", "fields", "status", "reads", "note",
];

/// The opening of the session a record belongs to.
#[derive(Debug, Clone)]
pub struct Opening {
    pub staff: StaffId,
    pub role: AsWhat,
    pub mode: Mode,
    /// Nothing where it was erased.
    pub told: Option<Told>,
}

/// The first line.
pub fn header() -> String {
    line(&HEADER.map(str::to_owned))
}

/// The line of a record, with the opening of its session where it belongs to one.
pub fn row(record: &Record, opening: Option<&Opening>) -> String {
    let mut cells: [String; 19] = Default::default();
    let [number, time, what, session, staff, name, role, mode, ticket, reason, rest @ ..] = &mut cells;
    *number = record.n.to_string();
    *time = instant(record.at);
    record.what.kind().clone_into(what);
    *session = record.what.session().map(|session| session.to_string()).unwrap_or_default();
    if let Some(opening) = opening {
        *staff = opening.staff.to_string();
        as_what(opening.role).clone_into(role);
        mode_text(opening.mode).clone_into(mode);
        let told = opening.told.as_ref();
        *name = told.map(|told| told.name.clone()).unwrap_or_default();
        *ticket = told.and_then(|told| told.ticket.clone()).unwrap_or_default();
        *reason = told.map(|told| told.reason.clone()).unwrap_or_default();
    }
    tell(&record.what, rest, staff);
    line(&cells)
}

fn tell(what: &Happened, cells: &mut [String; 9], person: &mut String) {
    let [setting, until, by, verb, route, fields, status, reads, note] = cells;
    match what {
        Happened::AccountRegistered { plan } | Happened::PlanChanged { plan } => plan_text(*plan).clone_into(note),
        Happened::SwitchedOn { setting: which, by: user, until: end, .. } => {
            which.code().clone_into(setting);
            *by = user.to_string();
            *until = match end {
                Until::At(at) => instant(*at),
                Until::Indefinitely => "indefinitely".to_owned(),
            };
        }
        Happened::SwitchedOff { setting: which, by: user, .. } => {
            which.code().clone_into(setting);
            *by = user.to_string();
        }
        Happened::GrantEnded { setting: which, .. } => which.code().clone_into(setting),
        Happened::PrimaryCsmAssigned { staff } => *person = staff.to_string(),
        Happened::SessionOpened { ends, .. } => *until = instant(*ends),
        Happened::SessionEnded { cause, .. } => ending_text(*cause).clone_into(note),
        Happened::Reads { verb: did, route: template, count, .. } => {
            did.clone_into(verb);
            template.clone_into(route);
            *reads = count.to_string();
        }
        Happened::Write { verb: did, route: template, fields: named, .. } => {
            did.clone_into(verb);
            template.clone_into(route);
            *fields = named.names.join(" ");
            if !named.all {
                "not all fields are named".clone_into(note);
            }
        }
        Happened::WriteAnswered { status: code, write, .. } => {
            *status = code.to_string();
            *note = format!("answers write {write} of its gateway");
        }
        Happened::AccountClosed {} | Happened::PrimaryCsmUnassigned {} => {}
    }
}

fn as_what(role: AsWhat) -> &'static str {
    match role {
        AsWhat::TechnicalSupport => "technical-support",
        AsWhat::SupportDuty => "support-duty",
        AsWhat::Csm => "csm",
        AsWhat::PrimaryCsm => "primary-csm",
    }
}

fn mode_text(mode: Mode) -> &'static str {
    match mode {
        Mode::ReadOnly => "read-only",
        Mode::ReadWrite => "read-write",
    }
}

fn plan_text(plan: Plan) -> &'static str {
    match plan {
        Plan::Standard => "standard",
        Plan::Premium => "premium",
    }
}

fn ending_text(cause: Ending) -> &'static str {
    match cause {
        Ending::Ended => "ended",
        Ending::SignedOut => "signed-out",
        Ending::EndedBySecurity => "ended-by-security",
        Ending::EndedByCustomer => "ended-by-customer",
        Ending::Replaced => "replaced",
        Ending::GroundTaken => "ground-taken",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{id::SessionSerial, time::UnixMs};

    #[test]
    fn no_cell_of_a_history_is_a_formula() {
        let told = Told { name: "=Maya".to_owned(), ticket: Some("-1".to_owned()), reason: "a,\n\"b\"".to_owned() };
        let staff = StaffId::parse("maya").unwrap();
        let opening = Opening { staff, role: AsWhat::Csm, mode: Mode::ReadOnly, told: Some(told) };
        let what = Happened::SessionEnded { session: SessionSerial(3), cause: Ending::GroundTaken };
        let text = row(&Record { n: 2, at: UnixMs(0), what }, Some(&opening));
        assert_eq!(
            text,
            "2,1970-01-01T00:00:00Z,session-ended,3,maya,'=Maya,csm,read-only,'-1,\"a, \"\"b\"\"\",,,,,,,,,ground-taken\r\n"
        );
        assert_eq!(header().split(',').count(), HEADER.len());
    }
}
