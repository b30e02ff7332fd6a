//! The lock: what lies behind it goes on, and the page is told nothing of it until the person's key was touched.
//!
//! A sign-in's console is locked by its person, by idleness, by a suspend or by the desktop. A console that was started
//! with no server in reach is locked from the beginning, and shows its copy only to whoever unlocks it.

use std::{
    mem,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use doorward_client::{
    cache::{Cache, CacheFault, Caches, KeptBy, PURPOSE},
    keys::SignAsk,
};
use doorward_core::{
    id::StaffId,
    time::{BootTime, Millis},
    wire::{Answer as KeyAnswer, BeginSignIn, SignedIn},
};

use super::{
    Controller, Page, answer,
    cache::{names_in, verified},
    delivery::Errand,
    house::{House, Line},
    key::{Asking, KeyAsk},
    ms,
    names::Names,
    request::{Answer, Reply},
    short,
    sign_in::secret,
};
use crate::view::{ConsoleEvent, EndedBy, ErrorCode, KeyPurpose, Locked, LockedBy, Notice, Phase, Problem};

/// Minutes without anybody, after which the console locks itself, where nothing else was chosen.
pub(super) const IDLE_MINUTES: u16 = 10;
const SHORTEST: u16 = 1;
const LONGEST: u16 = 240;
/// A machine that slept longer than this was away. Two clocks are not read at one instant.
const NAP: Millis = Millis::seconds(2);

/// Whether the console is locked, and since when nobody was seen.
pub(super) struct Watch {
    pub locked: Option<LockedBy>,
    /// When somebody was last seen here.
    seen: BootTime,
    /// How long the machine had slept by then.
    slept: Millis,
}

/// A page behind a curtain: while the console is locked it hears what the lock screen shows. Ends of sessions wait.
pub(super) struct Curtain {
    pub page: Arc<dyn Page>,
    pub drawn: Arc<AtomicBool>,
    missed: Mutex<Vec<ConsoleEvent>>,
}

impl Curtain {
    pub fn new(page: Arc<dyn Page>, drawn: Arc<AtomicBool>) -> Self {
        Self { page, drawn, missed: Mutex::default() }
    }

    /// Tells what ended meanwhile.
    pub fn catch_up(&self) {
        let missed = mem::take(&mut *self.missed.lock().unwrap_or_else(PoisonError::into_inner));
        missed.into_iter().for_each(|event| self.page.tell(event));
    }

    fn forget(&self) {
        self.missed.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Page for Curtain {
    fn tell(&self, event: ConsoleEvent) {
        match event {
            ConsoleEvent::State { .. } | ConsoleEvent::Key { .. } | ConsoleEvent::SignInFailed { .. } => {}
            // The tray and the closing of the window say numbers and no name.
            ConsoleEvent::Tray { .. } | ConsoleEvent::CloseAsked { .. } => {}
            ConsoleEvent::Notice { notice } if self.drawn.load(Ordering::SeqCst) => {
                return self.page.tell(ConsoleEvent::Notice { notice: Notice { account: None, ..notice } });
            }
            ConsoleEvent::SignedOut { .. } => self.forget(),
            ConsoleEvent::SessionEnded { .. } if self.drawn.load(Ordering::SeqCst) => {
                return self.missed.lock().unwrap_or_else(PoisonError::into_inner).push(event);
            }
            _ if self.drawn.load(Ordering::SeqCst) => return,
            _ => {}
        }
        self.page.tell(event);
    }
}

impl Watch {
    pub fn new(seen: BootTime, slept: Millis) -> Self {
        Self { locked: None, seen, slept }
    }

    /// How long nobody was seen; another boot is as good as for ever.
    fn alone(&self, now: &BootTime) -> Millis {
        let same = self.seen.boot == now.boot;
        if same { Millis(now.elapsed.saturating_sub(self.seen.elapsed)) } else { Millis(u64::MAX) }
    }
}

impl Controller {
    /// Whether the page sees nothing but the lock, and what that says.
    pub(super) fn locked(&self) -> Option<Locked> {
        if self.presence.is_some() {
            let by = self.watch.locked?;
            let until = self.sessions.values().map(|open| open.session.ends).max().map(ms);
            return Some(Locked { by, sessions: short(self.sessions.len() as u64), until });
        }
        let by = self.watch.locked.unwrap_or(LockedBy::Offline);
        self.can_unlock_offline().then_some(Locked { by, sessions: 0, until: None })
    }

    /// No server in reach, and a copy that the key of whoever was here last opens.
    fn can_unlock_offline(&self) -> bool {
        let kept = self.memory.kept_by == Some(crate::view::KeptBy::HardwareKey);
        let closed = self.cache.as_ref().is_none_or(|open| !open.verified) && !self.is_signing_in();
        closed && kept && self.reach == Some(false) && self.memory.who.is_some()
    }

    /// Locks the console. What is under way with the key is over, and where only the copy is reviewed it is closed.
    pub(super) fn lock(&mut self, by: LockedBy) -> Answer<()> {
        match self.phase() {
            Phase::SignedIn => {
                self.watch.locked = Some(by);
                self.draw();
                self.drop_ceremony();
                self.close_endpoints();
            }
            Phase::Review => {
                self.watch.locked = Some(by);
                self.draw();
                self.close_review();
            }
            Phase::Locked => {}
            // Nothing is shown that could be hidden.
            Phase::SignedOut | Phase::SigningIn => return Err(ErrorCode::SignedOut.into()),
        }
        Ok(())
    }

    /// The curtain falls before the page is told so.
    fn draw(&self) {
        self.curtain.drawn.store(true, Ordering::SeqCst);
    }

    /// Draws the curtain, or opens it, as things are.
    pub(super) fn watch_lock(&mut self) {
        let locked = self.phase() == Phase::Locked;
        let was = self.curtain.drawn.swap(locked, Ordering::SeqCst);
        if self.presence.is_none() && !locked && self.cache.is_none() {
            self.watch.locked = None;
        }
        if was && !locked {
            // The page asks for everything anew by the state; then it can place what it missed.
            self.tell_state();
            self.curtain.catch_up();
        }
    }

    /// Somebody is here.
    pub(super) fn seen(&mut self) {
        self.watch.seen = self.parts.standing.clocks().boot();
    }

    pub(super) fn lock_after(&self) -> u16 {
        self.memory.lock_after.unwrap_or(IDLE_MINUTES)
    }

    pub(super) fn choose_lock_after(&mut self, minutes: u16) -> Answer<()> {
        self.memory.lock_after = Some(minutes.clamp(SHORTEST, LONGEST));
        self.remember();
        Ok(())
    }

    /// Locks a console that nobody is at, and one that slept.
    pub(super) fn watch_absence(&mut self) {
        let clocks = self.parts.standing.clocks();
        let (now, slept) = (clocks.boot(), clocks.slept());
        let napped = Millis(slept.0.saturating_sub(self.watch.slept.0)) > NAP;
        let idle = self.watch.alone(&now) >= Millis::minutes(self.lock_after().into());
        self.watch.slept = slept;
        let by = if napped { LockedBy::Suspend } else { LockedBy::Idle };
        if (napped || idle) && matches!(self.phase(), Phase::SignedIn | Phase::Review) {
            let _hidden = self.lock(by);
        }
    }

    /// Unlocks by PIN and touch. The key proves itself by bringing the cache's key back; one that cannot, to the server.
    pub(super) fn unlock(&mut self, reply: Reply<()>) {
        if self.phase() != Phase::Locked {
            return answer(reply, Err(ErrorCode::Conflict.into()));
        }
        let by_key = self.cache.as_ref().is_none_or(|open| open.cache.kept_by() == KeptBy::HardwareKey);
        let (staff, handle) = match (&self.presence, &self.memory.who) {
            (Some(presence), _) => (presence.staff.clone(), presence.handle.clone()),
            (None, Some(who)) => (who.staff.clone(), String::new()),
            (None, None) => return answer(reply, Err(ErrorCode::SignedOut.into())),
        };
        let asking = match self.begin_ceremony(KeyPurpose::Unlock) {
            Ok(asking) => asking,
            Err(problem) => return answer(reply, Err(problem)),
        };
        let (number, caches, rp_id) = (asking.number, self.parts.caches.clone(), self.parts.rp_id.clone());
        let (challenge, house) = (self.challenge(), Arc::clone(&self.parts.house));
        let work = async move {
            if by_key {
                by_cache(asking, caches, staff, rp_id, challenge).await.map(|(cache, names)| Proof::Cache(cache, names))
            } else {
                by_server(asking, house, handle).await.map(|(line, made)| Proof::Server(line, made))
            }
        };
        self.after(work, move |console, proof| {
            let wanted = console.end_ceremony(number);
            match proof {
                Ok(proof) if wanted => console.proven(proof, reply),
                Ok(Proof::Server(line, made)) => {
                    console.send(line, secret(made.token), Errand::SignOut);
                    answer(reply, Err(ErrorCode::Cancelled.into()));
                }
                Ok(Proof::Cache(..)) => answer(reply, Err(ErrorCode::Cancelled.into())),
                Err(problem) => answer(reply, Err(problem)),
            }
        });
    }

    fn challenge(&self) -> [u8; 32] {
        let mut challenge = [0; 32];
        challenge.chunks_exact_mut(8).for_each(|part| part.copy_from_slice(&(self.parts.dice)().to_be_bytes()));
        challenge
    }

    /// The key has proven whose it is.
    fn proven(&mut self, proof: Proof, reply: Reply<()>) {
        match (proof, &self.presence) {
            (Proof::Server(line, made), presence) => {
                let same = presence.as_ref().is_some_and(|presence| presence.staff == made.staff);
                // The sign-in goes on as it is: the second one was only for the touch.
                self.send(line, secret(made.token), Errand::SignOut);
                let opened = if same { self.opened_by(None) } else { Err(ErrorCode::KeyRefused.into()) };
                answer(reply, opened);
            }
            (Proof::Cache(cache, _), Some(_)) => {
                let opened = self.opened_by(Some(&cache));
                answer(reply, opened);
            }
            (Proof::Cache(cache, names), None) => self.review(cache, names, reply),
        }
    }

    /// The page sees everything again. A key that was taken away does not do that, whatever it can prove.
    fn opened_by(&mut self, cache: Option<&Cache>) -> Answer<()> {
        if cache.is_some_and(|cache| self.is_taken(cache)) {
            return Err(ErrorCode::KeyRefused.into());
        }
        self.watch.locked = None;
        self.seen();
        // What was said behind the lock is said again.
        self.sessions.values_mut().for_each(|open| open.idle_said = false);
        Ok(())
    }

    fn is_taken(&self, cache: &Cache) -> bool {
        let holder = cache.holder();
        let queued = self.memory.revoke.iter().any(|who| who.key == holder.key);
        queued
            || self.parts.standing.with_state(|state| {
                let stands = state.staff_member(&holder.staff).is_some_and(|staff| staff.standing.is_some());
                !stands || state.key_revoked(holder.key) || state.key_owner(holder.key) != Some(&holder.staff)
            })
    }

    /// Shows the copy to whoever brought its key back, once it is verified.
    fn review(&mut self, cache: Cache, names: Option<Names>, reply: Reply<()>) {
        if self.reach != Some(false) {
            return answer(reply, Err(ErrorCode::Conflict.into()));
        }
        let turn = self.open_cache(cache, names);
        let work = verified(self.parts.opened.clone(), turn);
        self.after(work, move |console, verified| {
            let open = console.cache.as_ref().map(|open| open.cache.clone()).filter(|_| console.is_open(turn));
            let Some(cache) = open else { return answer(reply, Err(ErrorCode::Cancelled.into())) };
            let empty = console.parts.standing.size() == 0;
            let verified = if empty { Err(ErrorCode::CopyRefused.into()) } else { verified };
            let opened = verified.and_then(|()| console.opened_by(Some(&cache)));
            match (&opened, &mut console.cache) {
                (Ok(()), Some(open)) => open.verified = true,
                (Err(problem), _) if problem.code == ErrorCode::KeyRefused => {
                    console.leave_review(Some(EndedBy::KeyRevoked));
                }
                _ => console.leave_review(None),
            }
            answer(reply, opened);
        });
    }

    /// The review is over when a server is in reach: then one signs in.
    pub(super) fn watch_review(&mut self) {
        if self.presence.is_none() && self.cache.is_some() && self.reach != Some(false) {
            self.close_review();
        }
    }

    fn close_review(&mut self) {
        self.leave_review(None);
    }

    pub(super) fn leave_review(&mut self, by: Option<EndedBy>) {
        self.close_cache(by);
        self.drop_ceremony();
        self.list = super::AccountList::default();
        self.directory = super::Directory::default();
        self.known_keys = super::KnownKeys::default();
        self.known_servers = super::KnownServers::default();
    }

    /// Whether the copy is shown: unlocked, and no server in reach.
    pub(super) fn is_reviewing(&self) -> bool {
        let offline = self.presence.is_none() && self.reach == Some(false);
        offline && self.memory.who.is_some() && self.cache.as_ref().is_some_and(|open| open.verified)
    }
}

/// What a key proved itself by.
enum Proof {
    Cache(Cache, Option<Names>),
    Server(Arc<dyn Line>, SignedIn),
}

async fn by_cache(
    asking: Asking,
    caches: Caches,
    staff: StaffId,
    rp_id: String,
    challenge: [u8; 32],
) -> Answer<(Cache, Option<Names>)> {
    let credentials = caches.credentials(&staff);
    if credentials.is_empty() {
        return Err(ErrorCode::CopyRefused.into());
    }
    let signed = asking.signed(SignAsk::here(rp_id, credentials, challenge).with_secret_for(PURPOSE)).await?;
    let cache = caches.unlock(&staff, &signed).await.map_err(|fault| {
        tracing::warn!(%fault, "the cache does not open");
        Problem::from(match fault {
            CacheFault::None | CacheFault::Sealed(_) => ErrorCode::CopyRefused,
            CacheFault::Disk(_) | CacheFault::Keyring(_) => ErrorCode::Internal,
        })
    })?;
    let names = names_in(&cache).await;
    Ok((cache, names))
}

async fn by_server(asking: Asking, house: Arc<dyn House>, handle: String) -> Answer<(Arc<dyn Line>, SignedIn)> {
    let line = house.connect()?;
    let begun = line.begin_sign_in(BeginSignIn { handle }).await?;
    let credential = asking.answer(KeyAsk::Touch(begun.options)).await?;
    let made = line.finish_sign_in(KeyAnswer { ceremony: begun.ceremony, credential }).await?;
    Ok((line, made))
}
