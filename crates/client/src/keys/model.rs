//! Which model a new credential says it was made by. For telling a person, never for trusting: the server alone looks
//! whether the maker signed it.

use doorward_core::wire::WebAuthnJson;
use serde_cbor_2::Value;
use webauthn_rs_proto::RegisterPublicKeyCredential;

/// Where the model's number (AAGUID) stands in authenticator data: behind hash, flags and counter.
const AT: std::ops::Range<usize> = 37..53;
/// Flag: the data holds a credential, and with it the model's number.
const HOLDS_CREDENTIAL: u8 = 0x40;

/// The model's number as a UUID; none where the answer of the key has none.
pub fn model_of(credential: &WebAuthnJson) -> Option<String> {
    let made: RegisterPublicKeyCredential = serde_json::from_value(credential.0.clone()).ok()?;
    let Value::Map(parts) = serde_cbor_2::from_slice(&made.response.attestation_object).ok()? else { return None };
    let Value::Bytes(data) = parts.get(&Value::Text("authData".to_owned()))? else { return None };
    let holds = data.get(32).is_some_and(|flags| flags & HOLDS_CREDENTIAL != 0);
    let number = data.get(AT).filter(|number| holds && number.iter().any(|byte| *byte != 0))?;
    let hex: String = number.iter().map(|byte| format!("{byte:02x}")).collect();
    let cuts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|cut| hex.get(cut).unwrap_or_default());
    Some(cuts.join("-"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde_json::json;

    use super::*;

    fn made(data: Vec<u8>) -> WebAuthnJson {
        let parts = BTreeMap::from([
            (Value::Text("fmt".to_owned()), Value::Text("packed".to_owned())),
            (Value::Text("authData".to_owned()), Value::Bytes(data)),
        ]);
        let object = URL_SAFE_NO_PAD.encode(serde_cbor_2::to_vec(&Value::Map(parts)).unwrap());
        let response = json!({ "attestationObject": object, "clientDataJSON": "AQ" });
        WebAuthnJson(json!({ "id": "k", "rawId": "AQ", "type": "public-key", "response": response }))
    }

    #[test]
    fn the_number_is_read_where_it_stands() {
        let mut data = vec![0; 37];
        data[32] = 0x41;
        data.extend(0x10..0x20);
        assert_eq!(model_of(&made(data.clone())).as_deref(), Some("10111213-1415-1617-1819-1a1b1c1d1e1f"));
        data[32] = 0x01;
        assert_eq!(model_of(&made(data)), None, "no credential, no number");
    }

    #[test]
    fn what_has_no_number_has_none() {
        let mut zeros = vec![0; 53];
        zeros[32] = 0x40;
        for data in [zeros, vec![0; 20], Vec::new()] {
            assert_eq!(model_of(&made(data)), None);
        }
        assert_eq!(model_of(&WebAuthnJson(json!({}))), None);
    }
}
