//! Users of accounts: their sign-in, their sessions, and what they switch. Staff are elsewhere; nothing here serves them.

mod billing;
mod blocklist;
mod caller;
mod doors;
mod factor;
mod history;
pub(super) mod mails;
mod members;
mod password;
mod provider;
mod seal;
mod sessions;
mod sso;
mod switches;
mod team;

use aws_lc_rs::hmac;
use doorward_core::{
    feed::tree::{Hash, plain_hash},
    time::{Millis, UnixMs},
};
use zeroize::Zeroizing;

pub use self::{
    billing::{BillingView, Going},
    caller::UserCaller,
    doors::{Begun, Opened, Passed, SignInTry},
    factor::{Factor, SecondFactor, Shown},
    history::CameIn,
    mails::{Letter, Post, PostFault, name_of},
    password::Hardness,
    provider::{Provider, ProviderWire, Providers, Unreachable},
    sessions::{SESSION_LIFE, UserSessionView, WARN_BEFORE},
    sso::{Away, CameBack},
    switches::{Choice, Inside, Privacy, SettingView},
    team::Member,
};
use super::{Answer, Refusal};

/// What the users' side is made of.
pub struct UserParts {
    /// Where users find their pages: `https://host` and perhaps a port.
    pub url: String,
    /// What passwords are peppered with and links are drawn from.
    pub secret: Zeroizing<[u8; 32]>,
    pub hardness: Hardness,
    /// Companies that sign their own people in.
    pub providers: Providers,
}

/// The users' side of the server's inside.
pub(super) struct Users {
    url: String,
    secret: Zeroizing<[u8; 32]>,
    passwords: password::Passwords,
    providers: Providers,
    known: provider::Known,
    /// Rung when there may be mail to send.
    mail: tokio::sync::Notify,
    /// Addresses for which a new password was asked, until the mail goes.
    asked: doors::Asked,
}

impl Users {
    pub(super) fn new(parts: UserParts) -> Self {
        let passwords = password::Passwords::new(&parts.secret, parts.hardness);
        let mail = tokio::sync::Notify::new();
        let (providers, known) = (parts.providers, provider::Known::default());
        let asked = doors::Asked::default();
        Self { url: parts.url, secret: parts.secret, passwords, providers, known, mail, asked }
    }

    /// There may be mail to send.
    pub(super) fn ring(&self) {
        self.mail.notify_one();
    }

    /// A value that only whoever has the server's secret can compute: for `purpose`, of `of`.
    fn derive(&self, purpose: &str, of: &[u8]) -> Answer<[u8; 32]> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_slice());
        let tag = hmac::sign(&key, &[purpose.as_bytes(), &[0], of].concat());
        tag.as_ref().try_into().map_err(Refusal::internal)
    }
}

/// By what an address, or a network, is known to the counter of failed tries.
fn whose(kind: &str, text: &str) -> Hash {
    plain_hash(format!("{kind}\n{text}").as_bytes())
}

fn earlier(now: UnixMs, by: Millis) -> UnixMs {
    UnixMs(now.0.saturating_sub(i64::try_from(by.0).unwrap_or(i64::MAX)))
}
