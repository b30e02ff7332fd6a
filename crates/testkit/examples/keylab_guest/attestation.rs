//! The attestation of the lab's key: a test CA, and under it a certificate as FIDO wants it. Trusted by nobody but the lab.

use std::{fs, path::Path};

use aws_lc_rs::{
    encoding::{AsBigEndian, EcPrivateKeyBin},
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair},
};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CustomExtension, DistinguishedName, DnType, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use webauthn_rs::prelude::Uuid;

/// The model that the lab's key attests.
pub const AAGUID: Uuid = Uuid::from_bytes(*b"doorward keylab!");
const AAGUID_OID: &[u64] = &[1, 3, 6, 1, 4, 1, 45724, 1, 1, 4];
/// What the key's firmware keeps before a P-256 scalar: flags and kind.
const TRUSSED_P256: [u8; 4] = [0, 2, 0, 5];

/// Writes the CA (`ca.pem`), the key's certificate (`att.der`) and its private key in the firmware's form (`att.trussed`).
pub fn make(dir: &Path) {
    let (issuer, ca) = authority();
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
    let scalar: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes().unwrap();
    fs::create_dir_all(dir).unwrap();
    fs::write(dir.join("ca.pem"), ca.pem()).unwrap();
    fs::write(dir.join("att.der"), leaf(&pair, &issuer).der()).unwrap();
    fs::write(dir.join("att.trussed"), [&TRUSSED_P256, scalar.as_ref()].concat()).unwrap();
}

/// A test CA that attested nothing, in PEM.
pub fn stranger() -> String {
    authority().1.pem()
}

fn authority() -> (Issuer<'static, KeyPair>, Certificate) {
    let pair = KeyPair::generate().unwrap();
    let mut params = named(&[(DnType::CommonName, "Doorward keylab test CA")]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let certificate = params.self_signed(&pair).unwrap();
    (Issuer::new(params, pair), certificate)
}

fn leaf(pair: &EcdsaKeyPair, issuer: &Issuer<'_, KeyPair>) -> Certificate {
    let pair = KeyPair::try_from(pair.to_pkcs8v1().unwrap().as_ref()).unwrap();
    let mut params = named(&[
        (DnType::CountryName, "DE"),
        (DnType::OrganizationName, "Doorward keylab"),
        (DnType::OrganizationalUnitName, "Authenticator Attestation"),
        (DnType::CommonName, "Doorward keylab key"),
    ]);
    params.is_ca = IsCa::ExplicitNoCa;
    let octets = [&[0x04, 0x10], AAGUID.as_bytes().as_slice()].concat();
    params.custom_extensions = vec![CustomExtension::from_oid_content(AAGUID_OID, octets)];
    params.signed_by(&pair, issuer).unwrap()
}

fn named(names: &[(DnType, &str)]) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    names.iter().for_each(|(kind, name)| params.distinguished_name.push(kind.clone(), *name));
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2049, 1, 1));
    params
}
