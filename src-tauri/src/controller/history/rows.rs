//! Verified entries as the page shows them: ids by their names, and how what they report stands now.

use doorward_client::standing::Standing;
use doorward_core::{
    feed::entry::{Entry, What},
    grant::{Grant, Setting, Until},
    id::{AccountId, StaffId},
    policy::{Ask, HostLabel, decide},
    session::EndCause,
    state::AccessState,
    time::UnixMs,
};

use super::proven::VerifiedEntry;
use crate::{
    controller::{accounts::staff_ref, ms, names::Names, short},
    view::{AccountRef, EndedWhy, Happened, HistoryRow, LabelName, Ms, SettingName, StaffRef},
};

/// Who looks, and with what.
pub(super) struct Looker<'a> {
    pub names: &'a Names,
    pub standing: &'a Standing,
    pub now: UnixMs,
}

impl Looker<'_> {
    pub fn row(&self, verified: &VerifiedEntry) -> HistoryRow {
        let entry = &verified.entry;
        let account = account(&entry.what).or_else(|| account(&verified.opening.as_ref()?.what));
        let account =
            account.map(|id| AccountRef { id: id.to_string(), name: self.names.account(id).map(str::to_owned) });
        let what = self.standing.with_state(|state| self.happened(verified, state));
        HistoryRow { seq: short(entry.seq.0), at: ms(entry.at), account, what }
    }

    fn person(&self, staff: &StaffId) -> StaffRef {
        staff_ref(staff, self.names)
    }

    fn happened(&self, verified: &VerifiedEntry, state: &AccessState) -> Happened {
        match &verified.entry.what {
            What::GrantEnabled { .. } => self.enabled(&verified.entry, state),
            What::SessionOpened { .. } => self.opened(verified, state),
            What::SessionEnded { session, cause } => {
                let opening = verified.opening.as_ref();
                let (staff, mode) = opening.map_or((None, None), |opening| match &opening.what {
                    What::SessionOpened { staff, mode, .. } => (Some(self.person(staff)), Some((*mode).into())),
                    _ => (None, None),
                });
                let (session, opened) = (short(session.0), opening.map(|opening| ms(opening.at)));
                Happened::SessionEnded { session, staff, mode, opened, by: ended_by(*cause) }
            }
            What::AccountRegistered { plan, .. } => Happened::AccountRegistered { plan: (*plan).into() },
            What::PlanChanged { plan, .. } => Happened::PlanChanged { plan: (*plan).into() },
            What::AccountClosed { .. } => Happened::AccountClosed,
            What::GrantDisabled { grant, setting, .. } => {
                Happened::GrantDisabled { grant: short(grant.0), setting: (*setting).into() }
            }
            What::PrimaryCsmAssigned { staff, .. } => Happened::PrimaryCsmAssigned { staff: self.person(staff) },
            What::PrimaryCsmUnassigned { .. } => Happened::PrimaryCsmUnassigned,
            What::StaffAdded { staff } => Happened::StaffAdded { staff: self.person(staff) },
            What::StaffSuspended { staff } => Happened::StaffSuspended { staff: self.person(staff) },
            What::StaffReinstated { staff } => Happened::StaffReinstated { staff: self.person(staff) },
            What::RoleGiven { staff, role } => Happened::RoleGiven { staff: self.person(staff), role: (*role).into() },
            What::RoleTaken { staff, role } => Happened::RoleTaken { staff: self.person(staff), role: (*role).into() },
            What::DutyOpened { staff, from, until } => {
                Happened::DutyOpened { staff: self.person(staff), from: ms(*from), until: ms(*until) }
            }
            What::DutyClosed { staff, .. } => Happened::DutyClosed { staff: self.person(staff) },
            What::KeyEnrolled { key, staff } => Happened::KeyEnrolled { key: short(key.0), staff: self.person(staff) },
            What::KeyRevoked { key, by } => Happened::KeyRevoked { key: short(key.0), by: self.person(by) },
            What::HostAdded { host, label } => Happened::HostAdded { host: host.to_string(), label: (*label).into() },
            What::HostRemoved { host } => Happened::HostRemoved { host: host.to_string() },
            What::SshCaTrusted { ca } => Happened::SshCaTrusted { ca: ca.fingerprint().to_string() },
            What::SshCaRevoked { ca } => Happened::SshCaRevoked { ca: ca.fingerprint().to_string() },
            What::SshKeyEnrolled { key, ssh_key } => {
                Happened::SshKeyEnrolled { key: short(key.0), ssh_key: ssh_key.to_string() }
            }
            What::CertificateIssued { .. } => self.issued(verified, state),
            What::CertificateRevoked { certificate, by } => {
                let issuing = verified.opening.as_ref();
                let (staff, host) = issuing.map_or((None, None), |issuing| match &issuing.what {
                    What::CertificateIssued { staff, host, .. } => (Some(self.person(staff)), Some(host.to_string())),
                    _ => (None, None),
                });
                let (certificate, issued) = (short(certificate.0), issuing.map(|issuing| ms(issuing.at)));
                Happened::CertificateRevoked { certificate, by: self.person(by), staff, host, issued }
            }
        }
    }

    fn issued(&self, verified: &VerifiedEntry, state: &AccessState) -> Happened {
        let What::CertificateIssued { certificate, staff, host, ends, connection_ends, .. } = &verified.entry.what
        else {
            return Happened::AccountClosed;
        };
        let ask = Ask::Stay { host, certificate: *certificate };
        Happened::CertificateIssued {
            certificate: short(certificate.0),
            staff: self.person(staff),
            host: host.to_string(),
            ends: ms(*ends),
            connection_ends: ms(*connection_ends),
            still_open: decide(state, &ask, self.now).is_ok(),
            ticket: verified.reason.as_ref().and_then(|reason| reason.ticket()).map(str::to_owned),
            reason: verified.reason.as_ref().map(|reason| reason.text().to_owned()),
        }
    }

    fn enabled(&self, entry: &Entry, state: &AccessState) -> Happened {
        let What::GrantEnabled { grant, account, setting, by, until } = &entry.what else {
            return Happened::AccountClosed;
        };
        let held = state.account(account).and_then(|known| known.grant(*setting));
        let still_on = held.is_some_and(|held| held.serial == *grant && until.holds(self.now));
        let (serial, account, by, from) = (*grant, account.clone(), by.clone(), entry.at);
        let grant = Grant { serial, account, setting: *setting, by, from, until: *until };
        Happened::GrantEnabled {
            grant: short(serial.0),
            setting: (*setting).into(),
            by: self.names.granted_by(&grant).map(str::to_owned),
            until: end(*until),
            still_on,
        }
    }

    fn opened(&self, verified: &VerifiedEntry, state: &AccessState) -> Happened {
        let What::SessionOpened { session, staff, key, account, mode, grant, ends } = &verified.entry.what else {
            return Happened::AccountClosed;
        };
        let known = state.account(account);
        let held = known.into_iter().flat_map(|known| [&known.support, &known.success]).flatten();
        let granted = held.into_iter().any(|held| held.serial == *grant && held.until.holds(self.now));
        let stands = state.staff_member(staff).is_some_and(|member| member.standing.is_some());
        let ended = state.session_ended(*session) || state.key_revoked(*key);
        Happened::SessionOpened {
            session: short(session.0),
            staff: self.person(staff),
            mode: (*mode).into(),
            ends: ms(*ends),
            still_open: granted && stands && !ended && self.now < *ends,
            ticket: verified.reason.as_ref().and_then(|reason| reason.ticket()).map(str::to_owned),
            reason: verified.reason.as_ref().map(|reason| reason.text().to_owned()),
            reads: verified.counts.map(|counts| short(counts.reads)),
            writes: verified.counts.map(|counts| short(counts.writes)),
        }
    }
}

impl From<HostLabel> for LabelName {
    fn from(label: HostLabel) -> Self {
        match label {
            HostLabel::Infrastructure => Self::Infrastructure,
            HostLabel::Maintenance => Self::Maintenance,
        }
    }
}

impl From<Setting> for SettingName {
    fn from(setting: Setting) -> Self {
        match setting {
            Setting::SupportTeamAccess => Self::SupportTeamAccess,
            Setting::CustomerSuccessTeamAccess => Self::CustomerSuccessTeamAccess,
        }
    }
}

fn end(until: Until) -> Option<Ms> {
    match until {
        Until::At(end) => Some(ms(end)),
        Until::Indefinitely => None,
    }
}

fn account(what: &What) -> Option<&AccountId> {
    match what {
        What::AccountRegistered { account, .. }
        | What::PlanChanged { account, .. }
        | What::AccountClosed { account }
        | What::GrantEnabled { account, .. }
        | What::GrantDisabled { account, .. }
        | What::PrimaryCsmAssigned { account, .. }
        | What::PrimaryCsmUnassigned { account }
        | What::SessionOpened { account, .. } => Some(account),
        _ => None,
    }
}

fn ended_by(cause: EndCause) -> EndedWhy {
    match cause {
        EndCause::Ended => EndedWhy::Owner,
        EndCause::SignedOut => EndedWhy::SignedOut,
        EndCause::EndedBySecurity => EndedWhy::SecurityAdmin,
        EndCause::EndedByCustomer => EndedWhy::Customer,
        EndCause::Replaced => EndedWhy::Replaced,
    }
}
