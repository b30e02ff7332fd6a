//! Software keys for the house. NO SECURITY: the key's secrets lie in a file, and it is touched by whoever runs it.
//!
//! They take the production path all the same: attested under a CA of their own, with the PIN verified.

use std::{fs, path::Path};

use base64::{Engine, engine::general_purpose as base64s};
use doorward_core::wire::WebAuthnJson;
use serde_json::Value;
use webauthn_authenticator_rs::{
    WebauthnAuthenticator,
    softtoken::{AAGUID, SoftToken},
};
use webauthn_rs::prelude::{AttestationCaListBuilder, Url};

use super::{Fallible, SITE};

/// A batch of software keys under one CA, kept in a folder named for what it is.
#[derive(Debug, Clone)]
pub struct Factory {
    blank: Vec<u8>,
    /// The attestation CA in PEM.
    pub ca_pem: String,
    /// The model's AAGUID, as text.
    pub aaguid: String,
}

/// One software key.
pub struct TestKey(SoftToken);

impl Factory {
    /// The batch kept in `folder`, made where there is none.
    pub fn open(folder: &Path) -> Fallible<Self> {
        let (blank_file, ca_file) = (folder.join("blank.cbor"), folder.join("ca.pem"));
        if !ca_file.exists() {
            fs::create_dir_all(folder)?;
            let (blank, ca_pem) = make()?;
            fs::write(&blank_file, blank)?;
            fs::write(&ca_file, ca_pem)?;
        }
        let (blank, ca_pem) = (fs::read(blank_file)?, fs::read_to_string(ca_file)?);
        Ok(Self { blank, ca_pem, aaguid: AAGUID.to_string() })
    }

    /// A new key of the batch.
    pub fn key(&self) -> Fallible<TestKey> {
        SoftToken::from_cbor(&self.blank).map(TestKey).map_err(|fault| format!("a blank key: {fault:?}").into())
    }
}

/// A blank key and the CA that attests it, in PEM.
fn make() -> Fallible<(Vec<u8>, String)> {
    let (token, ca) = SoftToken::new(true).map_err(|fault| format!("a software key: {fault:?}"))?;
    let mut list = AttestationCaListBuilder::new();
    list.insert_device_x509(ca, AAGUID, "soft".to_owned(), std::collections::BTreeMap::default())
        .map_err(|fault| format!("a software key's CA: {fault:?}"))?;
    let list = serde_json::to_value(list.build())?;
    let der = list.pointer("/cas").and_then(Value::as_object).and_then(|cas| cas.values().next());
    let der = der.and_then(|ca| ca.get("ca")).and_then(Value::as_str).ok_or("a software key's CA has another form")?;
    let text = base64s::STANDARD.encode(base64s::URL_SAFE_NO_PAD.decode(der)?);
    let lines: Vec<String> =
        text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"));
    let blank = token.to_cbor().map_err(|fault| format!("a blank key: {fault:?}"))?;
    Ok((blank, pem))
}

impl TestKey {
    /// Answers a ceremony that enrols it.
    pub fn register(&mut self, options: &WebAuthnJson) -> Fallible<WebAuthnJson> {
        let options = serde_json::from_value(options.0.clone())?;
        let answer = self.0.do_registration(Url::parse(SITE)?, options).map_err(|f| format!("to enrol: {f:?}"))?;
        Ok(WebAuthnJson(serde_json::to_value(answer)?))
    }

    /// Answers a ceremony that asks for a touch.
    pub fn touch(&mut self, options: &WebAuthnJson) -> Fallible<WebAuthnJson> {
        let options = serde_json::from_value(options.0.clone())?;
        let answer = self.0.do_authentication(Url::parse(SITE)?, options).map_err(|f| format!("to touch: {f:?}"))?;
        Ok(WebAuthnJson(serde_json::to_value(answer)?))
    }
}
