//! Mail to users: kept in the transaction of what it is about, written when it goes, tried again while it cannot go.

use std::sync::Arc;

use doorward_core::{
    grant::{Setting, Until},
    id::{AccountId, GrantSerial, UserId},
    policy::Membership,
    state::AccountState,
    time::{Millis, UnixMs},
};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::{
    super::{Answer, App, Refusal, writer::Work},
    earlier,
};
use crate::store::{history, mails, user_doors, users};

const NOT_YOU: &str = "If it was not you, choose a new password and tell your account's admins.";
/// After as many tries a mail is given up.
const MOST_TRIES: u32 = 12;
/// How long before its end admins are told of it.
const SOON: Millis = Millis::days(3);

/// What a mail is about. It goes into the database, so it names people by id and holds nothing that opens anything.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "kebab-case", deny_unknown_fields)]
pub enum About {
    SignIn {
        door: i64,
    },
    Renewal {
        door: i64,
    },
    Invitation {
        door: i64,
    },
    NewPassword {
        door: i64,
    },
    InvitationByCompany,
    PasswordChanged,
    /// An authenticator app is asked for from now on, or the mail again.
    SecondFactor {
        app: bool,
    },
    RecoveryCodesMade,
    RecoveryCodeUsed {
        left: u32,
    },
    Switched {
        setting: Setting,
        by: UserId,
        on: Option<Until>,
    },
    /// Somebody of the vendor's entered by this grant, for the first time.
    FirstUse {
        grant: GrantSerial,
        setting: Setting,
    },
    /// The grant ends soon; said only while it still holds.
    EndsSoon {
        grant: GrantSerial,
        setting: Setting,
        end: UnixMs,
    },
}

/// A mail as it goes.
pub struct Letter {
    pub to: String,
    pub subject: String,
    pub text: String,
}

/// A mail did not go. The text is for the log; it holds no address.
#[derive(Debug, thiserror::Error)]
#[error("the mail server did not take a mail: {0}")]
pub struct PostFault(pub &'static str);

/// Carries mail.
pub trait Post: Send + Sync {
    fn send(&self, letter: Letter) -> BoxFuture<'_, Result<(), PostFault>>;
}

/// Keeps a mail to `user` in the open transaction. Whoever committed rings for the postman.
pub(super) fn keep(work: &Work<'_>, user: &UserId, about: &About) -> Answer<()> {
    keep_until(work, user, about, work.now)
}

fn keep_until(work: &Work<'_>, user: &UserId, about: &About, due: UnixMs) -> Answer<()> {
    let text = serde_json::to_string(about).map_err(Refusal::internal)?;
    Ok(mails::add(work.tx, user, &text, due)?)
}

/// Tells the account's admins, when `due` has come.
fn tell_admins(work: &Work<'_>, account: &AccountId, about: &About, due: UnixMs) -> Answer<()> {
    let members = users::of(work.tx, account)?;
    let mut admins = members.iter().filter(|row| row.membership == Membership::AccountAdmin);
    admins.try_for_each(|row| keep_until(work, &row.user, about, due))
}

/// Tells the account's admins that a setting was switched by `by`, and later that it ends soon.
pub(in crate::app) fn switched(
    work: &Work<'_>,
    account: &AccountId,
    setting: Setting,
    by: &UserId,
    on: Option<Until>,
) -> Answer<()> {
    tell_admins(work, account, &About::Switched { setting, by: by.clone(), on }, work.now)?;
    if let Some(Until::At(end)) = on
        && end.since(work.now) > SOON
    {
        let about = About::EndsSoon { grant: work.state.next_grant(), setting, end };
        tell_admins(work, account, &about, earlier(end, SOON))?;
    }
    Ok(())
}

/// Tells the account's admins that somebody enters by `grant`, where nobody has before. Called before it is noted.
pub(in crate::app) fn entered(work: &Work<'_>, account: &AccountId, grant: GrantSerial) -> Answer<()> {
    let setting = work.state.account(account).and_then(|known| {
        Setting::ALL.into_iter().find(|setting| known.grant(*setting).is_some_and(|held| held.serial == grant))
    });
    match setting {
        Some(setting) if !history::grant_was_used(work.tx, grant)? => {
            tell_admins(work, account, &About::FirstUse { grant, setting }, work.now)
        }
        _ => Ok(()),
    }
}

impl App {
    /// Sends what is due, by `post`, one after the other. What does not go is tried again later.
    pub async fn send_mail(self: &Arc<Self>, post: &dyn Post) -> Answer<()> {
        self.open_asked().await?;
        loop {
            let now = self.now();
            let Some(row) = self.read(move |db| mails::due(db, now)).await? else { return Ok(()) };
            let (id, tried) = (row.id, row.tries);
            let sent = match self.write_letter(row).await? {
                Some(letter) => post.send(letter).await,
                // What it was about is over.
                None => Ok(()),
            };
            let failed = sent.is_err() && tried < MOST_TRIES;
            if let Err(fault) = sent {
                tracing::warn!(mail = id, tried, given_up = !failed, %fault, "a mail did not go");
            }
            self.commit(move |work| {
                if failed {
                    mails::later(work.tx, id, work.now.plus(pause(tried)))?;
                } else {
                    mails::remove(work.tx, id)?;
                }
                Ok((Vec::new(), ()))
            })
            .await?;
        }
    }

    /// Ready when there may be something to send.
    pub async fn mail_waits(&self) {
        self.users.mail.notified().await;
    }

    async fn write_letter(self: &Arc<Self>, row: mails::MailRow) -> Answer<Option<Letter>> {
        let Ok(about) = serde_json::from_str::<About>(&row.what) else { return Ok(None) };
        let (to, now) = (row.user.clone(), self.now());
        let door = match &about {
            About::SignIn { door }
            | About::Renewal { door }
            | About::Invitation { door }
            | About::NewPassword { door } => Some(*door),
            _ => None,
        };
        let ends = if let About::EndsSoon { grant, setting, .. } = about { Some((grant, setting)) } else { None };
        let other = if let About::Switched { by, .. } = &about { Some(by.clone()) } else { None };
        let found = self.read(move |db| {
            let stands = match door {
                Some(door) => user_doors::get(db, door)?.is_some_and(|row| now < row.expires),
                None => true,
            };
            let by = other.map(|by| users::get(db, &by)).transpose()?.flatten().map(|row| row.name);
            Ok(users::get(db, &to)?.filter(|_| stands).map(|row| (row, by)))
        });
        let Some((user, by)) = found.await? else { return Ok(None) };
        let still = |(grant, setting)| {
            let held = |known: &AccountState| known.grant(setting).is_some_and(|held| held.serial == grant);
            self.read_state(|state| state.account(&user.account).is_some_and(held))
        };
        if ends.is_some_and(|ends| !still(ends)) {
            return Ok(None);
        }
        let (subject, text) = self.words_of(&about, by.as_deref())?;
        let text = format!("Hello {},\n\n{text}\n", user.name);
        Ok(Some(Letter { to: user.email, subject, text }))
    }

    fn words_of(&self, about: &About, by: Option<&str>) -> Answer<(String, String)> {
        let url = &self.users.url;
        Ok(match about {
            About::SignIn { door } => (
                "Confirm your sign-in".to_owned(),
                format!(
                    "Somebody gave your e-mail address and your password to sign in. If it was you, open this page in the same browser and press the button:\n\n{url}/sign-in/link?link={}\n\nIt is good for 15 minutes and serves once. If it was not you, choose a new password: {url}/forgot-password",
                    self.users.link(*door)?
                ),
            ),
            About::Renewal { door } => (
                "Your code to stay signed in".to_owned(),
                format!(
                    "Somebody gave your password to stay signed in for another 14 days. If it was you, type this code where you are asked for it:\n\n{}\n\nIt is good for 15 minutes and serves once. Give it to nobody: no one who works here asks for it. If it was not you, choose a new password: {url}/forgot-password",
                    self.users.code(*door)?
                ),
            ),
            About::Invitation { door } => (
                "You are invited".to_owned(),
                format!(
                    "You may sign in to your company's account. Choose a password here:\n\n{url}/choose-password?link={}\n\nThe link is good for 7 days and serves once.",
                    self.users.link(*door)?
                ),
            ),
            About::InvitationByCompany => (
                "You are invited".to_owned(),
                format!("You may sign in to your company's account, by your company's own sign-in:\n\n{url}/sign-in"),
            ),
            About::NewPassword { door } => (
                "Choose a new password".to_owned(),
                format!(
                    "Somebody asked for a new password for your e-mail address. If it was you, choose it here:\n\n{url}/choose-password?link={}\n\nIt is good for 15 minutes and serves once. You are then signed out everywhere. If it was not you, nothing has changed and nothing needs to be done.",
                    self.users.link(*door)?
                ),
            ),
            About::PasswordChanged => (
                "Your password was changed".to_owned(),
                "Your password was changed, and you were signed out everywhere. If it was not you, ask for a new one and tell your account's admins.".to_owned(),
            ),
            About::SecondFactor { app: true } => (
                "You sign in with an authenticator app now".to_owned(),
                format!("An authenticator app was set up for your sign-in. It is asked for instead of a mail. {NOT_YOU}"),
            ),
            About::SecondFactor { app: false } => (
                "Your authenticator app is removed".to_owned(),
                format!("The authenticator app was removed from your sign-in, with its recovery codes. A mail confirms your sign-in again. {NOT_YOU}"),
            ),
            About::RecoveryCodesMade => (
                "You have new recovery codes".to_owned(),
                format!("New recovery codes were made for your sign-in. The old ones serve no more. {NOT_YOU}"),
            ),
            About::RecoveryCodeUsed { left } => (
                "A recovery code was used".to_owned(),
                format!("One of your recovery codes was used in place of your authenticator app. It serves no more; {left} are left. {NOT_YOU}"),
            ),
            About::Switched { setting, on, .. } => {
                let name = name_of(*setting);
                let by = by.unwrap_or("Somebody who is no longer a member");
                let what = match on {
                    Some(Until::At(end)) => format!("switched {name} on, until {}", utc(*end)),
                    Some(Until::Indefinitely) => format!("switched {name} on, indefinitely"),
                    None => format!("switched {name} off"),
                };
                let state = if on.is_some() { "on" } else { "off" };
                (format!("{name} is {state}"), format!("{by} {what}. See and change it here:\n\n{url}/settings/privacy"))
            }
            About::FirstUse { setting, .. } => {
                let name = name_of(*setting);
                (
                    format!("{name} is used for the first time"),
                    format!(
                        "Somebody has entered your account by {name}, for the first time since it was switched on. See who is in, and end it if you wish:\n\n{url}/settings/privacy"
                    ),
                )
            }
            About::EndsSoon { setting, end, .. } => {
                let name = name_of(*setting);
                (
                    format!("{name} ends soon"),
                    format!(
                        "{name} ends by itself on {}. There is nothing to do, unless you want it to go on:\n\n{url}/settings/privacy",
                        utc(*end)
                    ),
                )
            }
        })
    }
}

/// What people call the setting.
pub fn name_of(setting: Setting) -> &'static str {
    match setting {
        Setting::SupportTeamAccess => "Support Team Access",
        Setting::CustomerSuccessTeamAccess => "Customer Success Team Access",
    }
}

/// Two to the number of tries, in minutes; four hours at most.
fn pause(tried: u32) -> Millis {
    Millis::minutes(2_u64.saturating_pow(tried).min(240))
}

/// An instant as `2026-11-25 14:02 UTC`.
fn utc(at: UnixMs) -> String {
    jiff::Timestamp::from_millisecond(at.0).map(|t| t.strftime("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default()
}
