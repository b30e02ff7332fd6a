//! The client's identity: a self-signed P-256 certificate made in memory, to which sign-ins and sessions are bound.
//!
//! The private key never leaves memory, and nothing here writes it anywhere.

use std::{fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::feed::tree::plain_hash;
use rcgen::{CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::{crypto::aws_lc_rs::sign::any_ecdsa_type, sign::CertifiedKey};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use zeroize::Zeroizing;

/// The certificate could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the client certificate could not be made")]
pub struct IdentityFault;

/// A key pair and its self-signed certificate. Clones share the key.
#[derive(Clone)]
pub struct ClientIdentity {
    certified: Arc<CertifiedKey>,
    thumbprint: [u8; 32],
}

impl ClientIdentity {
    /// Makes a new identity; the name in it says nothing of its holder.
    pub fn generate() -> Result<Self, IdentityFault> {
        let pair = Zeroizing::new(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(|_| IdentityFault)?);
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "doorward-client");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let certificate = params.self_signed(&*pair).map_err(|_| IdentityFault)?.der().clone();
        let secret = Zeroizing::new(pair.serialize_der());
        let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(secret.as_slice()));
        let key = any_ecdsa_type(&der).map_err(|_| IdentityFault)?;
        let thumbprint = plain_hash(&certificate);
        Ok(Self { certified: Arc::new(CertifiedKey::new(vec![certificate], key)), thumbprint })
    }

    /// The SHA-256 of the certificate.
    pub fn thumbprint(&self) -> [u8; 32] {
        self.thumbprint
    }

    /// The thumbprint as RFC 8705's `x5t#S256` has it.
    pub fn x5t_s256(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.thumbprint)
    }

    pub(crate) fn certified(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.certified)
    }
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientIdentity").field("thumbprint", &self.x5t_s256()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_identity_is_its_own() {
        let (one, other) = (ClientIdentity::generate().unwrap(), ClientIdentity::generate().unwrap());
        assert_ne!(one.thumbprint(), other.thumbprint());
        assert_eq!(plain_hash(one.certified().end_entity_cert().unwrap()), one.thumbprint());
        assert_eq!(one.x5t_s256().len(), 43);
    }
}
