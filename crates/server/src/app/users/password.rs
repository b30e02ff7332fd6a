//! Passwords: argon2id behind a semaphore, a pepper from the server's secret, and whether they will hold: what guessers try
//! first is refused (see `blocklist`), and so is what they soon guess.

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::{
    super::{Answer, App, Refusal},
    blocklist,
};

/// Shortest and longest password, in characters and bytes. Longer ones are guessed at no longer (NIST SP 800-63B-4).
const SHORTEST: usize = 10;
const LONGEST: usize = 256;
/// The least score of zxcvbn, of 0 to 4, that is taken.
const LEAST_SCORE: u8 = 3;
/// How many passwords are hashed at once: each takes its memory.
const AT_ONCE: usize = 2;

/// How hard a password is to hash (RFC 9106): memory in KiB, and passes over it.
#[derive(Debug, Clone, Copy)]
pub struct Hardness {
    pub kib: u32,
    pub passes: u32,
}

impl Default for Hardness {
    /// OWASP's least: 19 MiB, two passes, one lane.
    fn default() -> Self {
        Self { kib: 19_456, passes: 2 }
    }
}

pub(super) struct Passwords {
    pepper: Zeroizing<[u8; 32]>,
    hardness: Hardness,
    gate: Arc<Semaphore>,
}

impl Passwords {
    pub(super) fn new(secret: &[u8; 32], hardness: Hardness) -> Self {
        Self { pepper: Zeroizing::new(*secret), hardness, gate: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    fn argon(&self) -> Answer<Argon2<'_>> {
        let params = Params::new(self.hardness.kib, self.hardness.passes, 1, None).map_err(Refusal::internal)?;
        Argon2::new_with_secret(self.pepper.as_slice(), Algorithm::Argon2id, Version::V0x13, params)
            .map_err(Refusal::internal)
    }
}

impl App {
    /// Whether `password` is the one of `phc`. Where there is none, as much is computed and the answer is no.
    pub(super) async fn password_fits(
        self: &Arc<Self>,
        phc: Option<String>,
        password: Zeroizing<String>,
    ) -> Answer<bool> {
        let _turn = self.users.passwords.gate.clone().acquire_owned().await.map_err(Refusal::internal)?;
        self.blocking(move |app| {
            let argon = app.users.passwords.argon()?;
            let Some(phc) = phc.filter(|_| password.len() <= LONGEST) else {
                argon.hash_password_with_salt(b"", &[0; 16]).map_err(Refusal::internal)?;
                return Ok(false);
            };
            let kept = PasswordHash::new(&phc).map_err(Refusal::internal)?;
            Ok(argon.verify_password(password.as_bytes(), &kept).is_ok())
        })
        .await
    }

    /// The PHC string to keep of `password`, where it will hold. `names` are those close to the user.
    pub(super) async fn hash_new_password(
        self: &Arc<Self>,
        password: Zeroizing<String>,
        names: Vec<String>,
    ) -> Answer<String> {
        if password.chars().count() < SHORTEST {
            return Err(Refusal::bad("password-short"));
        }
        if password.len() > LONGEST {
            return Err(Refusal::bad("password-long"));
        }
        if blocklist::is_common(&password) {
            return Err(Refusal::bad("password-common"));
        }
        if blocklist::is_made_of(&password, &names) {
            return Err(Refusal::bad("password-names"));
        }
        let mut salt = [0; 16];
        self.dice.fill(&mut salt)?;
        let _turn = self.users.passwords.gate.clone().acquire_owned().await.map_err(Refusal::internal)?;
        self.blocking(move |app| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            if u8::from(zxcvbn::zxcvbn(&password, &names).score()) < LEAST_SCORE {
                return Err(Refusal::bad("password-weak"));
            }
            let argon = app.users.passwords.argon()?;
            let hash = argon.hash_password_with_salt(password.as_bytes(), &salt).map_err(Refusal::internal)?;
            Ok(hash.to_string())
        })
        .await
    }
}
