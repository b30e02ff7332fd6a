//! Staff keys: listed, what revoking one would end, and revoked. One's own is revoked without a touch, and also while
//! no server is in reach.

use doorward_client::api::ApiError;
use doorward_core::{
    id::KeySerial,
    staff::Role,
    state::AccessState,
    wire::{self, BeginIntent, Effects, Intent},
};

use super::{
    Controller,
    accounts::staff_ref,
    answer,
    delivery::Errand,
    memory::Who,
    ms,
    request::{Answer, Reply},
    short,
};
use crate::view::{ConsoleEvent, EndedBy, ErrorCode, KeyEffects, KeyPurpose, KeyView, SessionEffect};

/// The keys as the server last told them.
#[derive(Default)]
pub(super) struct KnownKeys {
    keys: Vec<wire::KeyView>,
    /// The copy's word on them, when the page was last told.
    print: Option<(KeySerial, Vec<bool>)>,
}

impl Controller {
    pub(super) fn keys(&mut self, reply: Reply<Vec<KeyView>>) {
        let (line, token) = match self.signed_in() {
            Ok(presence) => (presence.line.clone(), presence.token.clone()),
            Err(problem) => return answer(reply, Err(problem)),
        };
        let work = async move { line.keys(&token).await };
        self.after(work, move |console, known| {
            let views = console.learn_keys(known);
            answer(reply, views);
        });
    }

    /// Out of reach, what was told last is told again, with the copy's word on what is revoked.
    fn learn_keys(&mut self, known: Result<wire::Keys, ApiError>) -> Answer<Vec<KeyView>> {
        self.signed_in()?;
        match known {
            Ok(known) => {
                self.known_keys.keys = known.keys;
                self.known_keys.print = Some(self.key_print());
            }
            Err(ApiError::Unreachable) if !self.known_keys.keys.is_empty() => {}
            Err(error) => return Err(error.into()),
        }
        Ok(self.known_keys.keys.iter().map(|key| self.key_view(key)).collect())
    }

    fn key_view(&self, key: &wire::KeyView) -> KeyView {
        let presence = self.presence.as_ref();
        let gone = self.memory.revoke.iter().any(|who| who.key == key.key);
        KeyView {
            key: short(key.key.0),
            staff: staff_ref(&key.staff, &self.directory.names),
            name: key.name.clone(),
            model: key.model.clone(),
            enrolled: ms(key.enrolled),
            last_used: key.last_used.map(ms),
            revoked: key.revoked || gone || self.parts.standing.with_state(|state| state.key_revoked(key.key)),
            mine: presence.is_some_and(|presence| presence.staff == key.staff),
            in_use: presence.is_some_and(|presence| presence.key == key.key),
        }
    }

    /// Tells the page when the copy knows of another key, or of another revocation.
    pub(super) fn watch_keys(&mut self) {
        if self.known_keys.print.is_some() {
            let print = Some(self.key_print());
            if print != self.known_keys.print {
                self.known_keys.print = print;
                self.parts.page.tell(ConsoleEvent::KeysChanged);
            }
        }
    }

    fn key_print(&self) -> (KeySerial, Vec<bool>) {
        self.parts.standing.with_state(|state| {
            let revoked = self.known_keys.keys.iter().map(|key| state.key_revoked(key.key)).collect();
            (state.next_key(), revoked)
        })
    }

    /// What revoking the key would end. In reach, the server says it; out of reach, what this console knows.
    pub(super) fn key_effects(&mut self, key: u32, reply: Reply<KeyEffects>) {
        let key = KeySerial(u64::from(key));
        let (line, token) = match self.signed_in() {
            Ok(_) if !self.is_online() => return answer(reply, self.effects_here(key)),
            Ok(presence) => (presence.line.clone(), presence.token.clone()),
            Err(problem) => return answer(reply, Err(problem)),
        };
        let work = async move {
            let begun = line.begin_intent(&token, BeginIntent { intent: Intent::RevokeKey { key } }).await?;
            Ok((begun.effects, line.sessions(&token).await?))
        };
        self.after(work, move |console, told: Result<_, ApiError>| {
            let signs_out = console.is_in_use(key);
            let effects = told.map(|(effects, sessions)| console.effects_told(signs_out, &effects, &sessions));
            answer(reply, effects.map_err(Into::into));
        });
    }

    pub(super) fn effects_told(&self, signs_you_out: bool, effects: &Effects, sessions: &wire::Sessions) -> KeyEffects {
        let view = |serial| {
            let known = sessions.sessions.iter().find(|known| known.session.serial == serial);
            SessionEffect {
                serial: short(serial.0),
                account_name: known.and_then(|known| self.directory.account_name(&known.session.account)),
                mode: known.map(|known| known.session.mode.into()),
            }
        };
        KeyEffects {
            sessions: effects.sessions.iter().copied().map(view).collect(),
            sign_ins: short(effects.sign_ins),
            last_admin_key: effects.last_admin_key,
            signs_you_out,
            queued: false,
        }
    }

    fn effects_here(&self, key: KeySerial) -> Answer<KeyEffects> {
        if !self.is_mine(key) {
            return Err(ErrorCode::Offline.into());
        }
        let own = self.sessions.values().map(|open| &open.session).filter(|session| session.stands.key == key);
        let view = |session: &doorward_core::session::Session| SessionEffect {
            serial: short(session.serial.0),
            account_name: self.directory.account_name(&session.account),
            mode: Some(session.mode.into()),
        };
        Ok(KeyEffects {
            sessions: own.map(view).collect(),
            sign_ins: u32::from(self.is_in_use(key)),
            last_admin_key: self.parts.standing.with_state(|state| is_last_admin_key(state, key)),
            signs_you_out: self.is_in_use(key),
            queued: true,
        })
    }

    fn is_in_use(&self, key: KeySerial) -> bool {
        self.presence.as_ref().is_some_and(|presence| presence.key == key)
    }

    fn is_mine(&self, key: KeySerial) -> bool {
        let Some(presence) = &self.presence else { return false };
        self.parts.standing.with_state(|state| state.key_owner(key) == Some(&presence.staff))
    }

    /// Revokes a key: one's own at once, another's with a touch.
    pub(super) fn revoke_key(&mut self, key: u32, reply: Reply<()>) {
        let key = KeySerial(u64::from(key));
        if let Err(problem) = self.signed_in() {
            answer(reply, Err(problem));
        } else if self.is_in_use(key) || self.is_mine(key) {
            self.revoke_own(key, reply);
        } else {
            self.revoke_anothers(key, reply);
        }
    }

    /// In reach the server's word is waited for. Out of reach the key serves this console no more, and the server
    /// hears of it first thing.
    fn revoke_own(&mut self, key: KeySerial, reply: Reply<()>) {
        let Some(presence) = &self.presence else { return };
        let (line, token, staff) = (presence.line.clone(), presence.token.clone(), presence.staff.clone());
        if !self.is_online() {
            self.remember_revocation(Who { staff, key });
            self.send(line, token, Errand::RevokeKey(key));
            self.revoked(key);
            return answer(reply, Ok(()));
        }
        let work = async move { line.revoke_own_key(&token, key).await };
        self.after(work, move |console, done| {
            if done.is_ok() {
                console.revoked(key);
            }
            answer(reply, done.map_err(Into::into));
        });
    }

    fn revoked(&mut self, key: KeySerial) {
        self.parts.page.tell(ConsoleEvent::KeysChanged);
        if self.is_in_use(key) {
            self.leave(EndedBy::KeyRevoked);
        }
    }

    fn revoke_anothers(&mut self, key: KeySerial, reply: Reply<()>) {
        let known = self.known_keys.keys.iter().find(|known| known.key == key);
        let key_name = known.map_or_else(|| key.to_string(), |known| known.name.clone());
        let purpose = KeyPurpose::RevokeKey { key: short(key.0), key_name };
        self.intend(Intent::RevokeKey { key }, purpose, move |console, done| {
            if done.is_ok() {
                console.revoked(key);
            }
            answer(reply, done.map(|_| ()));
        });
    }
}

/// Whether nobody else could administer without this key.
fn is_last_admin_key(state: &AccessState, key: KeySerial) -> bool {
    let administers = |serial: KeySerial| {
        let owner = state.key_owner(serial).and_then(|staff| state.staff_member(staff));
        let admin = owner.is_some_and(|staff| staff.standing.is_some() && staff.role(Role::SecurityAdmin).is_some());
        admin && !state.key_revoked(serial)
    };
    let others = (1..state.next_key().0).map(KeySerial).any(|other| other != key && administers(other));
    administers(key) && !others
}
