//! The software key against a relying party as the server is one: what a right key may do, and what every other may not.

use std::time::Duration;

use doorward_client::keys::{KeyDriver, KeyFault, KeySite, KeyState, KeyTalk, KeyUi, RegisterAsk, SignAsk, key_talk};
use secrecy::SecretString;
use serde_json::to_value;
use webauthn_rs::{
    Webauthn, WebauthnBuilder,
    prelude::{AttestationCaList, AttestationCaListBuilder, AttestedPasskey, Url, Uuid, WebauthnError},
};

use super::{Manners, SoftBatch, SoftKey, SoftKeyFault};

const PIN: &str = "271828";
const SOON: Duration = Duration::from_millis(50);

fn site() -> KeySite {
    KeySite { rp_id: "doorward.test".to_owned(), origin: "https://doorward.test".to_owned() }
}

/// A relying party that trusts one batch.
struct Party {
    webauthn: Webauthn,
    trusted: AttestationCaList,
}

impl Party {
    fn trusting(batch: &SoftBatch) -> Self {
        let mut list = AttestationCaListBuilder::new();
        let model = batch.aaguid().parse().unwrap();
        list.insert_device_pem(batch.ca_pem().as_bytes(), model, "Soft".to_owned(), Default::default()).unwrap();
        let origin = Url::parse(&site().origin).unwrap();
        let webauthn = WebauthnBuilder::new("doorward.test", &origin).unwrap().build().unwrap();
        Self { webauthn, trusted: list.build() }
    }

    async fn enrol(&self, key: &SoftKey) -> Result<AttestedPasskey, Refused> {
        let (options, state) = self
            .webauthn
            .start_attested_passkey_registration(Uuid::nil(), "ada", "Ada", None, self.trusted.clone(), None)
            .unwrap();
        let ask = RegisterAsk::from_json(&to_value(options).unwrap()).unwrap();
        let made = key.register(ask, typing(&[PIN])).await.map_err(Refused::ByKey)?;
        self.webauthn.finish_attested_passkey_registration(&made, &state).map_err(Refused::ByServer)
    }

    /// Signs in, and gives the key's counter.
    async fn sign_in(&self, key: &SoftKey, passkey: &AttestedPasskey, ui: KeyUi) -> Result<u32, Refused> {
        let (options, state) =
            self.webauthn.start_attested_passkey_authentication(std::slice::from_ref(passkey)).unwrap();
        let ask = SignAsk::from_json(&to_value(options).unwrap()).unwrap();
        let answer = key.authenticate(ask, ui).await.map_err(Refused::ByKey)?;
        let result =
            self.webauthn.finish_attested_passkey_authentication(&answer, &state).map_err(Refused::ByServer)?;
        assert!(result.user_verified());
        Ok(result.counter())
    }

    fn sign_ask(&self, passkey: &AttestedPasskey) -> SignAsk {
        let (options, _) = self.webauthn.start_attested_passkey_authentication(std::slice::from_ref(passkey)).unwrap();
        SignAsk::from_json(&to_value(options).unwrap()).unwrap()
    }
}

#[derive(Debug)]
enum Refused {
    ByKey(KeyFault),
    ByServer(WebauthnError),
}

/// A person who types these PINs, one each time one is asked for, and then goes away.
fn typing(pins: &[&str]) -> KeyUi {
    person(pins).0
}

fn person(pins: &[&str]) -> (KeyUi, tokio::task::JoinHandle<Vec<KeyState>>) {
    let (ui, KeyTalk { mut states, pins: typed, cancel: _ }) = key_talk();
    let mut pins: Vec<SecretString> = pins.iter().rev().map(|pin| (*pin).into()).collect();
    let seen = tokio::spawn(async move {
        let mut seen = Vec::new();
        while let Some(state) = states.recv().await {
            seen.push(state);
            if let KeyState::EnterPin { .. } = state {
                let Some(pin) = pins.pop() else { break };
                typed.send(pin).await.unwrap();
            }
        }
        seen
    });
    (ui, seen)
}

fn batch_and_key() -> (SoftBatch, SoftKey) {
    let batch = SoftBatch::make().unwrap();
    let key = batch.key(site(), Some(PIN.into()), Manners::default()).unwrap();
    (batch, key)
}

fn asked(left: Option<u8>, wrong: bool) -> KeyState {
    KeyState::EnterPin { retries_left: left, wrong_before: wrong }
}

#[tokio::test]
async fn a_key_enrols_and_signs_in_with_its_pin() {
    let (batch, key) = batch_and_key();
    let party = Party::trusting(&batch);
    let passkey = party.enrol(&key).await.unwrap();
    let (ui, seen) = person(&[PIN]);
    let first = party.sign_in(&key, &passkey, ui).await.unwrap();
    assert_eq!(seen.await.unwrap(), [asked(None, false), KeyState::Touch]);
    assert!(party.sign_in(&key, &passkey, typing(&[PIN])).await.unwrap() > first, "the counter goes up");
}

#[tokio::test]
async fn a_key_survives_in_its_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("danger-soft-key.json");
    let batch = SoftBatch::make().unwrap();
    let party = Party::trusting(&batch);
    let key = batch.key_in(&file, site(), Some(PIN.into()), Manners::default()).unwrap();
    let passkey = party.enrol(&key).await.unwrap();
    let before = party.sign_in(&key, &passkey, typing(&[PIN])).await.unwrap();
    let wrong = party.sign_in(&key, &passkey, typing(&["0"])).await;
    assert!(matches!(wrong, Err(Refused::ByKey(KeyFault::Cancelled))), "{wrong:?}");
    drop(key);
    let key = SoftKey::open(&file, site(), Manners::default()).unwrap();
    let (ui, seen) = person(&["0", PIN]);
    assert!(party.sign_in(&key, &passkey, ui).await.unwrap() > before, "the counter is kept");
    assert_eq!(seen.await.unwrap(), [asked(None, false), asked(Some(6), true), KeyState::Touch], "tries are kept");
}

#[test]
fn a_file_that_does_not_say_danger_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (batch, file) = (SoftBatch::make().unwrap(), dir.path().join("key.json"));
    let made = batch.key_in(&file, site(), None, Manners::default());
    assert!(matches!(made, Err(SoftKeyFault::Name(_))));
    assert!(!file.exists());
    std::fs::write(&file, "{}").unwrap();
    assert!(matches!(SoftKey::open(&file, site(), Manners::default()), Err(SoftKeyFault::Name(_))));
}

#[tokio::test]
async fn a_key_of_another_ca_is_refused() {
    let (batch, _) = batch_and_key();
    let (_, foreign) = batch_and_key();
    let refused = Party::trusting(&batch).enrol(&foreign).await;
    assert!(matches!(refused, Err(Refused::ByServer(_))), "{refused:?}");
}

#[tokio::test]
async fn an_answer_for_another_origin_is_refused() {
    let (batch, key) = batch_and_key();
    let party = Party::trusting(&batch);
    let passkey = party.enrol(&key).await.unwrap();
    let elsewhere = KeySite { origin: "https://evil.test".to_owned(), ..site() };
    let refused = party.sign_in(&key.at(elsewhere, Manners::default()), &passkey, typing(&[PIN])).await;
    assert!(matches!(refused, Err(Refused::ByServer(WebauthnError::InvalidRPOrigin))), "{refused:?}");
}

#[tokio::test]
async fn options_of_another_relying_party_never_reach_the_key() {
    let (batch, key) = batch_and_key();
    let party = Party::trusting(&batch);
    let passkey = party.enrol(&key).await.unwrap();
    let mut ask = party.sign_ask(&passkey);
    ask.options.rp_id = "evil.test".to_owned();
    let (ui, seen) = person(&[PIN]);
    assert_eq!(key.authenticate(ask, ui).await.unwrap_err(), KeyFault::WrongRp);
    assert_eq!(seen.await.unwrap(), [], "nobody is asked for a PIN");
}

#[tokio::test]
async fn a_key_that_verifies_nobody_is_refused() {
    let (batch, key) = batch_and_key();
    let party = Party::trusting(&batch);
    let passkey = party.enrol(&key).await.unwrap();
    let careless = key.at(site(), Manners { verifies: false, ..Manners::default() });
    let refused = party.sign_in(&careless, &passkey, typing(&[PIN])).await;
    assert!(matches!(refused, Err(Refused::ByServer(WebauthnError::UserNotVerified))), "{refused:?}");
    assert!(matches!(party.enrol(&careless).await, Err(Refused::ByServer(_))));
}

#[tokio::test]
async fn wrong_pins_count_down_and_block() {
    let (batch, key) = batch_and_key();
    let party = Party::trusting(&batch);
    let passkey = party.enrol(&key).await.unwrap();
    let try_wrong = async |pins: &[&str]| {
        let (ui, seen) = person(pins);
        let fault = key.authenticate(party.sign_ask(&passkey), ui).await.unwrap_err();
        (fault, seen.await.unwrap())
    };
    let (until_replug, for_good) =
        (KeyFault::PinBlocked { until_replug: true }, KeyFault::PinBlocked { until_replug: false });
    let counted = vec![asked(None, false), asked(Some(7), true), asked(Some(6), true)];
    assert_eq!(try_wrong(&["1", "2", "3"]).await, (until_replug, counted));
    assert_eq!(try_wrong(&[PIN]).await, (until_replug, vec![]), "the right one comes too late");
    key.replug();
    assert_eq!(try_wrong(&["4", "5", "6"]).await.0, until_replug);
    key.replug();
    assert_eq!(try_wrong(&["7", "8"]).await.0, for_good);
    key.replug();
    assert_eq!(try_wrong(&[PIN]).await, (for_good, vec![]));
}

#[tokio::test]
async fn the_right_pin_forgives_the_wrong_ones() {
    let (batch, key) = batch_and_key();
    let party = Party::trusting(&batch);
    let passkey = party.enrol(&key).await.unwrap();
    for _ in 0..5 {
        party.sign_in(&key, &passkey, typing(&["0", "1", PIN])).await.unwrap();
    }
}

#[tokio::test]
async fn a_key_without_a_pin_says_so_first() {
    let (batch, key) = batch_and_key();
    let party = Party::trusting(&batch);
    let passkey = party.enrol(&key).await.unwrap();
    let fresh = batch.key(site(), None, Manners::default()).unwrap();
    let (ui, seen) = person(&[PIN]);
    assert_eq!(fresh.authenticate(party.sign_ask(&passkey), ui).await.unwrap_err(), KeyFault::NoPinSet);
    assert_eq!(seen.await.unwrap(), []);
}

#[tokio::test]
async fn a_new_key_is_enrolled_with_a_first_pin_that_it_keeps() {
    let (batch, _) = batch_and_key();
    let party = Party::trusting(&batch);
    let fresh = batch.key(site(), None, Manners::default()).unwrap();
    let (ui, KeyTalk { mut states, pins, cancel: _ }) = key_talk();
    let (options, state) = party
        .webauthn
        .start_attested_passkey_registration(Uuid::nil(), "ada", "Ada", None, party.trusted.clone(), None)
        .unwrap();
    let ask = RegisterAsk::from_json(&to_value(options).unwrap()).unwrap();
    let made = tokio::spawn(fresh.register(ask, ui));
    let chosen = |refused| Some(KeyState::ChoosePin { min_length: 4, refused });
    assert_eq!(states.recv().await, chosen(false));
    pins.send("123".into()).await.unwrap();
    assert_eq!(states.recv().await, chosen(true));
    pins.send("314159".into()).await.unwrap();
    assert_eq!(states.recv().await, Some(KeyState::Touch), "it was given, and is not asked for again");
    let made = made.await.unwrap().unwrap();
    let passkey = party.webauthn.finish_attested_passkey_registration(&made, &state).unwrap();
    assert!(party.sign_in(&fresh, &passkey, typing(&["314159"])).await.is_ok());
}

#[tokio::test]
async fn a_key_that_is_pulled_out_says_so_and_all_begins_anew_when_it_is_back() {
    let (batch, key) = batch_and_key();
    let party = Party::trusting(&batch);
    let passkey = party.enrol(&key).await.unwrap();
    key.pull_out();
    let (ui, KeyTalk { mut states, pins, cancel }) = key_talk();
    let signing = tokio::spawn(key.authenticate(party.sign_ask(&passkey), ui));
    assert_eq!(states.recv().await, Some(KeyState::InsertKey));
    key.plug_in();
    assert_eq!(states.recv().await, Some(asked(None, false)));
    key.pull_out();
    assert_eq!(states.recv().await, Some(KeyState::Unplugged));
    key.plug_in();
    assert_eq!(states.recv().await, Some(asked(None, false)));
    pins.send(PIN.into()).await.unwrap();
    assert!(signing.await.unwrap().is_ok());
    key.pull_out();
    let (ui, mut talk) = key_talk();
    let signing = tokio::spawn(key.authenticate(party.sign_ask(&passkey), ui));
    assert_eq!(talk.states.recv().await, Some(KeyState::InsertKey));
    talk.cancel.cancel();
    assert_eq!(signing.await.unwrap().unwrap_err(), KeyFault::Cancelled);
    drop(cancel);
}

#[tokio::test]
async fn a_key_without_the_credential_says_so_after_the_touch() {
    let (batch, key) = batch_and_key();
    let party = Party::trusting(&batch);
    let passkey = party.enrol(&key).await.unwrap();
    let other = batch.key(site(), Some(PIN.into()), Manners::default()).unwrap();
    let (ui, seen) = person(&[PIN]);
    assert_eq!(other.authenticate(party.sign_ask(&passkey), ui).await.unwrap_err(), KeyFault::NotThisKey);
    assert_eq!(seen.await.unwrap(), [asked(None, false), KeyState::Touch]);
}

#[tokio::test]
async fn a_key_is_enrolled_once() {
    let (batch, key) = batch_and_key();
    let party = Party::trusting(&batch);
    let others = vec![party.enrol(&key).await.unwrap().cred_id().clone()];
    let (options, _) = party
        .webauthn
        .start_attested_passkey_registration(Uuid::nil(), "ada", "Ada", Some(others), party.trusted.clone(), None)
        .unwrap();
    let ask = RegisterAsk::from_json(&to_value(options).unwrap()).unwrap();
    assert_eq!(key.register(ask, typing(&[PIN])).await.unwrap_err(), KeyFault::AlreadyEnrolled);
}

#[tokio::test]
async fn cancelling_ends_a_ceremony_at_the_pin_and_at_the_touch() {
    let (batch, key) = batch_and_key();
    let party = Party::trusting(&batch);
    let passkey = party.enrol(&key).await.unwrap();
    let untouched = key.at(site(), Manners { touched_after: None, ..Manners::default() });
    for pins in [vec![], vec![PIN]] {
        let (ui, mut talk) = key_talk();
        let running = tokio::spawn(untouched.authenticate(party.sign_ask(&passkey), ui));
        assert_eq!(talk.states.recv().await, Some(asked(None, false)));
        for pin in pins {
            talk.pins.send(pin.into()).await.unwrap();
            assert_eq!(talk.states.recv().await, Some(KeyState::Touch));
        }
        talk.cancel.cancel();
        assert_eq!(running.await.unwrap().unwrap_err(), KeyFault::Cancelled);
    }
}

#[tokio::test]
async fn nobody_is_waited_for_for_ever() {
    let (batch, key) = batch_and_key();
    let party = Party::trusting(&batch);
    let passkey = party.enrol(&key).await.unwrap();
    let untouched = key.at(site(), Manners { touched_after: None, ..Manners::default() });
    let ask = SignAsk { patience: SOON, ..party.sign_ask(&passkey) };
    assert_eq!(untouched.authenticate(ask, typing(&[PIN])).await.unwrap_err(), KeyFault::TimedOut);
}

#[tokio::test]
async fn the_secret_of_a_credential_is_the_same_each_time_and_another_for_each_purpose_and_key() {
    let batch = SoftBatch::make().unwrap();
    let party = Party::trusting(&batch);
    let folder = tempfile::tempdir().unwrap();
    let (file, manners) = (folder.path().join("danger-key"), Manners::default());
    let key = batch.key_in(&file, site(), Some(PIN.into()), manners).unwrap();
    let passkey = party.enrol(&key).await.unwrap();
    let secret = async |key: &SoftKey, passkey: &AttestedPasskey, purpose| {
        let ask = party.sign_ask(passkey).with_secret_for(purpose);
        let signed = key.sign(ask, typing(&[PIN])).await.unwrap();
        let told = to_value(&signed.credential.extensions).unwrap();
        assert_eq!(told["hmac_get_secret"], serde_json::Value::Null, "the server is told nothing of it");
        signed.secret.map(|secret| *secret.expose())
    };
    let first = secret(&key, &passkey, "a").await;
    assert!(first.is_some());
    assert_eq!(secret(&SoftKey::open(&file, site(), manners).unwrap(), &passkey, "a").await, first);
    assert_ne!(secret(&key, &passkey, "b").await, first);
    let other = batch.key(site(), Some(PIN.into()), manners).unwrap();
    let others = party.enrol(&other).await.unwrap();
    assert_ne!(secret(&other, &others, "a").await, first);
    let without = key.at(site(), Manners { secrets: false, ..manners });
    assert_eq!(secret(&without, &passkey, "a").await, None);
    let asked_nothing = key.sign(party.sign_ask(&passkey), typing(&[PIN])).await.unwrap();
    assert!(asked_nothing.secret.is_none());
}
