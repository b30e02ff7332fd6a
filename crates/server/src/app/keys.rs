//! Staff keys: listed, and revoked by their owner at any time without a touch.

use std::sync::Arc;

use doorward_core::{
    feed::entry::What,
    id::KeySerial,
    policy::{Ask, Denial, decide},
    wire::{KeyView, Keys},
};

use super::{Answer, App, Caller, writer::Work};
use crate::store::{
    keys::{self, KeyRow},
    sign_ins,
};

impl App {
    /// The caller's keys; for a security admin everybody's.
    pub async fn keys(self: &Arc<Self>, caller: Caller) -> Answer<Keys> {
        let own = (!self.administers(&caller)).then_some(caller.staff);
        let rows = self.read(move |db| keys::of(db, own.as_ref())).await?;
        Ok(Keys { keys: rows.into_iter().map(|row| self.key_view(row)).collect() })
    }

    /// Revokes a key without a touch: one's own.
    pub async fn revoke_own_key(self: &Arc<Self>, caller: Caller, key: KeySerial) -> Answer<()> {
        self.commit(move |work| Ok((vec![revoke(work, &caller, key, false)?], ()))).await.map(|_| ())
    }

    /// Whether the caller is a security admin: what they would be permitted with a touch, they may look at without.
    pub(super) fn administers(&self, caller: &Caller) -> bool {
        let (ask, now) = (Ask::Administer { by: caller.by(), touched: true }, self.now());
        self.read_state(|state| decide(state, &ask, now)).is_ok()
    }

    fn key_view(&self, row: KeyRow) -> KeyView {
        let KeyRow { serial, staff, name, model, enrolled, last_used, .. } = row;
        let revoked = self.read_state(|state| state.key_revoked(serial));
        KeyView { key: serial, staff, name, model, enrolled, last_used, revoked }
    }
}

/// Revokes `key` and ends the sign-ins made by it. Sessions that stand on it are over by that alone.
pub(super) fn revoke(work: &Work<'_>, caller: &Caller, key: KeySerial, touched: bool) -> Answer<What> {
    decide(work.state, &Ask::RevokeKey { by: caller.by(), key, touched }, work.now)?;
    let owner = work.state.key_owner(key).ok_or(Denial::UnknownKey)?;
    sign_ins::end_of(work.tx, owner, Some(key), work.now)?;
    Ok(What::KeyRevoked { key, by: caller.staff.clone() })
}
