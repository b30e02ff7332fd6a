//! Doors: a user has shown the first factor, and must show the second; or was sent a mail to choose a password by.
//!
//! Following a link changes nothing (mail scanners do it): what changes something is the button on the page it shows,
//! in the browser that asked. Elsewhere the page shows a code to type there.

use std::sync::{Arc, Mutex, PoisonError};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    feed::tree::Hash,
    id::UserId,
    time::{Millis, UnixMs},
    wire::{Code, Secret},
};
use rusqlite::Connection;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{
    super::{Answer, App, Refusal, secrets::hash_secret, writer::Work},
    Factor, UserCaller, Users,
    blocklist::names,
    earlier,
    mails::{self, About},
    sessions::{SESSION_LIFE, start},
    whose,
};
use crate::store::{
    Stored, accounts, tries,
    user_doors::{self, DoorRow, Purpose},
    user_factors, user_sessions, users,
};

/// How long a sign-in waits for the mail that confirms it, and a password for its link.
const DOOR_LIFE: Millis = Millis::minutes(15);
/// How long an invitation waits.
const INVITATION_LIFE: Millis = Millis::hours(7 * 24);
/// Wrong codes after which a door is shut.
pub(super) const MOST_CODES: u32 = 5;
/// Failed tries in [`WINDOW`] after which an address, and a network, have to wait.
const MOST_OF_ADDRESS: u32 = 10;
const MOST_OF_NETWORK: u32 = 60;
pub(super) const WINDOW: Millis = Millis::minutes(15);
/// How many wait for the postman at once; every network is let ask for a few.
const MOST_ASKED: usize = 10_000;
/// What the program is called.
const OURS: &str = "Doorward";

/// A try to sign in, from the network named by the text.
pub struct SignInTry {
    pub email: String,
    pub password: Zeroizing<String>,
    pub network: String,
}

/// What was begun: what the browser keeps to finish it.
pub struct Begun {
    pub browser: Secret,
    pub expires: UnixMs,
    /// By what it is finished.
    pub asks: Factor,
}

/// Addresses that a new password was asked for and that nobody has looked for yet. They are here alone: whoever asked
/// shortly before the process ended asks again.
#[derive(Default)]
pub(super) struct Asked(Mutex<Vec<String>>);

impl Asked {
    fn put(&self, email: String) {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.len() < MOST_ASKED {
            asked.push(email);
        }
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What is behind a link.
#[derive(Debug, PartialEq, Eq)]
pub enum Opened {
    /// This browser asked: it may go through.
    Here(Purpose),
    /// Another browser asked: this is to be typed there.
    Elsewhere { code: String },
}

/// Who went through a door: what their browser keeps from then on.
pub struct Passed {
    pub secret: Secret,
    pub ends: UnixMs,
}

impl Users {
    /// What the mail about this door links to.
    pub(super) fn link(&self, door: i64) -> Answer<String> {
        let mac = self.derive("link", &door.to_be_bytes())?;
        Ok(format!("{door}-{}", URL_SAFE_NO_PAD.encode(mac)))
    }

    /// Six digits for the same door.
    pub(super) fn code(&self, door: i64) -> Answer<String> {
        let [a, b, c, d, ..] = self.derive("code", &door.to_be_bytes())?;
        Ok(format!("{:06}", u32::from_be_bytes([a, b, c, d]) % 1_000_000))
    }

    fn door_of(&self, link: &str) -> Answer<i64> {
        let gone = || Refusal::new(Code::CeremonyGone);
        let (number, _) = link.split_once('-').ok_or_else(gone)?;
        let door = number.parse().map_err(|_| gone())?;
        if bool::from(self.link(door)?.as_bytes().ct_eq(link.as_bytes())) { Ok(door) } else { Err(gone()) }
    }
}

impl App {
    /// Takes e-mail address and password, and sends what confirms the sign-in. An address nobody has and a password
    /// that is wrong get the same answer after the same work.
    pub async fn begin_user_sign_in(self: &Arc<Self>, wish: SignInTry) -> Answer<Begun> {
        let email = normal(&wish.email);
        let counted = [whose("address", &email), whose("network", &wish.network)];
        self.not_too_often(counted).await?;
        let sought = email.clone();
        let found = self.read(move |db| users::by_email(db, &sought)).await?;
        let own = found.as_ref().filter(|row| !self.users.by_company(&row.account));
        let phc = own.and_then(|row| row.password.clone());
        let fits = self.password_fits(phc, wish.password).await?;
        let Some(row) = found.filter(|_| fits) else {
            self.commit(move |work| {
                counted.iter().try_for_each(|whose| tries::add(work.tx, whose, work.now))?;
                Ok((Vec::new(), ()))
            })
            .await?;
            return Err(Refusal::new(Code::KeyRefused));
        };
        self.open_door(row.user, Purpose::SignIn).await
    }

    /// Asks the caller's password again, to stay signed in beyond the end. Where there is no end there is nothing to ask.
    pub async fn begin_renewal(self: &Arc<Self>, caller: UserCaller, password: Zeroizing<String>) -> Answer<Begun> {
        caller.ends().ok_or(Refusal::new(Code::Conflict))?;
        let counted = [whose("address", caller.email()), whose("network", caller.email())];
        self.not_too_often(counted).await?;
        let user = caller.user.clone();
        let phc = self.read(move |db| users::get(db, &user)).await?.and_then(|row| row.password);
        if !self.password_fits(phc, password).await? {
            self.commit(move |work| Ok((Vec::new(), tries::add(work.tx, &counted[0], work.now)?))).await?;
            return Err(Refusal::new(Code::KeyRefused));
        }
        self.open_door(caller.user, Purpose::Renew).await
    }

    /// Sends what a new password can be chosen by, if anybody has this address. The answer does not say, nor does how long
    /// it takes: who has the address is looked for behind it, when mail goes.
    pub async fn ask_new_password(self: &Arc<Self>, email: &str, network: &str) -> Answer<()> {
        let email = normal(email);
        let counted = [whose("address", &email), whose("network", network)];
        self.not_too_often(counted).await?;
        // Each asking counts, whoever has the address: nobody's mailbox is filled from here.
        let count = self.commit(move |work| {
            counted.iter().try_for_each(|whose| tries::add(work.tx, whose, work.now))?;
            Ok((Vec::new(), ()))
        });
        count.await?;
        self.users.asked.put(email);
        self.users.ring();
        Ok(())
    }

    /// Keeps the mail by which those who asked choose a new password, where they are somebody.
    pub(super) async fn open_asked(self: &Arc<Self>) -> Answer<()> {
        for email in self.users.asked.take() {
            let app = Arc::clone(self);
            let done = self.commit(move |work| {
                if let Some(row) = users::by_email(work.tx, &email)?.filter(|row| !app.users.by_company(&row.account)) {
                    let expires = work.now.plus(DOOR_LIFE);
                    let door = user_doors::open(work.tx, &row.user, Purpose::NewPassword, None, expires)?;
                    mails::keep(work, &row.user, &About::NewPassword { door })?;
                }
                Ok((Vec::new(), ()))
            });
            done.await?;
        }
        Ok(())
    }

    /// What is behind `link`. Looking changes nothing.
    pub async fn look_behind(self: &Arc<Self>, link: &str, browser: Option<&Secret>) -> Answer<Opened> {
        let door = self.users.door_of(link)?;
        let row = self.read(move |db| user_doors::get(db, door)).await?;
        let row = self.standing(row)?;
        match row.purpose {
            Purpose::Invitation | Purpose::NewPassword => Ok(Opened::Here(row.purpose)),
            Purpose::SignIn if asked_here(&row, browser) => Ok(Opened::Here(row.purpose)),
            Purpose::SignIn => Ok(Opened::Elsewhere { code: self.users.code(door)? }),
            // No link leads there: the mail holds the code.
            Purpose::Renew => Err(Refusal::new(Code::CeremonyGone)),
        }
    }

    /// Goes through by the link, in the browser that asked.
    pub async fn pass_by_link(self: &Arc<Self>, link: &str, browser: Option<Secret>, agent: String) -> Answer<Passed> {
        let door = self.users.door_of(link)?;
        let row = self.read(move |db| user_doors::get(db, door)).await?;
        let row = self.standing(row)?;
        if !asked_here(&row, browser.as_ref()) {
            return Err(Refusal::new(Code::CeremonyGone));
        }
        self.asked_by_mail(&row.user).await?;
        self.pass(row, agent).await
    }

    /// Goes through by the code, in the browser that asked. A few wrong ones shut the door.
    pub async fn pass_by_code(self: &Arc<Self>, code: &str, browser: Option<Secret>, agent: String) -> Answer<Passed> {
        let row = self.door_by_code(code, browser).await?;
        self.pass(row, agent).await
    }

    /// Stays signed in by the code, in the browser that asked: the same session, by another secret, to another end.
    pub async fn renew_by_code(
        self: &Arc<Self>,
        caller: UserCaller,
        code: &str,
        browser: Option<Secret>,
    ) -> Answer<Passed> {
        let user = caller.user.clone();
        let has_app = self.read(move |db| user_factors::get(db, &user)).await?.sealed.is_some();
        let row = match has_app {
            true => self.door_by_authenticator(code, browser, caller.email()).await?.0,
            false => self.door_by_code(code, browser).await?,
        };
        if row.purpose != Purpose::Renew || row.user != caller.user {
            return Err(Refusal::new(Code::CeremonyGone));
        }
        let (secret, hash) = self.draw_secret()?;
        let done = self.commit(move |work| {
            taken(work.tx, &row)?;
            let ends = work.now.plus(SESSION_LIFE);
            // Whoever was signed out meanwhile has nothing left to renew.
            let renewed = user_sessions::renew(work.tx, &caller.user, caller.session, &hash, work.now, ends)?;
            if renewed { Ok((Vec::new(), ends)) } else { Err(Refusal::new(Code::NotSignedIn)) }
        });
        Ok(Passed { secret, ends: done.await?.value })
    }

    async fn door_by_code(self: &Arc<Self>, code: &str, browser: Option<Secret>) -> Answer<DoorRow> {
        let hash = hash_secret(&browser.ok_or(Refusal::new(Code::CeremonyGone))?.0);
        let row = self.read(move |db| user_doors::by_browser(db, &hash)).await?;
        let row = self.standing(row)?;
        self.asked_by_mail(&row.user).await?;
        let digits: String = code.chars().filter(char::is_ascii_digit).collect();
        let fits = bool::from(self.users.code(row.id)?.as_bytes().ct_eq(digits.as_bytes()));
        // Counted before it is told: two wrong ones at once count twice.
        let counted = self.commit(move |work| {
            let row = user_doors::get(work.tx, row.id)?.filter(|row| row.tries < MOST_CODES);
            let row = row.ok_or(Refusal::new(Code::CeremonyGone))?;
            if !fits {
                user_doors::failed(work.tx, row.id)?;
            }
            Ok((Vec::new(), row))
        });
        let row = counted.await?.value;
        if fits { Ok(row) } else { Err(Refusal::new(Code::CodeRefused)) }
    }

    /// Sets a new password by the link of a mail, and signs the user out everywhere. They then sign in: the mail that
    /// gave a new password is no second factor. `service` is what the pages are known by: with the names of the user and
    /// their company it makes no password.
    pub async fn choose_password(
        self: &Arc<Self>,
        link: &str,
        password: Zeroizing<String>,
        service: &str,
    ) -> Answer<()> {
        let door = self.users.door_of(link)?;
        let row = self.read(move |db| user_doors::get(db, door)).await?;
        let row = self.standing(row)?;
        if !matches!(row.purpose, Purpose::Invitation | Purpose::NewPassword) {
            return Err(Refusal::new(Code::CeremonyGone));
        }
        let user = row.user.clone();
        let about = self.read(move |db| {
            let about = users::get(db, &user)?;
            let company = about.as_ref().map(|about| accounts::name(db, &about.account)).transpose()?;
            Ok(about.zip(company))
        });
        let about = about.await?.filter(|(about, _)| !self.users.by_company(&about.account));
        let (about, company) = about.ok_or(Refusal::new(Code::CeremonyGone))?;
        let company = company.unwrap_or_default();
        let close = [&about.email, &about.name, &company, service, &self.users.url, OURS];
        let phc = self.hash_new_password(password, names(close)).await?;
        let done = self.commit(move |work| {
            taken(work.tx, &row)?;
            user_doors::take_all(work.tx, &row.user)?;
            users::set_password(work.tx, &row.user, &phc)?;
            user_sessions::end_all(work.tx, &row.user)?;
            if row.purpose == Purpose::NewPassword {
                mails::keep(work, &row.user, &About::PasswordChanged)?;
            }
            Ok((Vec::new(), ()))
        });
        done.await?;
        self.users.ring();
        Ok(())
    }

    pub(super) async fn not_too_often(self: &Arc<Self>, counted: [Hash; 2]) -> Answer<()> {
        let since = earlier(self.now(), WINDOW);
        let [address, network] = counted;
        let made = move |db: &Connection| -> Stored<_> {
            Ok((tries::count(db, &address, since)?, tries::count(db, &network, since)?))
        };
        let (of_address, of_network) = self.read(made).await?;
        if of_address >= MOST_OF_ADDRESS || of_network >= MOST_OF_NETWORK {
            return Err(Refusal::new(Code::TooManyRequests));
        }
        Ok(())
    }

    async fn open_door(self: &Arc<Self>, user: UserId, purpose: Purpose) -> Answer<Begun> {
        let (browser, hash) = self.draw_secret()?;
        let done = self.commit(move |work| {
            let expires = work.now.plus(DOOR_LIFE);
            let door = user_doors::open(work.tx, &user, purpose, Some(&hash), expires)?;
            let asks = Users::asks(work, &user)?;
            if asks == Factor::Mail {
                let about = if purpose == Purpose::Renew { About::Renewal { door } } else { About::SignIn { door } };
                mails::keep(work, &user, &about)?;
            }
            Ok((Vec::new(), (expires, asks)))
        });
        let (expires, asks) = done.await?.value;
        self.users.ring();
        Ok(Begun { browser, expires, asks })
    }

    /// Whoever has an authenticator goes through by nothing less.
    async fn asked_by_mail(self: &Arc<Self>, user: &UserId) -> Answer<()> {
        let user = user.clone();
        let kept = self.read(move |db| user_factors::get(db, &user)).await?;
        if kept.sealed.is_none() { Ok(()) } else { Err(Refusal::new(Code::CeremonyGone)) }
    }

    pub(super) fn standing(&self, row: Option<DoorRow>) -> Answer<DoorRow> {
        row.filter(|row| self.now() < row.expires).ok_or(Refusal::new(Code::CeremonyGone))
    }

    pub(super) async fn pass(self: &Arc<Self>, row: DoorRow, agent: String) -> Answer<Passed> {
        if row.purpose != Purpose::SignIn {
            return Err(Refusal::new(Code::CeremonyGone));
        }
        let (secret, hash) = self.draw_secret()?;
        let done = self.commit(move |work| {
            taken(work.tx, &row)?;
            let ends = work.now.plus(SESSION_LIFE);
            start(work, &row.user, &hash, &agent, Some(ends))?;
            Ok((Vec::new(), ends))
        });
        Ok(Passed { secret, ends: done.await?.value })
    }
}

/// Invites the user by mail to choose a password; or says that they sign in at their own company.
pub(super) fn invite(work: &Work<'_>, user: &UserId, by_company: bool) -> Answer<()> {
    if by_company {
        return mails::keep(work, user, &About::InvitationByCompany);
    }
    let expires = work.now.plus(INVITATION_LIFE);
    let door = user_doors::open(work.tx, user, Purpose::Invitation, None, expires)?;
    mails::keep(work, user, &About::Invitation { door })
}

/// Whoever takes a door away goes through it; nobody does twice.
fn taken(db: &Connection, row: &DoorRow) -> Answer<()> {
    if user_doors::take(db, row.id)? { Ok(()) } else { Err(Refusal::new(Code::CeremonyGone)) }
}

fn asked_here(row: &DoorRow, browser: Option<&Secret>) -> bool {
    match (&row.browser, browser) {
        (Some(kept), Some(given)) => bool::from(kept.ct_eq(&hash_secret(&given.0))),
        _ => false,
    }
}

/// An address as it is compared: in lower case, without the blanks that phones add.
pub(super) fn normal(email: &str) -> String {
    email.trim().to_lowercase()
}
