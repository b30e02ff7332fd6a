//! A key that does as it is told, for whoever has its PIN. NO SECURITY: it signs nothing.

use std::sync::{Arc, Mutex};

use doorward_client::{
    keys::{KeyDriver, KeyFault, KeyState, KeyUi, RegisterAsk, SignAsk, Signed, Unavailable},
    seal::Secret32,
};
use futures::future::BoxFuture;
use secrecy::ExposeSecret;
use serde_json::json;
use webauthn_rs_proto::{PublicKeyCredential, RegisterPublicKeyCredential};

/// What a key says that it made: authenticator data, and in it its model's number.
const MADE: &str = "oWhhdXRoRGF0YVg1AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABBAAAAABAREhMUFRYXGBkaGxwdHh8";

/// A key whose PIN is 1234, and which is touched by itself. Whoever holds it may change it for another.
#[derive(Clone)]
pub struct FakeKey(pub(super) Arc<Mutex<Held>>);

/// The key that is plugged in.
#[derive(Clone)]
pub(super) struct Held {
    pub credential: Vec<u8>,
    pub secret: Option<[u8; 32]>,
}

impl FakeKey {
    /// Asks for the PIN until it is right, and for a touch.
    async fn touched(mut ui: KeyUi) -> Result<(), KeyFault> {
        let (mut left, mut wrong) = (8_u8, false);
        loop {
            match ui.pin(Some(left), wrong).await?.expose_secret() {
                "1234" => break,
                "pulled out" => {
                    ui.say(KeyState::Unplugged);
                    (left, wrong) = (8, false);
                }
                "new" => {
                    while ui.first_pin(6, false).await?.expose_secret().len() < 6 {}
                    break;
                }
                "gone" => return Err(KeyFault::Unplugged),
                "forbidden" => return Err(KeyFault::Unavailable(Unavailable::Permission)),
                "blocked" => return Err(KeyFault::PinBlocked { until_replug: false }),
                _ => (left, wrong) = (left - 1, true),
            }
        }
        ui.say(KeyState::Touch);
        Ok(())
    }
}

impl KeyDriver for FakeKey {
    fn register(
        &self,
        _ask: RegisterAsk,
        ui: KeyUi,
    ) -> BoxFuture<'static, Result<RegisterPublicKeyCredential, KeyFault>> {
        Box::pin(async move {
            Self::touched(ui).await?;
            let response = json!({ "attestationObject": MADE, "clientDataJSON": "AQ" });
            Ok(serde_json::from_value(json!({ "id": "k", "rawId": "AQ", "type": "public-key", "response": response }))
                .unwrap())
        })
    }

    fn sign(&self, ask: SignAsk, ui: KeyUi) -> BoxFuture<'static, Result<Signed, KeyFault>> {
        let held = self.0.lock().unwrap().clone();
        Box::pin(async move {
            Self::touched(ui).await?;
            let allowed = &ask.options.allow_credentials;
            if !allowed.is_empty() && !allowed.iter().any(|allowed| allowed.id == held.credential) {
                return Err(KeyFault::NotThisKey);
            }
            let response = json!({ "authenticatorData": "AQ", "clientDataJSON": "AQ", "signature": "AQ" });
            let made = json!({ "id": "k", "rawId": "AQ", "type": "public-key", "response": response });
            let credential = PublicKeyCredential { raw_id: held.credential, ..serde_json::from_value(made).unwrap() };
            let secret = held.secret.filter(|_| ask.secret_for.is_some()).map(Secret32::new);
            Ok(Signed { credential, secret })
        })
    }
}
