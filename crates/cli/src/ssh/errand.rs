//! One errand at the server: signed in by the staff key for it, done by a second touch, signed out again whatever came of
//! it.

use std::sync::Arc;

use doorward_client::{
    api::Api,
    config::Config,
    identity::ClientIdentity,
    keys::{KeyDriver, KeyFault, KeyState, KeyTalk, SignAsk, key_talk},
};
use doorward_core::{
    id::CertificateSerial,
    wire::{Answer, BeginIntent, BeginSignIn, ConfirmIntent, Intent, Outcome, WebAuthnJson},
};
use secrecy::SecretString;

use super::{keys, prompt::Prompt, words};
use crate::fault::Fault;

/// A sign-in that serves one errand. Its certificate and its token are in memory alone.
pub struct Errand {
    api: Api,
    token: SecretString,
    keys: Arc<dyn KeyDriver>,
}

impl Errand {
    /// Signs in.
    pub async fn begin(config: &Config, prompt: &Prompt, handle: Option<String>) -> Result<Self, Fault> {
        let refused = |fault: &dyn ToString| Fault::Refused(fault.to_string());
        let identity = ClientIdentity::generate().map_err(|fault| refused(&fault))?;
        let api = Api::new(&config.server, &config.ca, &identity).map_err(|fault| refused(&fault))?;
        let keys = keys::driver(&config.webauthn)?;
        let handle = match handle {
            Some(handle) => handle,
            None => prompt.ask("Handle: ").await?,
        };
        let for_what = format!("to sign in as {}", handle.trim());
        let begun = api.begin_sign_in(&BeginSignIn { handle: handle.trim().to_owned() }).await.map_err(words::of)?;
        let credential = touch(&keys, prompt, &begun.options, &for_what).await?;
        let answer = Answer { ceremony: begun.ceremony, credential };
        let signed_in = api.finish_sign_in(&answer).await.map_err(words::of)?;
        Ok(Self { api, token: SecretString::from(signed_in.token.0), keys })
    }

    /// Does this with the sign-in, and signs out.
    pub async fn end<R>(self, work: impl AsyncFnOnce(&Self) -> R) -> R {
        let done = work(&self).await;
        // Nothing is left open by a sign-in that the server does not hear the end of but the sign-in: it is bound to a
        // certificate that goes with this process.
        let _unheard = self.api.sign_out(&self.token).await;
        done
    }

    /// Revokes a certificate that was just issued and is of no use.
    pub async fn give_back(&self, certificate: CertificateSerial) -> Result<(), Fault> {
        self.api.revoke_own_certificate(&self.token, certificate).await.map_err(words::of)
    }

    /// Has the server do exactly this, by a touch for it.
    pub async fn intend(&self, prompt: &Prompt, intent: Intent, for_what: &str) -> Result<Outcome, Fault> {
        let begun = self.api.begin_intent(&self.token, &BeginIntent { intent }).await.map_err(words::of)?;
        let credential = touch(&self.keys, prompt, &begun.options, for_what).await?;
        let confirm = ConfirmIntent { credential };
        self.api.confirm_intent(&self.token, &begun.ceremony, &confirm).await.map_err(words::of)
    }
}

/// Has the key answer, with its PIN, and tells the person what it waits for.
async fn touch(
    keys: &Arc<dyn KeyDriver>,
    prompt: &Prompt,
    options: &WebAuthnJson,
    for_what: &str,
) -> Result<WebAuthnJson, Fault> {
    let ask = SignAsk::from_json(&options.0).map_err(words::of_key)?;
    let (ui, KeyTalk { mut states, pins, .. }) = key_talk();
    let mut signing = keys.authenticate(ask, ui);
    let credential = loop {
        tokio::select! {
            biased;
            Some(state) = states.recv() => match state {
                KeyState::EnterPin { retries_left, wrong_before } => {
                    let pin = prompt.ask_secretly(&words::pin(retries_left, wrong_before, for_what)).await?;
                    // A key that has let go meanwhile says so by itself.
                    let _gone = pins.send(pin).await;
                }
                // A key without a PIN is none that was enrolled.
                KeyState::ChoosePin { .. } => return Err(words::of_key(KeyFault::NoPinSet)),
                state => prompt.say(&words::state(state, for_what))?,
            },
            done = &mut signing => break done.map_err(words::of_key)?,
        }
    };
    let credential = serde_json::to_value(&credential).map_err(|_| words::of_key(KeyFault::Failed))?;
    Ok(WebAuthnJson(credential))
}
