//! `AccessState`: the fold of the feed. Who stands where, which grants are on, which keys and sessions are gone.
//!
//! The fold refuses an entry that cannot follow from what came before; it never guesses.

use std::collections::HashMap;

use roaring::RoaringTreemap;
use serde::{Deserialize, Serialize};

use crate::{
    feed::entry::{Entry, What},
    grant::{Grant, Plan, Setting, check_grant},
    id::{AccountId, GrantSerial, KeySerial, Seq, StaffId},
    policy::host_role,
    ssh::{Certificate, Servers},
    staff::{DutyWindow, Role},
    time::UnixMs,
};

/// The fold of the feed up to [`AccessState::size`] entries.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AccessState {
    pub(crate) size: u64,
    pub(crate) accounts: HashMap<AccountId, AccountState>,
    pub(crate) staff: HashMap<StaffId, StaffState>,
    pub(crate) key_owners: HashMap<KeySerial, StaffId>,
    pub(crate) revoked_keys: RoaringTreemap,
    pub(crate) ended_sessions: RoaringTreemap,
    pub(crate) last_grant: u64,
    pub(crate) last_key: u64,
    pub(crate) servers: Servers,
}

/// An account as the fold knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountState {
    pub plan: Plan,
    pub support: Option<Grant>,
    pub success: Option<Grant>,
    pub primary_csm: Option<PrimaryCsm>,
}

/// Who is Primary CSM, and by which entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrimaryCsm {
    pub staff: StaffId,
    pub assigned: Seq,
}

/// A staff member as the fold knows them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaffState {
    /// The entry that gave the present standing; none while suspended.
    pub standing: Option<Seq>,
    /// Roles held, each with the entry that gave it.
    pub roles: Vec<(Role, Seq)>,
    pub duty: Vec<DutyWindow>,
}

/// Why an entry cannot be folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FoldFault {
    #[error("the entry is not the next one")]
    OutOfOrder,
    #[error("the entry names an account, staff member, key or grant that is not there")]
    NotThere,
    #[error("the entry makes something that is there already")]
    AlreadyThere,
    #[error("the entry's serial is not the next one")]
    SerialNotDense,
    #[error("the grant breaks the rules for grants")]
    Grant,
    #[error("the duty window ends before it begins")]
    Duty,
    #[error("the certificate or the connection by it lasts longer than it may, or is over before it begins")]
    Length,
}

impl AccountState {
    fn new(plan: Plan) -> Self {
        Self { plan, support: None, success: None, primary_csm: None }
    }

    /// The grant of `setting` that was last switched on and not off; it may have run out.
    pub fn grant(&self, setting: Setting) -> Option<&Grant> {
        match setting {
            Setting::SupportTeamAccess => self.support.as_ref(),
            Setting::CustomerSuccessTeamAccess => self.success.as_ref(),
        }
    }

    fn slot(&mut self, setting: Setting) -> &mut Option<Grant> {
        match setting {
            Setting::SupportTeamAccess => &mut self.support,
            Setting::CustomerSuccessTeamAccess => &mut self.success,
        }
    }
}

impl StaffState {
    /// The entry that gave `role`, where it is held.
    pub fn role(&self, role: Role) -> Option<Seq> {
        self.roles.iter().find(|(held, _)| *held == role).map(|(_, seq)| *seq)
    }
}

impl AccessState {
    /// How many entries are folded.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The account, where it is registered and not closed.
    pub fn account(&self, account: &AccountId) -> Option<&AccountState> {
        self.accounts.get(account)
    }

    /// Every account.
    pub fn accounts(&self) -> impl Iterator<Item = (&AccountId, &AccountState)> {
        self.accounts.iter()
    }

    /// The staff member.
    pub fn staff_member(&self, staff: &StaffId) -> Option<&StaffState> {
        self.staff.get(staff)
    }

    /// Every staff member.
    pub fn staff(&self) -> impl Iterator<Item = (&StaffId, &StaffState)> {
        self.staff.iter()
    }

    /// Whose key it is, revoked or not.
    pub fn key_owner(&self, key: KeySerial) -> Option<&StaffId> {
        self.key_owners.get(&key)
    }

    /// Whether the key was revoked.
    pub fn key_revoked(&self, key: KeySerial) -> bool {
        self.revoked_keys.contains(key.0)
    }

    /// Whether the session was ended before its time.
    pub fn session_ended(&self, session: crate::id::SessionSerial) -> bool {
        self.ended_sessions.contains(session.0)
    }

    /// What the feed says of servers.
    pub fn servers(&self) -> &Servers {
        &self.servers
    }

    /// The serial the next grant gets.
    pub fn next_grant(&self) -> GrantSerial {
        GrantSerial(self.last_grant).next()
    }

    /// The serial the next key gets.
    pub fn next_key(&self) -> KeySerial {
        KeySerial(self.last_key).next()
    }

    /// The grants that `what` takes away before their time, were it folded at `now`.
    pub fn taken_away(&self, what: &What, now: UnixMs) -> Vec<&Grant> {
        let held = |account: &AccountId, setting| self.account(account).and_then(|known| known.grant(setting));
        let taken = match what {
            What::GrantDisabled { account, setting, .. } | What::GrantEnabled { account, setting, .. } => {
                vec![held(account, *setting)]
            }
            What::PlanChanged { account, plan } if *plan != Plan::Premium => {
                vec![held(account, Setting::CustomerSuccessTeamAccess)]
            }
            What::AccountClosed { account } => Setting::ALL.map(|setting| held(account, setting)).to_vec(),
            _ => Vec::new(),
        };
        taken.into_iter().flatten().filter(|grant| grant.until.holds(now)).collect()
    }

    /// Folds `entry`. On a fault nothing is changed.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), FoldFault> {
        if entry.seq.0 != self.size.saturating_add(1) {
            return Err(FoldFault::OutOfOrder);
        }
        match &entry.what {
            What::AccountRegistered { .. }
            | What::PlanChanged { .. }
            | What::AccountClosed { .. }
            | What::GrantEnabled { .. }
            | What::GrantDisabled { .. }
            | What::PrimaryCsmAssigned { .. }
            | What::PrimaryCsmUnassigned { .. } => self.apply_to_account(entry)?,
            What::KeyEnrolled { key, staff } => self.enrol(*key, staff)?,
            What::KeyRevoked { key, .. } => self.revoke(*key)?,
            What::SessionOpened { staff, key, account, .. } => {
                // Whether it may be opened was decided before; here it only has to be about what is there.
                self.accounts.get(account).ok_or(FoldFault::NotThere)?;
                self.key_owners.get(key).filter(|owner| *owner == staff).ok_or(FoldFault::NotThere)?;
            }
            What::SessionEnded { session, .. } => {
                self.ended_sessions.insert(session.0);
            }
            What::HostAdded { .. }
            | What::HostRemoved { .. }
            | What::SshCaTrusted { .. }
            | What::SshCaRevoked { .. }
            | What::CertificateRevoked { .. } => self.servers.apply(entry)?,
            What::SshKeyEnrolled { key, ssh_key } => {
                self.key_owners.get(key).filter(|_| !self.key_revoked(*key)).ok_or(FoldFault::NotThere)?;
                self.servers.enrol(*key, *ssh_key)?;
            }
            What::CertificateIssued { .. } => self.issue(entry)?,
            _ => self.apply_to_staff(entry)?,
        }
        self.size = entry.seq.0;
        Ok(())
    }

    fn apply_to_account(&mut self, entry: &Entry) -> Result<(), FoldFault> {
        match &entry.what {
            What::AccountRegistered { account, plan } => {
                if self.accounts.contains_key(account) {
                    return Err(FoldFault::AlreadyThere);
                }
                self.accounts.insert(account.clone(), AccountState::new(*plan));
            }
            What::AccountClosed { account } => {
                self.accounts.remove(account).ok_or(FoldFault::NotThere)?;
            }
            What::PlanChanged { account, plan } => {
                let state = self.known(account)?;
                state.plan = *plan;
                if *plan != Plan::Premium {
                    state.success = None;
                }
            }
            What::GrantEnabled { .. } => self.enable(entry)?,
            What::GrantDisabled { grant, account, setting, .. } => {
                let slot = self.known(account)?.slot(*setting);
                slot.take_if(|held| held.serial == *grant).ok_or(FoldFault::NotThere)?;
            }
            What::PrimaryCsmAssigned { account, staff } => {
                self.staff.get(staff).ok_or(FoldFault::NotThere)?;
                self.known(account)?.primary_csm = Some(PrimaryCsm { staff: staff.clone(), assigned: entry.seq });
            }
            What::PrimaryCsmUnassigned { account } => {
                self.known(account)?.primary_csm.take().ok_or(FoldFault::NotThere)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn enable(&mut self, entry: &Entry) -> Result<(), FoldFault> {
        let What::GrantEnabled { grant, account, setting, by, until } = &entry.what else { return Ok(()) };
        if *grant != self.next_grant() {
            return Err(FoldFault::SerialNotDense);
        }
        let state = self.known(account)?;
        check_grant(*setting, state.plan, entry.at, *until).map_err(|_| FoldFault::Grant)?;
        *state.slot(*setting) = Some(Grant {
            serial: *grant,
            account: account.clone(),
            setting: *setting,
            by: by.clone(),
            from: entry.at,
            until: *until,
        });
        self.last_grant = grant.0;
        Ok(())
    }

    fn apply_to_staff(&mut self, entry: &Entry) -> Result<(), FoldFault> {
        if let What::StaffAdded { staff } = &entry.what {
            if self.staff.contains_key(staff) {
                return Err(FoldFault::AlreadyThere);
            }
            let state = StaffState { standing: Some(entry.seq), ..StaffState::default() };
            self.staff.insert(staff.clone(), state);
            return Ok(());
        }
        match &entry.what {
            What::StaffSuspended { staff } => {
                self.member(staff)?.standing.take().ok_or(FoldFault::NotThere)?;
            }
            What::StaffReinstated { staff } => {
                let state = self.member(staff)?;
                if state.standing.is_some() {
                    return Err(FoldFault::AlreadyThere);
                }
                state.standing = Some(entry.seq);
            }
            What::RoleGiven { staff, role } => {
                let state = self.member(staff)?;
                if state.role(*role).is_some() {
                    return Err(FoldFault::AlreadyThere);
                }
                state.roles.push((*role, entry.seq));
            }
            What::RoleTaken { staff, role } => {
                let state = self.member(staff)?;
                state.role(*role).ok_or(FoldFault::NotThere)?;
                state.roles.retain(|(held, _)| held != role);
            }
            What::DutyOpened { staff, from, until } => {
                if until <= from {
                    return Err(FoldFault::Duty);
                }
                let state = self.member(staff)?;
                state.duty.retain(|window| window.until > entry.at);
                state.duty.push(DutyWindow { opened: entry.seq, from: *from, until: *until });
            }
            What::DutyClosed { staff, opened } => {
                let state = self.member(staff)?;
                let before = state.duty.len();
                state.duty.retain(|window| window.opened != *opened);
                if state.duty.len() == before {
                    return Err(FoldFault::NotThere);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn enrol(&mut self, key: KeySerial, staff: &StaffId) -> Result<(), FoldFault> {
        if key != self.next_key() {
            return Err(FoldFault::SerialNotDense);
        }
        self.member(staff)?;
        self.key_owners.insert(key, staff.clone());
        self.last_key = key.0;
        Ok(())
    }

    fn revoke(&mut self, key: KeySerial) -> Result<(), FoldFault> {
        self.key_owners.get(&key).ok_or(FoldFault::NotThere)?;
        if self.revoked_keys.insert(key.0) { Ok(()) } else { Err(FoldFault::AlreadyThere) }
    }

    /// Takes a certificate with what it stands on: the entries that gave standing, role and host as they are now.
    fn issue(&mut self, entry: &Entry) -> Result<(), FoldFault> {
        let What::CertificateIssued { certificate, staff, key, ssh_key, host, ends, connection_ends } = &entry.what
        else {
            return Ok(());
        };
        self.key_owners.get(key).filter(|owner| *owner == staff).ok_or(FoldFault::NotThere)?;
        let member = self.staff.get(staff).ok_or(FoldFault::NotThere)?;
        let known = self.servers.host(host).ok_or(FoldFault::NotThere)?;
        let role = host_role(known.label);
        let signing = self.servers.signing().ok_or(FoldFault::NotThere)?;
        let issued = Certificate {
            staff: staff.clone(),
            key: *key,
            ssh_key: *ssh_key,
            host: host.clone(),
            added: known.added,
            standing: member.standing.ok_or(FoldFault::NotThere)?,
            role: (role, member.role(role).ok_or(FoldFault::NotThere)?),
            ca: signing.ca.fingerprint(),
            issued: entry.at,
            ends: *ends,
            connection_ends: *connection_ends,
            revoked: false,
        };
        self.servers.issue(*certificate, issued, entry.at)
    }

    fn known(&mut self, account: &AccountId) -> Result<&mut AccountState, FoldFault> {
        self.accounts.get_mut(account).ok_or(FoldFault::NotThere)
    }

    fn member(&mut self, staff: &StaffId) -> Result<&mut StaffState, FoldFault> {
        self.staff.get_mut(staff).ok_or(FoldFault::NotThere)
    }
}
