//! A key in software, for tests and the demo. NO SECURITY: its secrets and its PIN lie open in a file, and nobody touches it.
//!
//! It takes the production path all the same: attested under a test CA that only a test configuration trusts, PIN asked for and
//! counted as a real key counts, the user verified. It refuses to be kept in a file whose name does not begin with `danger-`.

mod kept;
#[cfg(test)]
mod tests;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use base64::{Engine, engine::general_purpose as base64s};
use doorward_client::keys::{
    KeyDriver, KeyFault, KeySite, KeyState, KeyUi, RegisterAsk, SignAsk, Signed, site::ClientData,
};
use futures::future::BoxFuture;
use secrecy::SecretString;
use serde_json::Value;
use tokio::sync::watch;
use webauthn_authenticator_rs::{
    AuthenticatorBackendHashedClientData,
    softtoken::{AAGUID, SoftToken},
};
use webauthn_rs::prelude::AttestationCaListBuilder;
use webauthn_rs_proto::{RegisterPublicKeyCredential, UserVerificationPolicy};

use kept::{Kept, SHORTEST_PIN};

/// The variable of the environment that names a software key's file.
const NAMED_BY: &str = "DOORWARD_DANGER_SOFT_KEY";

/// Why a software key could not be made, opened or kept.
#[derive(Debug, thiserror::Error)]
pub enum SoftKeyFault {
    #[error("a software key's file is named danger-…, and {0} is not")]
    Name(PathBuf),
    #[error("the software key's file: {0}")]
    File(#[from] std::io::Error),
    #[error("this is no software key")]
    Form,
    #[error("a software key could not be made")]
    Make,
}

/// A batch of software keys: one model under one test CA, from which any number of keys is made.
#[derive(Debug, Clone)]
pub struct SoftBatch {
    blank: Vec<u8>,
    ca_pem: String,
}

/// How a key behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manners {
    /// How long after the key began to blink it is touched; never, where this is missing.
    pub touched_after: Option<Duration>,
    /// Whether the key says that it verified its user. A server must refuse one that does not.
    pub verifies: bool,
    /// Whether it has secrets to give. Some keys have none.
    pub secrets: bool,
}

/// One software key. Clones are the same key.
#[derive(Clone)]
pub struct SoftKey {
    site: KeySite,
    manners: Manners,
    kept: Arc<Mutex<Kept>>,
    plugged: watch::Sender<bool>,
}

/// The key in the file that the environment names, where it names one; touched by itself after a while. NO SECURITY.
pub fn of_the_environment(site: &KeySite, touched_after: Duration) -> Result<Option<Arc<dyn KeyDriver>>, SoftKeyFault> {
    let Some(file) = std::env::var_os(NAMED_BY) else { return Ok(None) };
    let manners = Manners { touched_after: Some(touched_after), ..Manners::default() };
    let key = SoftKey::open(Path::new(&file), site.clone(), manners)?;
    tracing::warn!("danger: a key in software stands in for a hardware key");
    Ok(Some(Arc::new(key)))
}

impl Default for Manners {
    fn default() -> Self {
        Self { touched_after: Some(Duration::ZERO), verifies: true, secrets: true }
    }
}

impl SoftBatch {
    /// A new batch. Its certificates last five days.
    pub fn make() -> Result<Self, SoftKeyFault> {
        let (token, ca) = SoftToken::new(true).map_err(|_| SoftKeyFault::Make)?;
        let mut list = AttestationCaListBuilder::new();
        list.insert_device_x509(ca, AAGUID, "soft".to_owned(), std::collections::BTreeMap::default())
            .map_err(|_| SoftKeyFault::Make)?;
        let list = serde_json::to_value(list.build()).map_err(|_| SoftKeyFault::Make)?;
        let blank = token.to_cbor().map_err(|_| SoftKeyFault::Make)?;
        Ok(Self { blank, ca_pem: pem(&list).ok_or(SoftKeyFault::Make)? })
    }

    /// The batch whose blank key and CA were made elsewhere.
    pub fn of(blank: Vec<u8>, ca_pem: String) -> Result<Self, SoftKeyFault> {
        SoftToken::from_cbor(&blank).map_err(|_| SoftKeyFault::Form)?;
        Ok(Self { blank, ca_pem })
    }

    /// The test CA: whoever trusts it trusts every key of the batch.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The model that the batch's keys attest.
    pub fn aaguid(&self) -> String {
        AAGUID.to_string()
    }

    /// A new key, kept nowhere. Without a PIN it is a key whose PIN was never set.
    pub fn key(&self, site: KeySite, pin: Option<SecretString>, manners: Manners) -> Result<SoftKey, SoftKeyFault> {
        Ok(SoftKey::with(site, manners, Kept::new(&self.blank, pin)?))
    }

    /// A new key, kept in `file` from now on.
    pub fn key_in(
        &self,
        file: &Path,
        site: KeySite,
        pin: Option<SecretString>,
        manners: Manners,
    ) -> Result<SoftKey, SoftKeyFault> {
        let mut kept = Kept::new(&self.blank, pin)?;
        kept.keep_in(file)?;
        Ok(SoftKey::with(site, manners, kept))
    }
}

/// The list's only certificate, in PEM.
fn pem(list: &Value) -> Option<String> {
    let ca = list.pointer("/cas")?.as_object()?.values().next()?.get("ca")?.as_str()?;
    let text = base64s::STANDARD.encode(base64s::URL_SAFE_NO_PAD.decode(ca).ok()?);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    Some(format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n")))
}

impl SoftKey {
    /// The key kept in `file`: the same credentials, counter, PIN and tries as when it was kept.
    pub fn open(file: &Path, site: KeySite, manners: Manners) -> Result<Self, SoftKeyFault> {
        Ok(Self::with(site, manners, Kept::open(file)?))
    }

    /// The same key on another machine, behaving otherwise.
    pub fn at(&self, site: KeySite, manners: Manners) -> Self {
        Self { site, manners, kept: Arc::clone(&self.kept), plugged: self.plugged.clone() }
    }

    /// Takes the key out and puts it in again.
    pub fn replug(&self) {
        self.pull_out();
        self.plug_in();
    }

    /// Takes the key out: whoever asks it for something waits until it is back.
    pub fn pull_out(&self) {
        self.plugged.send_replace(false);
    }

    /// Puts the key in again.
    pub fn plug_in(&self) {
        self.kept().replug();
        self.plugged.send_replace(true);
    }

    fn with(site: KeySite, manners: Manners, kept: Kept) -> Self {
        Self { site, manners, kept: Arc::new(Mutex::new(kept)), plugged: watch::Sender::new(true) }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the PIN given and the key touched; with a key that is pulled out on the way all begins anew once it is back.
    async fn obey(&self, ui: &mut KeyUi, first_pin: bool) -> Result<(), KeyFault> {
        let mut plugged = self.plugged.subscribe();
        let mut missing = KeyState::InsertKey;
        loop {
            if !*plugged.borrow_and_update() {
                ui.say(missing);
                let cancel = ui.cancel().clone();
                tokio::select! {
                    () = cancel.cancelled() => return Err(KeyFault::Cancelled),
                    _ = plugged.wait_for(|there| *there) => {}
                }
            }
            let obeyed = async {
                if first_pin && self.kept().is_new() {
                    self.take_first_pin(ui).await?;
                } else {
                    self.verify(ui).await?;
                }
                self.touch(ui).await
            };
            tokio::select! {
                _ = plugged.wait_for(|there| !*there) => missing = KeyState::Unplugged,
                done = obeyed => return done,
            }
        }
    }

    /// Asks for a first PIN until the key takes one.
    async fn take_first_pin(&self, ui: &mut KeyUi) -> Result<(), KeyFault> {
        let mut refused = false;
        loop {
            let pin = ui.first_pin(SHORTEST_PIN, refused).await?;
            match self.kept().set_pin(pin) {
                Err(KeyFault::PinRefused) => refused = true,
                set => return set,
            }
        }
    }

    /// Asks for the PIN until it is right, as often as the key allows.
    async fn verify(&self, ui: &mut KeyUi) -> Result<(), KeyFault> {
        let (mut left, mut wrong) = (None, false);
        self.kept().may_be_asked()?;
        loop {
            let pin = ui.pin(left, wrong).await?;
            if self.kept().try_pin(&pin)? {
                return Ok(());
            }
            (left, wrong) = (Some(self.kept().retries()), true);
        }
    }

    async fn touch(&self, ui: &KeyUi) -> Result<(), KeyFault> {
        ui.say(KeyState::Touch);
        let cancelled = ui.cancel().cancelled();
        let Some(after) = self.manners.touched_after else {
            cancelled.await;
            return Err(KeyFault::Cancelled);
        };
        match tokio::time::timeout(after, cancelled).await {
            Ok(()) => Err(KeyFault::Cancelled),
            Err(_touched) => Ok(()),
        }
    }

    async fn make(
        self,
        ask: RegisterAsk,
        signed: ClientData,
        mut ui: KeyUi,
    ) -> Result<RegisterPublicKeyCredential, KeyFault> {
        self.obey(&mut ui, true).await?;
        let mut options = ask.options;
        let excluded = options.exclude_credentials.iter().flatten();
        if self.kept().has_any(excluded.map(|credential| credential.id.as_slice())) {
            return Err(KeyFault::AlreadyEnrolled);
        }
        let mut selection = options.authenticator_selection.take().unwrap_or_default();
        selection.user_verification = self.verification();
        options.authenticator_selection = Some(selection);
        self.kept().change(|token| {
            let mut made = token.perform_register(signed.hash.to_vec(), options, 0).ok()?;
            made.response.client_data_json = signed.json;
            Some((made.raw_id.clone(), made))
        })
    }

    async fn answer(self, ask: SignAsk, signed: ClientData, mut ui: KeyUi) -> Result<Signed, KeyFault> {
        self.obey(&mut ui, false).await?;
        let mut options = ask.options;
        if !self.kept().has_any(options.allow_credentials.iter().map(|credential| credential.id.as_slice())) {
            return Err(KeyFault::NotThisKey);
        }
        options.user_verification = self.verification();
        let credential = self.kept().change(|token| {
            let mut answer = token.perform_auth(signed.hash.to_vec(), options, 0).ok()?;
            answer.response.client_data_json = signed.json;
            Some((answer.raw_id.clone(), answer))
        })?;
        let purpose = ask.secret_for.filter(|_| self.manners.secrets);
        let secret = purpose.and_then(|purpose| self.kept().secret(&credential.raw_id, purpose));
        Ok(Signed { credential, secret })
    }

    fn verification(&self) -> UserVerificationPolicy {
        if self.manners.verifies {
            UserVerificationPolicy::Required
        } else {
            UserVerificationPolicy::Discouraged_DO_NOT_USE
        }
    }
}

impl KeyDriver for SoftKey {
    fn register(
        &self,
        ask: RegisterAsk,
        ui: KeyUi,
    ) -> BoxFuture<'static, Result<RegisterPublicKeyCredential, KeyFault>> {
        let key = self.clone();
        Box::pin(async move {
            let (signed, patience) = (key.site.creation(&ask.options)?, ask.patience);
            tokio::time::timeout(patience, key.make(ask, signed, ui)).await.map_err(|_| KeyFault::TimedOut)?
        })
    }

    fn sign(&self, ask: SignAsk, ui: KeyUi) -> BoxFuture<'static, Result<Signed, KeyFault>> {
        let key = self.clone();
        Box::pin(async move {
            let (signed, patience) = (key.site.request(&ask.options)?, ask.patience);
            tokio::time::timeout(patience, key.answer(ask, signed, ui)).await.map_err(|_| KeyFault::TimedOut)?
        })
    }
}
