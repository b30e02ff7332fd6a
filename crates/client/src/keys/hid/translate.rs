//! Between WebAuthn's words and the library's. User verification is demanded here, whatever the options say.

use authenticator::{
    GetAssertionResult, MakeCredentialsResult,
    authenticatorservice::{RegisterArgs, SignArgs},
    ctap2::{
        attestation::{AuthenticatorData, AuthenticatorDataFlags},
        commands::StatusCode,
        server::{
            AuthenticationExtensionsClientInputs, AuthenticationExtensionsPRFInputs, AuthenticationExtensionsPRFValues,
            CredentialProtectionPolicy, PublicKeyCredentialDescriptor, PublicKeyCredentialParameters,
            PublicKeyCredentialUserEntity, RelyingParty, ResidentKeyRequirement, UserVerificationRequirement,
        },
    },
    errors::{AuthenticatorError, CommandError, HIDError, PinError, UnsupportedOption},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use webauthn_rs_proto::{
    AuthenticatorAssertionResponseRaw, AuthenticatorAttestationResponseRaw, AuthenticatorSelectionCriteria,
    AuthenticatorTransport, PublicKeyCredential, PublicKeyCredentialCreationOptions, PublicKeyCredentialRequestOptions,
    RegisterPublicKeyCredential, RegistrationExtensionsClientOutputs, RequestRegistrationExtensions,
};
use zeroize::Zeroizing;

use crate::{
    keys::{KeyFault, KeySite, Signed, Unavailable, site::ClientData},
    seal::Secret32,
};

const PUBLIC_KEY: &str = "public-key";

pub fn register(site: &KeySite, signed: &ClientData, options: PublicKeyCredentialCreationOptions) -> RegisterArgs {
    let excluded = options.exclude_credentials.unwrap_or_default();
    let algorithms = options.pub_key_cred_params.iter().filter(|param| param.type_ == PUBLIC_KEY);
    RegisterArgs {
        client_data_hash: signed.hash,
        relying_party: RelyingParty { id: site.rp_id.clone(), name: Some(options.rp.name) },
        origin: site.origin.clone(),
        user: PublicKeyCredentialUserEntity {
            id: options.user.id,
            name: Some(options.user.name),
            display_name: Some(options.user.display_name),
        },
        pub_cred_params: algorithms.filter_map(|param| algorithm(param.alg)).collect(),
        exclude_list: excluded.into_iter().map(|credential| descriptor(credential.id)).collect(),
        user_verification_req: UserVerificationRequirement::Required,
        resident_key_req: options
            .authenticator_selection
            .as_ref()
            .map_or(ResidentKeyRequirement::Discouraged, resident),
        extensions: extensions(options.extensions.as_ref()),
        pin: None,
        use_ctap1_fallback: false,
    }
}

pub fn sign(
    site: &KeySite,
    signed: &ClientData,
    options: PublicKeyCredentialRequestOptions,
    secret_for: Option<&str>,
) -> SignArgs {
    let prf = secret_for.map(|purpose| AuthenticationExtensionsPRFInputs {
        eval: Some(AuthenticationExtensionsPRFValues { first: purpose.as_bytes().to_vec(), second: None }),
        eval_by_credential: None,
    });
    SignArgs {
        client_data_hash: signed.hash,
        origin: site.origin.clone(),
        relying_party_id: site.rp_id.clone(),
        allow_list: options.allow_credentials.into_iter().map(|credential| descriptor(credential.id)).collect(),
        user_verification_req: UserVerificationRequirement::Required,
        user_presence_req: true,
        extensions: AuthenticationExtensionsClientInputs { prf, ..AuthenticationExtensionsClientInputs::default() },
        pin: None,
        use_ctap1_fallback: false,
    }
}

fn algorithm(alg: i64) -> Option<PublicKeyCredentialParameters> {
    PublicKeyCredentialParameters::try_from(i32::try_from(alg).ok()?).ok()
}

/// A key's transports are hints to others than us.
fn descriptor(id: Vec<u8>) -> PublicKeyCredentialDescriptor {
    PublicKeyCredentialDescriptor { id, transports: Vec::new() }
}

fn resident(selection: &AuthenticatorSelectionCriteria) -> ResidentKeyRequirement {
    use webauthn_rs_proto::ResidentKeyRequirement as Wished;
    match selection.resident_key {
        Some(Wished::Required) => ResidentKeyRequirement::Required,
        Some(Wished::Preferred) => ResidentKeyRequirement::Preferred,
        Some(Wished::Discouraged) => ResidentKeyRequirement::Discouraged,
        None if selection.require_resident_key => ResidentKeyRequirement::Required,
        None => ResidentKeyRequirement::Discouraged,
    }
}

/// What the options wish for, and always a secret of the credential's own, from which this machine's copy is locked: some
/// keys give one only where it was asked for from the beginning.
fn extensions(wished: Option<&RequestRegistrationExtensions>) -> AuthenticationExtensionsClientInputs {
    use webauthn_rs_proto::CredentialProtectionPolicy as Wished;
    let protect = wished.and_then(|wished| wished.cred_protect.as_ref());
    let policy = protect.map(|protect| match protect.credential_protection_policy {
        Wished::UserVerificationOptional => CredentialProtectionPolicy::UserVerificationOptional,
        Wished::UserVerificationOptionalWithCredentialIDList => {
            CredentialProtectionPolicy::UserVerificationOptionalWithCredentialIDList
        }
        Wished::UserVerificationRequired => CredentialProtectionPolicy::UserVerificationRequired,
    });
    AuthenticationExtensionsClientInputs {
        credential_protection_policy: policy,
        enforce_credential_protection_policy: protect.and_then(|protect| protect.enforce_credential_protection_policy),
        hmac_create_secret: Some(true),
        min_pin_length: wished.and_then(|wished| wished.min_pin_length),
        ..AuthenticationExtensionsClientInputs::default()
    }
}

pub fn registered(made: MakeCredentialsResult, signed: ClientData) -> Result<RegisterPublicKeyCredential, KeyFault> {
    verified(&made.att_obj.auth_data)?;
    let credential = made.att_obj.auth_data.credential_data.as_ref().ok_or(KeyFault::Failed)?;
    let raw_id = credential.credential_id.clone();
    let attestation_object = serde_cbor_2::to_vec(&made.att_obj).map_err(|_| KeyFault::Failed)?;
    Ok(RegisterPublicKeyCredential {
        id: URL_SAFE_NO_PAD.encode(&raw_id),
        raw_id,
        response: AuthenticatorAttestationResponseRaw {
            attestation_object,
            client_data_json: signed.json,
            transports: Some(vec![AuthenticatorTransport::Usb]),
        },
        type_: PUBLIC_KEY.to_owned(),
        extensions: RegistrationExtensionsClientOutputs {
            hmac_secret: made.extensions.hmac_create_secret,
            ..RegistrationExtensionsClientOutputs::default()
        },
    })
}

/// What a key gave, and whether it verified its user on the way.
pub trait Given {
    fn verified(&self) -> Result<(), KeyFault>;
}

impl Given for MakeCredentialsResult {
    fn verified(&self) -> Result<(), KeyFault> {
        verified(&self.att_obj.auth_data)
    }
}

impl Given for GetAssertionResult {
    fn verified(&self) -> Result<(), KeyFault> {
        verified(&self.assertion.auth_data)
    }
}

/// A PIN that was set verifies nobody yet.
impl Given for () {
    fn verified(&self) -> Result<(), KeyFault> {
        Ok(())
    }
}

/// A key without a PIN answers all the same, and verified nobody.
fn verified(answer: &AuthenticatorData) -> Result<(), KeyFault> {
    let verified = answer.flags.contains(AuthenticatorDataFlags::USER_VERIFIED);
    if verified { Ok(()) } else { Err(KeyFault::NoPinSet) }
}

/// A key may leave out the credential where only one was named.
pub fn signed(answer: GetAssertionResult, signed: ClientData, only: Option<Vec<u8>>) -> Result<Signed, KeyFault> {
    let secret = answer.extensions.prf.and_then(|prf| prf.results).map(|results| Zeroizing::new(results.first));
    let assertion = answer.assertion;
    verified(&assertion.auth_data)?;
    let raw_id = assertion.credentials.map(|credential| credential.id).or(only).ok_or(KeyFault::Failed)?;
    let credential = PublicKeyCredential {
        id: URL_SAFE_NO_PAD.encode(&raw_id),
        raw_id,
        response: AuthenticatorAssertionResponseRaw {
            authenticator_data: assertion.auth_data.to_vec(),
            client_data_json: signed.json,
            signature: assertion.signature,
            user_handle: assertion.user.map(|user| user.id),
        },
        // The secret is none of the server's.
        extensions: webauthn_rs_proto::AuthenticationExtensionsClientOutputs::default(),
        type_: PUBLIC_KEY.to_owned(),
    };
    Ok(Signed { credential, secret: secret.and_then(|secret| Secret32::of(&secret)) })
}

/// What the library's end means. Its texts stay out of the log: they may quote what was sent.
pub fn fault(fault: &AuthenticatorError) -> KeyFault {
    match fault {
        AuthenticatorError::NoConfiguredTransports | AuthenticatorError::Platform => {
            KeyFault::Unavailable(Unavailable::System)
        }
        AuthenticatorError::PinError(pin) => pin_fault(pin),
        AuthenticatorError::HIDError(HIDError::Command(CommandError::StatusCode(status, _))) => status_fault(status),
        AuthenticatorError::CredentialExcluded => KeyFault::AlreadyEnrolled,
        // A key without PINs at all, such as one of U2F.
        AuthenticatorError::UnsupportedOption(UnsupportedOption::UserVerification) => KeyFault::NoPinSet,
        AuthenticatorError::CancelledByUser => KeyFault::Cancelled,
        _ => KeyFault::Failed,
    }
}

fn pin_fault(fault: &PinError) -> KeyFault {
    match fault {
        PinError::PinNotSet => KeyFault::NoPinSet,
        PinError::PinAuthBlocked => KeyFault::PinBlocked { until_replug: true },
        PinError::PinBlocked => KeyFault::PinBlocked { until_replug: false },
        PinError::PinIsTooShort | PinError::PinIsTooLong(_) => KeyFault::PinRefused,
        _ => KeyFault::Failed,
    }
}

fn status_fault(status: &StatusCode) -> KeyFault {
    match status {
        StatusCode::NoCredentials | StatusCode::InvalidCredential => KeyFault::NotThisKey,
        StatusCode::CredentialExcluded => KeyFault::AlreadyEnrolled,
        StatusCode::PinNotSet => KeyFault::NoPinSet,
        StatusCode::PinAuthBlocked => KeyFault::PinBlocked { until_replug: true },
        StatusCode::PinBlocked => KeyFault::PinBlocked { until_replug: false },
        StatusCode::PinPolicyViolation => KeyFault::PinRefused,
        StatusCode::UserActionTimeout | StatusCode::ActionTimeout => KeyFault::TimedOut,
        _ => KeyFault::Failed,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::keys::{RegisterAsk, SignAsk};

    fn site() -> KeySite {
        KeySite { rp_id: "doorward.test".to_owned(), origin: "https://doorward.test".to_owned() }
    }

    #[test]
    fn options_that_ask_for_no_verification_get_it_all_the_same() {
        let options = json!({"publicKey": {
            "challenge": "AQID", "rpId": "doorward.test", "allowCredentials": [{"type": "public-key", "id": "BAUG"}],
            "userVerification": "discouraged",
        }});
        let ask = SignAsk::from_json(&options).unwrap();
        let args = sign(&site(), &site().request(&ask.options).unwrap(), ask.options, None);
        assert_eq!(args.user_verification_req, UserVerificationRequirement::Required);
        assert!(args.user_presence_req && !args.use_ctap1_fallback && args.extensions.app_id.is_none());
        assert_eq!(args.allow_list, [descriptor(vec![4, 5, 6])]);
        assert!(args.extensions.prf.is_none(), "no secret is asked for but where it is wanted");
        let options = json!({"publicKey": {
            "challenge": "AQID", "rp": {"id": "doorward.test", "name": "D"},
            "user": {"id": "AQ", "name": "a", "displayName": "A"},
            "pubKeyCredParams": [{"type": "public-key", "alg": -7}, {"type": "public-key", "alg": 1_000_000_000_000_i64}],
            "authenticatorSelection": {"requireResidentKey": false, "userVerification": "discouraged"},
        }});
        let ask = RegisterAsk::from_json(&options).unwrap();
        let args = register(&site(), &site().creation(&ask.options).unwrap(), ask.options);
        assert_eq!(args.user_verification_req, UserVerificationRequirement::Required);
        assert_eq!(args.pub_cred_params.len(), 1, "unknown algorithms are left out");
        assert_eq!(args.resident_key_req, ResidentKeyRequirement::Discouraged);
    }

    #[test]
    fn each_end_has_its_reason() {
        let status = |code| AuthenticatorError::HIDError(HIDError::Command(CommandError::StatusCode(code, None)));
        assert_eq!(fault(&status(StatusCode::NoCredentials)), KeyFault::NotThisKey);
        assert_eq!(fault(&status(StatusCode::UserActionTimeout)), KeyFault::TimedOut);
        assert_eq!(fault(&AuthenticatorError::CredentialExcluded), KeyFault::AlreadyEnrolled);
        assert_eq!(fault(&AuthenticatorError::PinError(PinError::PinNotSet)), KeyFault::NoPinSet);
        let until_replug = KeyFault::PinBlocked { until_replug: true };
        assert_eq!(fault(&AuthenticatorError::PinError(PinError::PinAuthBlocked)), until_replug);
        let for_good = KeyFault::PinBlocked { until_replug: false };
        assert_eq!(fault(&AuthenticatorError::PinError(PinError::PinBlocked)), for_good);
        assert_eq!(fault(&AuthenticatorError::PinError(PinError::PinIsTooShort)), KeyFault::PinRefused);
        assert_eq!(fault(&status(StatusCode::PinPolicyViolation)), KeyFault::PinRefused);
        assert_eq!(fault(&AuthenticatorError::HIDError(HIDError::UnexpectedCmd(187))), KeyFault::Failed);
    }
}
