//! The second factor: an authenticator app (RFC 6238) in place of the mail, and recovery codes for when it is lost.
//!
//! No code serves twice: the last step that served is kept, and a recovery code is taken away by serving.

use std::sync::Arc;

use doorward_core::{
    feed::tree::Hash,
    id::UserId,
    time::UnixMs,
    wire::{Code, Secret},
};
use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

use super::{
    super::{
        Answer, App, Refusal,
        secrets::{hash_code, hash_secret},
        writer::Work,
    },
    Passed, UserCaller, Users,
    doors::MOST_CODES,
    mails::{self, About},
    whose,
};
use crate::store::user_doors::DoorRow;
use crate::store::{tries, user_doors, user_factors, users};

/// 160 bits, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;
const DIGITS: usize = 6;
const RECOVERY_CODES: usize = 10;

/// What is asked after the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    Mail,
    Authenticator,
}

/// How the caller's second factor stands.
pub enum SecondFactor {
    Mail,
    /// An app is to be confirmed: what it is told, as `otpauth:` URI and as text.
    Begun {
        uri: Zeroizing<String>,
        secret: Zeroizing<String>,
    },
    Authenticator {
        recovery_codes: u32,
    },
}

/// By what somebody went through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Code,
    RecoveryCode,
}

impl App {
    /// How the caller's second factor stands. `issuer` is what an app shows beside the code.
    pub async fn second_factor(self: &Arc<Self>, caller: &UserCaller, issuer: &str) -> Answer<SecondFactor> {
        let user = caller.user.clone();
        let found = self.read(move |db| Ok((user_factors::get(db, &user)?, user_factors::codes_left(db, &user)?)));
        let (row, recovery_codes) = found.await?;
        match (row.sealed, row.fresh) {
            (Some(_), _) => Ok(SecondFactor::Authenticator { recovery_codes }),
            (None, None) => Ok(SecondFactor::Mail),
            (None, Some(sealed)) => {
                let secret = self.users.unseal(&caller.user, &sealed)?;
                // A colon parts issuer and name in the URI.
                let plain = |text: &str| text.replace(':', " ");
                let named = Builder::new().with_account_name(plain(caller.email())).with_issuer(Some(plain(issuer)));
                let totp = totp(named, &secret)?;
                let uri = Zeroizing::new(totp.to_url().map_err(|_| Refusal::internal("no otpauth URI"))?);
                Ok(SecondFactor::Begun { uri, secret: Zeroizing::new(totp.secret().to_base32()) })
            }
        }
    }

    /// Draws a secret for an app. Nothing asks for it before it is confirmed.
    pub async fn begin_authenticator(self: &Arc<Self>, caller: UserCaller) -> Answer<()> {
        // Whoever signs in at their own company is asked for nothing of ours.
        if caller.by_company() {
            return Err(Refusal::new(Code::Conflict));
        }
        let mut secret = Zeroizing::new([0; SECRET_BYTES]);
        self.dice.fill(secret.as_mut_slice())?;
        let sealed = self.users.seal(self.dice.as_ref(), &caller.user, secret.as_slice())?;
        let done = self.commit(move |work| {
            if user_factors::get(work.tx, &caller.user)?.sealed.is_some() {
                return Err(Refusal::new(Code::Conflict));
            }
            user_factors::begin(work.tx, &caller.user, &sealed)?;
            Ok((Vec::new(), ()))
        });
        done.await.map(|_| ())
    }

    /// Asks for the app from now on, since it shows the right code; and gives recovery codes, shown once.
    pub async fn confirm_authenticator(self: &Arc<Self>, caller: UserCaller, code: &str) -> Answer<Vec<Secret>> {
        let (codes, hashes) = self.draw_recovery_codes()?;
        let (app, given) = (Arc::clone(self), plain(code));
        let done = self.commit(move |work| {
            let row = user_factors::get(work.tx, &caller.user)?;
            let (None, Some(sealed)) = (row.sealed, row.fresh) else { return Err(Refusal::new(Code::Conflict)) };
            let totp = totp(Builder::new(), &app.users.unseal(&caller.user, &sealed)?)?;
            let step = totp.check(&given, seconds(work.now)).ok_or(Refusal::new(Code::CodeRefused))?;
            user_factors::confirm(work.tx, &caller.user, step)?;
            user_factors::put_codes(work.tx, &caller.user, &hashes)?;
            // Whatever waits for a mail was begun under the other factor.
            user_doors::take_all(work.tx, &caller.user)?;
            mails::keep(work, &caller.user, &About::SecondFactor { app: true })?;
            Ok((Vec::new(), ()))
        });
        done.await?;
        self.users.ring();
        Ok(codes)
    }

    /// Gives new recovery codes in place of the old ones, for a code.
    pub async fn renew_recovery_codes(self: &Arc<Self>, caller: UserCaller, code: &str) -> Answer<Vec<Secret>> {
        let (codes, hashes) = self.draw_recovery_codes()?;
        self.with_code(caller, code, move |work, user| {
            user_factors::put_codes(work.tx, user, &hashes)?;
            mails::keep(work, user, &About::RecoveryCodesMade)
        })
        .await?;
        Ok(codes)
    }

    /// Asks by mail again, for a code.
    pub async fn remove_authenticator(self: &Arc<Self>, caller: UserCaller, code: &str) -> Answer<()> {
        self.with_code(caller, code, |work, user| {
            user_factors::remove(work.tx, user)?;
            user_doors::take_all(work.tx, user)?;
            mails::keep(work, user, &About::SecondFactor { app: false })
        })
        .await
    }

    /// Goes through by the app's code, or by a recovery code, in the browser that asked. A few wrong ones shut the
    /// door, and each counts against the address.
    pub async fn pass_by_authenticator(
        self: &Arc<Self>,
        code: &str,
        browser: Option<Secret>,
        network: &str,
        agent: String,
    ) -> Answer<(Passed, Shown)> {
        let (door, shown) = self.door_by_authenticator(code, browser, network).await?;
        let passed = self.pass(door, agent).await?;
        self.users.ring();
        Ok((passed, shown))
    }

    /// The door that this browser began and a code of the app, or a recovery code, opens.
    pub(super) async fn door_by_authenticator(
        self: &Arc<Self>,
        code: &str,
        browser: Option<Secret>,
        network: &str,
    ) -> Answer<(DoorRow, Shown)> {
        let gone = || Refusal::new(Code::CeremonyGone);
        let hash = hash_secret(&browser.ok_or_else(gone)?.0);
        let found = self.read(move |db| {
            let Some(door) = user_doors::by_browser(db, &hash)? else { return Ok(None) };
            Ok(users::get(db, &door.user)?.map(|user| (door, user)))
        });
        let (door, user) = found.await?.ok_or_else(gone)?;
        let door = self.standing(Some(door))?;
        let counted = [whose("address", &user.email), whose("network", network)];
        self.not_too_often(counted).await?;
        let (app, given) = (Arc::clone(self), code.to_owned());
        let done = self.commit(move |work| {
            let door = user_doors::get(work.tx, door.id)?.filter(|door| door.tries < MOST_CODES).ok_or_else(gone)?;
            let shown = app.show(work, &door.user, &given)?;
            if shown.is_none() {
                user_doors::failed(work.tx, door.id)?;
                counted.iter().try_for_each(|whose| tries::add(work.tx, whose, work.now))?;
            }
            Ok((Vec::new(), (door, shown)))
        });
        let (door, shown) = done.await?.value;
        Ok((door, shown.ok_or(Refusal::new(Code::CodeRefused))?))
    }

    /// Does `what` for whoever shows a code. Wrong ones count against the address, as at the door.
    async fn with_code(
        self: &Arc<Self>,
        caller: UserCaller,
        code: &str,
        what: impl FnOnce(&Work<'_>, &UserId) -> Answer<()> + Send + 'static,
    ) -> Answer<()> {
        let address = whose("address", caller.email());
        self.not_too_often([address, address]).await?;
        let (app, given) = (Arc::clone(self), code.to_owned());
        let done = self.commit(move |work| {
            let shown = app.show(work, &caller.user, &given)?.is_some();
            if shown {
                what(work, &caller.user)?;
            } else {
                tries::add(work.tx, &address, work.now)?;
            }
            Ok((Vec::new(), shown))
        });
        let shown = done.await?.value;
        self.users.ring();
        if shown { Ok(()) } else { Err(Refusal::new(Code::CodeRefused)) }
    }

    /// Whether `given` is a code of `user`'s. It serves by being asked about, and then never again.
    fn show(&self, work: &Work<'_>, user: &UserId, given: &str) -> Answer<Option<Shown>> {
        let Some(sealed) = user_factors::get(work.tx, user)?.sealed else { return Ok(None) };
        let digits = plain(given);
        if digits.len() == DIGITS {
            let totp = totp(Builder::new(), &self.users.unseal(user, &sealed)?)?;
            let Some(step) = totp.check(&digits, seconds(work.now)) else { return Ok(None) };
            return Ok(user_factors::serve(work.tx, user, step)?.then_some(Shown::Code));
        }
        if !user_factors::take_code(work.tx, user, &hash_code(given))? {
            return Ok(None);
        }
        let left = user_factors::codes_left(work.tx, user)?;
        mails::keep(work, user, &About::RecoveryCodeUsed { left })?;
        Ok(Some(Shown::RecoveryCode))
    }

    fn draw_recovery_codes(&self) -> Answer<(Vec<Secret>, Vec<Hash>)> {
        let drawn: Vec<_> = (0..RECOVERY_CODES).map(|_| self.draw_recovery_code()).collect::<Answer<_>>()?;
        Ok(drawn.into_iter().unzip())
    }
}

impl Users {
    /// What `user` is asked for after their password.
    pub(super) fn asks(work: &Work<'_>, user: &UserId) -> Answer<Factor> {
        let app = user_factors::get(work.tx, user)?.sealed.is_some();
        Ok(if app { Factor::Authenticator } else { Factor::Mail })
    }
}

/// Six digits, thirty seconds, one step of skew: what every app does.
fn totp(builder: Builder, secret: &[u8]) -> Answer<Totp> {
    let builder = builder.with_secret(totp_rs::Secret::new(secret.into())).with_skew(1);
    builder.build().map_err(|_| Refusal::internal("no authenticator of a kept secret"))
}

/// What was typed, without the blanks between.
fn plain(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace()).collect()
}

fn seconds(at: UnixMs) -> u64 {
    u64::try_from(at.0 / 1_000).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use totp_rs::Algorithm;

    use super::*;

    /// RFC 6238, appendix B, of which an app shows the last six digits.
    #[test]
    fn the_vectors_of_rfc_6238() {
        let secret = b"12345678901234567890";
        for (at, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            let long = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(8);
            assert_eq!(totp(long, secret).unwrap().generate(at).to_string(), code);
            let ours = totp(Builder::new(), secret).unwrap();
            assert_eq!(ours.check(&code[2..], at), Some(at / 30));
            assert_eq!(ours.check(&code[2..], at + 30), Some(at / 30));
            assert_eq!(ours.check(&code[2..], at + 60), None);
        }
    }
}
