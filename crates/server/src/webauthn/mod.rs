//! The WebAuthn relying party: attested keys of trusted models, PIN required.
//!
//! It keeps no state: what a ceremony needs is handed out and must be taken back once. It decides nothing about people.

use aws_lc_rs::hmac;
use doorward_core::{
    feed::tree::plain_hash,
    id::StaffId,
    wire::{StaffName, WebAuthnJson},
};
use serde::{Serialize, de::DeserializeOwned};
use webauthn_rs::prelude::{
    AttestationCaList, AttestationCaListBuilder, AttestationMetadata, AttestedPasskey, AttestedPasskeyAuthentication,
    AttestedPasskeyRegistration, AuthenticationResult, CredentialID, Url, Uuid, Webauthn, WebauthnBuilder,
    WebauthnError,
};
use webauthn_rs_proto::{
    AllowCredentials, PublicKeyCredentialHints, PublicKeyCredentialRequestOptions, RequestAuthenticationExtensions,
    RequestChallengeResponse, UserVerificationPolicy,
};

const CHALLENGE_BYTES: usize = 32;

/// A key model that may be enrolled: under which CA, with which AAGUID, and what people call it.
#[derive(Debug, Clone)]
pub struct TrustedModel {
    /// The attestation CA in PEM.
    pub ca_pem: String,
    pub aaguid: Uuid,
    pub name: String,
}

/// Who asks for a touch, where it may be given, and which keys are trusted.
#[derive(Debug, Clone)]
pub struct RelyingParty {
    pub id: String,
    pub name: String,
    /// What clients write as origin: fixed, exact.
    pub origin: String,
    pub models: Vec<TrustedModel>,
}

/// What is wrong with the relying party's configuration.
#[derive(Debug, thiserror::Error)]
pub enum RelyingPartyFault {
    #[error("the origin is not a URL that ends in the relying party's ID")]
    Origin,
    #[error("the attestation CA of {0} cannot be read")]
    Ca(String),
    #[error("no key model is trusted: nobody could ever sign in")]
    NoModels,
}

/// The key's answer was not accepted. The text is for the log.
#[derive(Debug, thiserror::Error)]
#[error("the key's answer was refused: {0}")]
pub struct KeyRefused(String);

impl From<WebauthnError> for KeyRefused {
    fn from(error: WebauthnError) -> Self {
        Self(format!("{error:?}"))
    }
}

/// Begins and finishes ceremonies.
pub struct Verifier {
    webauthn: Webauthn,
    trusted: AttestationCaList,
    rp_id: String,
    cloak: hmac::Key,
}

impl RelyingParty {
    /// The verifier for this relying party. By `cloak` unknown handles get answers that look like known ones'.
    pub fn verifier(&self, cloak: &[u8]) -> Result<Verifier, RelyingPartyFault> {
        let origin = Url::parse(&self.origin).map_err(|_| RelyingPartyFault::Origin)?;
        let webauthn = WebauthnBuilder::new(&self.id, &origin)
            .and_then(|builder| builder.rp_name(&self.name).build())
            .map_err(|_| RelyingPartyFault::Origin)?;
        let cloak = hmac::Key::new(hmac::HMAC_SHA256, cloak);
        Ok(Verifier { webauthn, trusted: self.trusted()?, rp_id: self.id.clone(), cloak })
    }

    fn trusted(&self) -> Result<AttestationCaList, RelyingPartyFault> {
        let mut list = AttestationCaListBuilder::new();
        for model in &self.models {
            list.insert_device_pem(model.ca_pem.as_bytes(), model.aaguid, model.name.clone(), Default::default())
                .map_err(|_| RelyingPartyFault::Ca(model.name.clone()))?;
        }
        let list = list.build();
        if list.is_empty() { Err(RelyingPartyFault::NoModels) } else { Ok(list) }
    }
}

impl Verifier {
    /// Begins the enrolment of a key for `person`, who has `others` already.
    pub fn begin_enrolment(
        &self,
        person: &StaffName,
        others: &[AttestedPasskey],
    ) -> Result<(WebAuthnJson, AttestedPasskeyRegistration), KeyRefused> {
        let others: Vec<CredentialID> = others.iter().map(|key| key.cred_id().clone()).collect();
        let (options, state) = self.webauthn.start_attested_passkey_registration(
            user_id(&person.staff),
            &person.handle,
            &person.name,
            Some(others),
            self.trusted.clone(),
            None,
        )?;
        Ok((to_json(&options)?, state))
    }

    /// The key that was made, and its model's name.
    pub fn finish_enrolment(
        &self,
        credential: &WebAuthnJson,
        state: &AttestedPasskeyRegistration,
    ) -> Result<(AttestedPasskey, String), KeyRefused> {
        let key = self.webauthn.finish_attested_passkey_registration(&from_json(credential)?, state)?;
        let model = self.model(&key)?;
        Ok((key, model))
    }

    /// Asks for a touch of one of `keys`.
    pub fn begin_touch(
        &self,
        keys: &[AttestedPasskey],
    ) -> Result<(WebAuthnJson, AttestedPasskeyAuthentication), KeyRefused> {
        let (mut options, state) = self.webauthn.start_attested_passkey_authentication(keys)?;
        // How a key is plugged in tells models apart, and so known handles from unknown ones.
        options.public_key.allow_credentials.iter_mut().for_each(|key| key.transports = None);
        Ok((to_json(&options)?, state))
    }

    /// What the touch proved.
    pub fn finish_touch(
        &self,
        credential: &WebAuthnJson,
        state: &AttestedPasskeyAuthentication,
    ) -> Result<AuthenticationResult, KeyRefused> {
        Ok(self.webauthn.finish_attested_passkey_authentication(&from_json(credential)?, state)?)
    }

    /// The name of the key's model, where the model is trusted today.
    pub fn model(&self, key: &AttestedPasskey) -> Result<String, KeyRefused> {
        let ca = key.verify_attestation(&self.trusted)?;
        let AttestationMetadata::Packed { aaguid } = &key.attestation().metadata else {
            return Err(KeyRefused("the attestation names no model".to_owned()));
        };
        let model = ca.aaguids().get(aaguid).map(|model| model.description_en().to_owned());
        model.ok_or_else(|| KeyRefused("the model is not trusted".to_owned()))
    }

    /// Options that look like those of somebody who has a key. The credential they name is always the same for
    /// the same handle, and nobody has it.
    pub fn pretend(&self, handle: &str, challenge: [u8; CHALLENGE_BYTES]) -> Result<WebAuthnJson, KeyRefused> {
        let id = hmac::sign(&self.cloak, handle.as_bytes()).as_ref().to_vec();
        let nobody = AllowCredentials { type_: "public-key".to_owned(), id, transports: None };
        let public_key = PublicKeyCredentialRequestOptions {
            challenge: challenge.to_vec(),
            timeout: Some(300_000),
            rp_id: self.rp_id.clone(),
            allow_credentials: vec![nobody],
            user_verification: UserVerificationPolicy::Required,
            hints: Some(vec![PublicKeyCredentialHints::SecurityKey, PublicKeyCredentialHints::ClientDevice]),
            extensions: Some(RequestAuthenticationExtensions { appid: None, uvm: Some(true), hmac_get_secret: None }),
        };
        to_json(&RequestChallengeResponse { public_key, mediation: None })
    }
}

/// The same for the same person always, and nothing that names them.
fn user_id(staff: &StaffId) -> Uuid {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] = plain_hash(staff.as_str().as_bytes());
    Uuid::from_bytes([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p])
}

fn to_json<T: Serialize>(options: &T) -> Result<WebAuthnJson, KeyRefused> {
    serde_json::to_value(options).map(WebAuthnJson).map_err(|_| KeyRefused("the options cannot be written".to_owned()))
}

fn from_json<T: DeserializeOwned>(credential: &WebAuthnJson) -> Result<T, KeyRefused> {
    // The parser's own words could quote what was sent.
    T::deserialize(&credential.0).map_err(|_| KeyRefused("the answer is not a credential".to_owned()))
}
