//! Enrolment: a one-time code and an attested key become a staff key.

use std::sync::Arc;

use doorward_core::{
    feed::entry::What,
    id::StaffId,
    policy::{Ask, By, Denial, decide},
    staff::Role,
    time::{Millis, UnixMs},
    wire::{BeginEnrolment, Ceremony, Code, Enrolled, FinishEnrolment, Secret},
};

use super::{Answer, App, Refusal, refusal::no_card, secrets::hash_code, sign_in::CEREMONY_LIFE, writer::Work};
use crate::{
    store::{
        api_keys::{self, ApiKeyKind},
        ceremonies::{self, Begun},
        keys::{self, KeyRow, NewKey},
        staff,
    },
    webauthn::KeyRefused,
};

/// How long an enrolment code holds.
pub(super) const CODE_LIFE: Millis = Millis::hours(24);
const MAX_KEY_NAME: usize = 40;

impl From<KeyRefused> for Refusal {
    fn from(refused: KeyRefused) -> Self {
        Self::new(Code::KeyRefused).because(refused)
    }
}

impl App {
    /// Begins the enrolment of a key for whoever holds the code. The code stays good until a key is enrolled by it.
    pub async fn begin_enrolment(self: &Arc<Self>, asked: BeginEnrolment) -> Answer<Ceremony> {
        let (code, now) = (hash_code(&asked.code.0), self.now());
        let person = self.read(move |db| {
            let Some(id) = ceremonies::code(db, &code, now)? else { return Ok(None) };
            let Some(person) = staff::by_id(db, &id)? else { return Ok(None) };
            Ok(Some((person, keys::of(db, Some(&id))?)))
        });
        let (person, others) = person.await?.ok_or(Refusal::new(Code::CodeRefused))?;
        let others: Vec<_> = others.into_iter().map(|key| key.passkey).collect();
        let (options, state) = self.keys.begin_enrolment(&person, &others)?;
        let begun = Begun::Enrolment { code, staff: person.staff, state: Box::new(state) };
        Ok(Ceremony { ceremony: self.keep_ceremony(begun).await?, options })
    }

    /// Enrols the key that answers the ceremony.
    pub async fn finish_enrolment(self: &Arc<Self>, answer: FinishEnrolment) -> Answer<Enrolled> {
        no_card(&answer.name, "name-card")?;
        let name = checked_name(&answer.name, MAX_KEY_NAME).ok_or(Refusal::bad("name"))?;
        let Begun::Enrolment { code, staff: id, state } = self.take_ceremony(&answer.ceremony).await? else {
            return Err(Refusal::new(Code::CeremonyGone));
        };
        let (passkey, model) = self.keys.finish_enrolment(&answer.credential, &state)?;
        let done = self.commit(move |work| {
            // Suspension makes codes worthless, so whoever has one stands.
            ceremonies::take_code(work.tx, &code, work.now)?
                .filter(|owner| *owner == id)
                .ok_or(Refusal::new(Code::CodeRefused))?;
            if knows(&keys::of(work.tx, None)?, passkey.cred_id()) {
                return Err(Refusal::new(Code::Conflict));
            }
            let serial = work.state.next_key();
            let key = NewKey { serial, staff: &id, name: &name, model: &model, passkey: &passkey, enrolled: work.now };
            keys::add(work.tx, &key)?;
            let handle = staff::by_id(work.tx, &id)?.ok_or(Refusal::new(Code::NotFound))?.handle;
            let enrolled = Enrolled { key: serial, staff: id.clone(), handle };
            Ok((vec![What::KeyEnrolled { key: serial, staff: id }], enrolled))
        });
        Ok(done.await?.value)
    }

    /// Makes the first security admin, and the code by which they enrol. Refused once there is one with a key.
    pub async fn init_first_admin(self: &Arc<Self>, handle: &str, name: &str, id: StaffId) -> Answer<Secret> {
        let handle = checked_handle(handle).ok_or(Refusal::bad("handle"))?;
        no_card(name, "name-card")?;
        let name = checked_name(name, 100).ok_or(Refusal::bad("name"))?;
        let (code, hash) = self.draw_code()?;
        let done = self.commit(move |work| {
            if has_admin(work) {
                return Err(Refusal::new(Code::Conflict));
            }
            staff::put(work.tx, &id, &handle, &name)?;
            ceremonies::put_code(work.tx, &hash, &id, work.now.plus(CODE_LIFE))?;
            Ok((missing_for_admin(work, &id), code))
        });
        Ok(done.await?.value)
    }

    /// Makes an API key of `kind`, shown once.
    pub async fn make_api_key(self: &Arc<Self>, kind: ApiKeyKind, name: &str) -> Answer<Secret> {
        no_card(name, "name-card")?;
        let name = checked_name(name, 100).ok_or(Refusal::bad("name"))?;
        let (key, hash) = self.draw_secret()?;
        let done = self.commit(move |work| {
            api_keys::add(work.tx, &hash, kind, &name)?;
            Ok((Vec::new(), key))
        });
        Ok(done.await?.value)
    }

    /// Makes an enrolment code for `id` inside `work`.
    pub(super) fn issue_code(&self, work: &Work<'_>, id: &StaffId) -> Answer<(Secret, UnixMs)> {
        let member = work.state.staff_member(id).ok_or(Denial::UnknownStaff)?;
        member.standing.ok_or(Denial::StaffSuspended)?;
        let (code, hash) = self.draw_code()?;
        let expires = work.now.plus(CODE_LIFE);
        ceremonies::put_code(work.tx, &hash, id, expires)?;
        Ok((code, expires))
    }

    pub(super) async fn keep_ceremony(self: &Arc<Self>, begun: Begun) -> Answer<String> {
        let (id, hash) = self.draw_secret()?;
        let keep = move |work: &Work<'_>| {
            ceremonies::put(work.tx, &hash, &begun, work.now.plus(CEREMONY_LIFE), work.now)?;
            Ok((Vec::new(), ()))
        };
        self.commit(keep).await?;
        Ok(id.0)
    }

    /// Takes the ceremony out before anything is made of the answer: an answer counts once, right or wrong.
    pub(super) async fn take_ceremony(self: &Arc<Self>, id: &str) -> Answer<Begun> {
        let hash = super::secrets::hash_secret(id);
        let taken = self.commit(move |work| Ok((Vec::new(), ceremonies::take(work.tx, &hash, work.now)?))).await?;
        taken.value.ok_or(Refusal::new(Code::CeremonyGone))
    }
}

/// A handle: 1 to 64 characters without white space, in lower case.
pub(super) fn checked_handle(text: &str) -> Option<String> {
    let handle = text.trim().to_lowercase();
    let plain =
        !handle.is_empty() && handle.len() <= 64 && !handle.chars().any(|c| c.is_whitespace() || c.is_control());
    plain.then_some(handle)
}

/// A name: 1 to `longest` characters, none of them a control character.
pub(super) fn checked_name(text: &str, longest: usize) -> Option<String> {
    let name = text.trim();
    let length = name.chars().count();
    ((1..=longest).contains(&length) && !name.chars().any(char::is_control)).then(|| name.to_owned())
}

fn knows(keys: &[KeyRow], id: &webauthn_rs::prelude::CredentialID) -> bool {
    keys.iter().any(|key| key.passkey.cred_id() == id)
}

/// Whether anybody could administer with a key and a touch.
fn has_admin(work: &Work<'_>) -> bool {
    administrators_key(work.state, work.now)
}

/// Whether some key not revoked belongs to a security admin in good standing.
pub(super) fn administrators_key(state: &doorward_core::state::AccessState, now: UnixMs) -> bool {
    (1..state.next_key().0).map(doorward_core::id::KeySerial).any(|key| {
        let owner = state.key_owner(key);
        owner.is_some_and(|staff| decide(state, &Ask::Administer { by: By { staff, key }, touched: true }, now).is_ok())
    })
}

fn missing_for_admin(work: &Work<'_>, id: &StaffId) -> Vec<What> {
    let member = work.state.staff_member(id);
    let mut whats = Vec::new();
    match member {
        None => whats.push(What::StaffAdded { staff: id.clone() }),
        Some(member) if member.standing.is_none() => whats.push(What::StaffReinstated { staff: id.clone() }),
        Some(_) => {}
    }
    if member.is_none_or(|member| member.role(Role::SecurityAdmin).is_none()) {
        whats.push(What::RoleGiven { staff: id.clone(), role: Role::SecurityAdmin });
    }
    whats
}
