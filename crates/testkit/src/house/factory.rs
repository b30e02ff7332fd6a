//! Software keys of the house, and fingers that type their PIN. NO SECURITY.

use doorward_client::keys::{KeyDriver, KeyFault, KeyState, RegisterAsk, SignAsk, key_talk};
use doorward_core::wire::WebAuthnJson;
use futures::future::BoxFuture;
use secrecy::SecretString;

use super::Fallible;
use crate::softkey::SoftKey;

/// The PIN of every software key in a house.
pub const PIN: &str = "2468";

/// A software key with a person who types its PIN whenever it is asked for.
#[derive(Clone)]
pub struct TestKey(SoftKey);

impl From<SoftKey> for TestKey {
    fn from(key: SoftKey) -> Self {
        Self(key)
    }
}

impl TestKey {
    /// Answers a ceremony that enrols it.
    pub async fn register(&self, options: &WebAuthnJson) -> Fallible<WebAuthnJson> {
        let ask = RegisterAsk::from_json(&options.0)?;
        let answer = typed(|ui| self.0.register(ask, ui)).await?;
        Ok(WebAuthnJson(serde_json::to_value(answer)?))
    }

    /// Answers a ceremony that asks for a touch.
    pub async fn touch(&self, options: &WebAuthnJson) -> Fallible<WebAuthnJson> {
        let ask = SignAsk::from_json(&options.0)?;
        let answer = typed(|ui| self.0.authenticate(ask, ui)).await?;
        Ok(WebAuthnJson(serde_json::to_value(answer)?))
    }
}

/// A ceremony during which somebody types the PIN.
async fn typed<T>(
    ceremony: impl FnOnce(doorward_client::keys::KeyUi) -> BoxFuture<'static, Result<T, KeyFault>>,
) -> Result<T, KeyFault> {
    let (ui, mut talk) = key_talk();
    let typing = async {
        while let Some(state) = talk.states.recv().await {
            if matches!(state, KeyState::EnterPin { .. }) && talk.pins.send(SecretString::from(PIN)).await.is_err() {
                break;
            }
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        answer = ceremony(ui) => answer,
        () = typing => Err(KeyFault::Cancelled),
    }
}
