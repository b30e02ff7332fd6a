//! TLS 1.2 and 1.3: towards staff with a client certificate asked for, towards the upstream and the server with
//! configured roots alone.
//!
//! Any client certificate is taken, since the console makes its own; what is verified is that the peer holds its key.
//! Whether it is the right one is the token's affair, by thumbprint.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, DigitallySignedStruct, DistinguishedName, Error, RootCertStore, ServerConfig, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject};

/// What is wrong with certificates, keys or roots.
#[derive(Debug, thiserror::Error)]
pub enum TlsFault {
    #[error("a PEM file cannot be read: {0}")]
    Pem(#[from] rustls_pki_types::pem::Error),
    #[error("certificate and key cannot be used: {0}")]
    Rustls(#[from] Error),
    #[error("there is no certificate in the file")]
    Empty,
}

/// Takes any client certificate whose key the peer proves to hold.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ClientCertVerifier for AnyCertificate {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    /// A request without a certificate is answered with a code, which a broken handshake could not say.
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// The public listener's side, with the chain and key of two PEM files.
pub fn server_config(chain: &Path, key: &Path) -> Result<ServerConfig, TlsFault> {
    let chain = CertificateDer::pem_file_iter(chain)?.collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_file(key)?;
    let provider = provider();
    let mut config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .with_client_cert_verifier(Arc::new(AnyCertificate(provider)))
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// A client's side that believes the certificates in the PEM file at `roots`; with none it believes nobody.
pub fn client_config(roots: Option<&Path>) -> Result<ClientConfig, TlsFault> {
    let mut store = RootCertStore::empty();
    if let Some(path) = roots {
        for root in CertificateDer::pem_file_iter(path)? {
            store.add(root?)?;
        }
        if store.is_empty() {
            return Err(TlsFault::Empty);
        }
    }
    Ok(ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .with_root_certificates(store)
        .with_no_client_auth())
}
