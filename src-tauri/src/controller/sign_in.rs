//! Sign-in, sign-out and enrolment: who is at this console, until when, and what ended it.

use std::sync::Arc;

use doorward_client::{
    cache::{Cache, Caches, Holder, PURPOSE},
    follower::FollowFault,
    keys::{SignAsk, model_of},
};
use doorward_core::{
    id::{KeySerial, StaffId},
    policy::By,
    staff::Role,
    time::UnixMs,
    wire::{Answer as KeyAnswer, BeginEnrolment, BeginSignIn, FinishEnrolment, Secret, SignedIn},
};
use secrecy::SecretString;

use super::{
    Controller, answer,
    cache::names_in,
    delivery::{Delivery, Errand},
    ended,
    house::{House, Line},
    key::{Asking, KeyAsk, json},
    memory::Who,
    ms,
    names::Names,
    request::{Answer, Reply},
    short,
};
use crate::view::{ConsoleEvent, EndedBy, EnrolAsk, EnrolledKey, ErrorCode, KeyPurpose, Me, Phase, Problem, RoleName};

/// A staff member who is signed in.
pub(super) struct Presence {
    pub line: Arc<dyn Line>,
    pub token: SecretString,
    pub staff: StaffId,
    pub key: KeySerial,
    pub ends: UnixMs,
    name: String,
    pub handle: String,
    roles: Vec<Role>,
    /// The server's time at the sign-in.
    pub began: UnixMs,
    /// The copy has said once that the sign-in stands; from then on what it says counts.
    stood: bool,
    /// The follower was seen without a refusal since.
    followed: bool,
}

impl Presence {
    pub fn by(&self) -> By<'_> {
        By { staff: &self.staff, key: self.key }
    }
}

impl Controller {
    /// Begins to sign in. Prompts and the end come as events.
    pub(super) fn sign_in(&mut self, handle: String) -> Answer<()> {
        if self.presence.is_some() {
            return Err(ErrorCode::Conflict.into());
        }
        let asking = self.begin_ceremony(KeyPurpose::SignIn)?;
        let (number, house) = (asking.number, Arc::clone(&self.parts.house));
        let work = signed_in(house, asking, handle.clone(), self.parts.caches.clone());
        self.after(work, move |console, done| console.came_in(number, handle, done));
        Ok(())
    }

    fn came_in(&mut self, ceremony: u64, handle: String, done: Answer<CameIn>) {
        let wanted = self.end_ceremony(ceremony);
        match done {
            Ok(came) if wanted => self.enter(handle, came),
            Ok(CameIn { line, made, .. }) => self.send(line, secret(made.token), Errand::SignOut),
            Err(problem) if wanted => self.parts.page.tell(ConsoleEvent::SignInFailed { problem }),
            Err(_) => {}
        }
    }

    fn enter(&mut self, handle: String, came: CameIn) {
        let CameIn { line, made, cache, names } = came;
        let token = secret(made.token);
        self.close_cache(None);
        self.open_cache(cache, names);
        self.watch.locked = None;
        self.seen();
        line.follow(&token);
        self.memory.handle = Some(handle.clone());
        self.memory.who = Some(Who { staff: made.staff.clone(), key: made.key });
        self.remember();
        self.presence = Some(Presence {
            line,
            token,
            staff: made.staff,
            key: made.key,
            ends: made.ends,
            name: made.name,
            handle,
            roles: made.roles,
            began: made.now,
            stood: false,
            followed: false,
        });
        self.send_remembered();
        self.fetch_names();
    }

    /// Signs out, here at once and at the server as soon as it can be reached.
    pub(super) fn sign_out(&mut self) -> Answer<()> {
        self.note_endings();
        if let Some(Presence { line, token, .. }) = self.leave(EndedBy::SignedOut) {
            self.send(line, token, Errand::SignOut);
        } else if self.memory.who.take().is_some() {
            // Nobody is signed in, but whoever was last has nothing to review any more.
            self.forget_review();
        }
        Ok(())
    }

    /// Ends the sign-in on this console: whatever came by it is dropped, here and on the page.
    pub(super) fn leave(&mut self, by: EndedBy) -> Option<Presence> {
        let presence = self.presence.take()?;
        self.parts.house.unfollow();
        self.close_cache(Some(by));
        self.watch.locked = None;
        self.drop_ceremony();
        self.close_endpoints();
        self.drop_sessions(by);
        self.list = super::AccountList::default();
        self.directory = super::Directory::default();
        self.known_keys = super::KnownKeys::default();
        self.known_servers = super::KnownServers::default();
        (self.reach, self.ticks_to_probe) = (None, 0);
        if by == EndedBy::SignedOut {
            self.memory.who = None;
            self.remember();
        }
        self.tell_state();
        self.parts.page.tell(ConsoleEvent::SignedOut { by });
        Some(presence)
    }

    fn forget_review(&mut self) {
        self.leave_review(None);
        self.remember();
        self.tell_state();
        self.parts.page.tell(ConsoleEvent::SignedOut { by: EndedBy::SignedOut });
    }

    /// Looks whether the sign-in still stands: by the copy, by the time, and by what the server said to the follower.
    pub(super) fn watch_sign_in(&mut self) {
        let (Some(presence), Some(now)) = (&self.presence, self.now()) else { return };
        let (by, ends) = (presence.by(), presence.ends);
        let over = self.parts.standing.with_state(|state| ended::sign_in(state, by, ends, now));
        let counts = presence.stood || over == Some(EndedBy::SignInOver) || self.knows_of(presence.began, now);
        match over {
            None => self.note_standing(),
            Some(by) if counts => drop(self.leave(by)),
            Some(_) => {}
        }
        self.watch_follower();
    }

    /// The server knows the sign-in no more, and the feed has not said why. What it said of an earlier one is old news.
    fn watch_follower(&mut self) {
        let refused = self.parts.following.borrow().fault == Some(FollowFault::NotSignedIn);
        match &mut self.presence {
            Some(presence) if !refused => presence.followed = true,
            Some(presence) if presence.followed => drop(self.leave(EndedBy::Unknown)),
            _ => {}
        }
    }

    fn note_standing(&mut self) {
        if let Some(presence) = &mut self.presence {
            presence.stood = true;
        }
    }

    /// Whoever is signed in; while only a review is possible, whoever was here last.
    pub(super) fn me(&self) -> Option<Me> {
        if let Some(presence) = &self.presence {
            let roles = self.roles_of(&presence.staff).unwrap_or_else(|| presence.roles.clone());
            return Some(Me {
                id: presence.staff.to_string(),
                name: presence.name.clone(),
                handle: presence.handle.clone(),
                roles: roles.into_iter().map(Into::into).collect(),
                key: short(presence.key.0),
                sign_in_ends: Some(ms(presence.ends)),
            });
        }
        let who = self.memory.who.as_ref().filter(|_| matches!(self.phase(), Phase::Review | Phase::Locked))?;
        let handle = self.memory.handle.clone().unwrap_or_default();
        Some(Me {
            id: who.staff.to_string(),
            name: self.directory.names.staff(&who.staff).map_or_else(|| handle.clone(), str::to_owned),
            handle,
            roles: self.roles_of(&who.staff).unwrap_or_default().into_iter().map(Into::into).collect(),
            key: short(who.key.0),
            sign_in_ends: None,
        })
    }

    /// The roles that the copy knows of.
    fn roles_of(&self, staff: &StaffId) -> Option<Vec<Role>> {
        self.parts.standing.with_state(|state| {
            state.staff_member(staff).map(|member| member.roles.iter().map(|(role, _)| *role).collect())
        })
    }

    /// Enrols a key with a one-time code.
    pub(super) fn enrol(&mut self, ask: EnrolAsk, reply: Reply<EnrolledKey>) {
        let asking = match self.begin_ceremony(KeyPurpose::Enrol) {
            Ok(asking) => asking,
            Err(problem) => return answer(reply, Err(problem)),
        };
        let number = asking.number;
        let work = enrolled(Arc::clone(&self.parts.house), asking, ask);
        self.after(work, move |console, done| {
            console.end_ceremony(number);
            if let Ok(made) = &done {
                console.memory.handle = Some(made.handle.clone());
                console.remember();
            }
            answer(reply, done);
        });
    }

    /// The sign-in, or the problem that there is none.
    pub(super) fn signed_in(&self) -> Answer<&Presence> {
        self.presence.as_ref().ok_or(Problem::from(ErrorCode::SignedOut))
    }

    /// The sign-in, where the server is in reach as well.
    pub(super) fn signed_in_online(&self) -> Answer<&Presence> {
        let presence = self.signed_in()?;
        if self.is_online() { Ok(presence) } else { Err(ErrorCode::Offline.into()) }
    }

    /// Has something delivered, now or when the server is back.
    pub(super) fn send(&mut self, line: Arc<dyn Line>, token: SecretString, errand: Errand) {
        self.deliveries.push(Delivery::new(line, token, errand));
        self.deliver();
    }
}

/// A sign-in that was made, and what is kept of that person here.
struct CameIn {
    line: Arc<dyn Line>,
    made: SignedIn,
    cache: Cache,
    names: Option<Names>,
}

/// One touch serves the server and the cache.
async fn signed_in(house: Arc<dyn House>, asking: Asking, handle: String, caches: Caches) -> Answer<CameIn> {
    let line = house.connect()?;
    let begun = line.begin_sign_in(BeginSignIn { handle }).await?;
    let ask = SignAsk::from_json(&begun.options.0).map_err(|_| Problem::from(ErrorCode::KeyFailed))?;
    let signed = asking.signed(ask.with_secret_for(PURPOSE)).await?;
    let credential = json(&signed.credential).map_err(|_| Problem::from(ErrorCode::KeyFailed))?;
    let made = line.finish_sign_in(KeyAnswer { ceremony: begun.ceremony, credential }).await?;
    let cache = caches.enter(Holder { staff: made.staff.clone(), key: made.key }, &signed).await;
    let names = names_in(&cache).await;
    Ok(CameIn { line, made, cache, names })
}

async fn enrolled(house: Arc<dyn House>, asking: Asking, ask: EnrolAsk) -> Answer<EnrolledKey> {
    let line = house.connect()?;
    let begun = line.begin_enrolment(BeginEnrolment { code: Secret(ask.code) }).await?;
    let credential = asking.answer(KeyAsk::Make(begun.options)).await?;
    let model = model_of(&credential);
    let finish = FinishEnrolment { ceremony: begun.ceremony, credential, name: ask.name };
    let made = line.finish_enrolment(finish).await.map_err(|error| {
        let problem = Problem::from(error);
        let refused = problem.code == ErrorCode::KeyRefused;
        Problem { model: model.filter(|_| refused), ..problem }
    })?;
    Ok(EnrolledKey { key: short(made.key.0), handle: made.handle })
}

pub(super) fn secret(secret: Secret) -> SecretString {
    SecretString::from(secret.0)
}

impl From<Role> for RoleName {
    fn from(role: Role) -> Self {
        match role {
            Role::TechnicalSupport => Self::TechnicalSupport,
            Role::Csm => Self::Csm,
            Role::SecurityAdmin => Self::SecurityAdmin,
            Role::InfrastructureEngineer => Self::InfrastructureEngineer,
            Role::Maintenance => Self::Maintenance,
        }
    }
}
