//! The lab: the driver under test, a relying party that trusts the lab's CA alone, the person at the key, and the key's finger.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use doorward_client::keys::{
    HidKeys, KeyDriver, KeyFault, KeySite, KeyState, KeyTalk, KeyUi, RegisterAsk, SignAsk, key_talk,
};
use serde_json::to_value;
use tokio::task::JoinHandle;
use webauthn_rs::{
    Webauthn, WebauthnBuilder,
    prelude::{
        AttestationCaList, AttestationCaListBuilder, AttestedPasskey, AttestedPasskeyAuthentication,
        AttestedPasskeyRegistration, RegisterPublicKeyCredential, Url, Uuid, WebauthnError,
    },
};
use webauthn_rs_proto::PublicKeyCredential;

use crate::{
    attestation::{AAGUID, stranger},
    ssh::Ssh,
};

pub const PIN: &str = "271828";
pub const LONG: Duration = Duration::from_secs(30);

pub struct Lab {
    pub keys: HidKeys,
    webauthn: Webauthn,
    trusted: AttestationCaList,
    touch: PathBuf,
    plug: PathBuf,
    /// Enrolled by an earlier case.
    pub passkey: Option<AttestedPasskey>,
    /// Set up by an earlier case.
    pub ssh: Option<Ssh>,
}

#[derive(Debug)]
pub enum Refused {
    ByKey(KeyFault),
    ByServer(WebauthnError),
}

pub fn site() -> KeySite {
    KeySite { rp_id: "doorward.test".to_owned(), origin: "https://doorward.test".to_owned() }
}

fn trusting(ca_pem: &str) -> AttestationCaList {
    let mut list = AttestationCaListBuilder::new();
    list.insert_device_pem(ca_pem.as_bytes(), AAGUID, "Lab".to_owned(), Default::default()).unwrap();
    list.build()
}

impl Lab {
    pub fn open(dir: &Path, touch: &Path, plug: &Path) -> Self {
        let origin = Url::parse(&site().origin).unwrap();
        let webauthn = WebauthnBuilder::new(&site().rp_id, &origin).unwrap().build().unwrap();
        let trusted = trusting(&fs::read_to_string(dir.join("ca.pem")).unwrap());
        Self {
            keys: HidKeys::new(site()),
            webauthn,
            trusted,
            touch: touch.to_owned(),
            plug: plug.to_owned(),
            passkey: None,
            ssh: None,
        }
    }

    /// How the key answers a request for touch: `auto`, `never`, `delay MS`.
    pub fn finger(&self, manner: &str) {
        fs::write(&self.touch, manner).unwrap();
    }

    /// Plugs a key `in`, a blank one, or pulls the one that is there `out`.
    pub fn plug(&self, way: &str) {
        let status = Command::new(&self.plug).arg(way).status().unwrap();
        assert!(status.success(), "to plug {way}");
    }

    pub fn enrolment(&self, trusted: &AttestationCaList) -> (RegisterAsk, AttestedPasskeyRegistration) {
        let others = self.passkey.iter().map(|passkey| passkey.cred_id().clone()).collect();
        let (options, state) = self
            .webauthn
            .start_attested_passkey_registration(Uuid::nil(), "ada", "Ada", Some(others), trusted.clone(), None)
            .unwrap();
        (RegisterAsk { patience: LONG, ..RegisterAsk::from_json(&to_value(options).unwrap()).unwrap() }, state)
    }

    /// An enrolment at a relying party that knows no key yet.
    pub fn first_enrolment(&self) -> (RegisterAsk, AttestedPasskeyRegistration) {
        let trusted = self.trusted.clone();
        let (options, state) =
            self.webauthn.start_attested_passkey_registration(Uuid::nil(), "ada", "Ada", None, trusted, None).unwrap();
        (RegisterAsk { patience: LONG * 2, ..RegisterAsk::from_json(&to_value(options).unwrap()).unwrap() }, state)
    }

    /// The relying party's verdict on what a key made.
    pub fn finish(&self, made: &RegisterPublicKeyCredential, state: &AttestedPasskeyRegistration) {
        self.webauthn.finish_attested_passkey_registration(made, state).unwrap();
    }

    pub async fn enrol(&self, ui: KeyUi) -> Result<AttestedPasskey, Refused> {
        self.enrol_trusting(&self.trusted, ui).await
    }

    /// Enrols at a relying party that trusts another CA.
    pub async fn enrol_at_stranger(&self, ui: KeyUi) -> Result<AttestedPasskey, Refused> {
        self.enrol_trusting(&trusting(&stranger()), ui).await
    }

    async fn enrol_trusting(&self, trusted: &AttestationCaList, ui: KeyUi) -> Result<AttestedPasskey, Refused> {
        let (ask, state) = self.enrolment(trusted);
        let made = self.keys.register(ask, ui).await.map_err(Refused::ByKey)?;
        self.webauthn.finish_attested_passkey_registration(&made, &state).map_err(Refused::ByServer)
    }

    pub fn challenge(&self) -> (SignAsk, AttestedPasskeyAuthentication) {
        let passkey = self.passkey.clone().expect("a key was enrolled");
        let (options, state) = self.webauthn.start_attested_passkey_authentication(&[passkey]).unwrap();
        (SignAsk { patience: LONG, ..SignAsk::from_json(&to_value(options).unwrap()).unwrap() }, state)
    }

    /// The relying party's verdict on an answer.
    pub fn verify(&self, answer: &PublicKeyCredential, state: &AttestedPasskeyAuthentication) {
        let result = self.webauthn.finish_attested_passkey_authentication(answer, state).unwrap();
        assert!(result.user_verified());
    }

    pub async fn sign_in(&self, ui: KeyUi) -> Result<u32, Refused> {
        self.sign_in_by(&self.keys, ui).await
    }

    /// Signs in, and gives the key's counter.
    pub async fn sign_in_by(&self, keys: &HidKeys, ui: KeyUi) -> Result<u32, Refused> {
        let (ask, state) = self.challenge();
        let answer = keys.authenticate(ask, ui).await.map_err(Refused::ByKey)?;
        let result =
            self.webauthn.finish_attested_passkey_authentication(&answer, &state).map_err(Refused::ByServer)?;
        assert!(result.user_verified());
        Ok(result.counter())
    }
}

/// A person who types these PINs, one each time one is asked for, and then goes away. What they saw comes with the handle.
pub fn person(pins: &[&'static str]) -> (KeyUi, JoinHandle<Vec<KeyState>>) {
    let (ui, KeyTalk { mut states, pins: typed, cancel: _ }) = key_talk();
    let pins = pins.to_vec();
    let seen = tokio::spawn(async move {
        let (mut seen, mut pins) = (Vec::new(), pins.into_iter());
        while let Some(state) = states.recv().await {
            seen.push(state);
            if let KeyState::EnterPin { .. } = state {
                let Some(pin) = pins.next() else { break };
                typed.send(pin.into()).await.unwrap();
            }
        }
        seen
    });
    (ui, seen)
}

/// A person who sees all the ceremony asks, and answers by hand.
pub async fn until(talk: &mut KeyTalk, wanted: impl Fn(&KeyState) -> bool) -> KeyState {
    loop {
        let state = talk.states.recv().await.expect("the ceremony goes on");
        if wanted(&state) {
            return state;
        }
    }
}

pub fn asked(retries_left: Option<u8>, wrong_before: bool) -> KeyState {
    KeyState::EnterPin { retries_left, wrong_before }
}
