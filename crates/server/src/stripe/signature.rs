//! Stripe's signature on what it tells: `t=…,v1=…` over `t.body`, HMAC-SHA-256, at most five minutes old
//! (docs.stripe.com/webhooks/signature).

use aws_lc_rs::hmac;
use doorward_core::time::UnixMs;

/// How old, and how far ahead of us, a signature may be, in milliseconds.
const TOLERANCE: i64 = 300_000;

/// Why an event is not Stripe's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    #[error("the signature's header is missing or not of the documented form")]
    Form,
    #[error("no signature fits")]
    Wrong,
    #[error("the signature is too old, or from the future")]
    Time,
}

/// What Stripe and we alone know.
pub struct SigningSecret(hmac::Key);

impl SigningSecret {
    /// The signing secret, `whsec_…`.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, text.as_bytes()))
    }

    /// Whether `header` is Stripe's signature on `body`, made around `now`.
    pub fn verify(&self, header: &str, body: &[u8], now: UnixMs) -> Result<(), SignatureFault> {
        let mut at = None;
        let mut given = Vec::new();
        for part in header.split(',') {
            match part.trim().split_once('=') {
                Some(("t", text)) if at.is_none() => at = Some(text),
                Some(("v1", text)) => given.push(hex::decode(text).map_err(|_| SignatureFault::Form)?),
                // Other schemes are for others; two times are for nobody.
                Some(("t", _)) | None => return Err(SignatureFault::Form),
                Some(_) => {}
            }
        }
        let at = at.ok_or(SignatureFault::Form)?;
        let seconds: i64 = at.parse().map_err(|_| SignatureFault::Form)?;
        let signed = [at.as_bytes(), b".", body].concat();
        if given.is_empty() {
            return Err(SignatureFault::Form);
        }
        if !given.iter().any(|tag| hmac::verify(&self.0, &signed, tag).is_ok()) {
            return Err(SignatureFault::Wrong);
        }
        let off = seconds.saturating_mul(1_000).saturating_sub(now.0);
        if off.saturating_abs() > TOLERANCE { Err(SignatureFault::Time) } else { Ok(()) }
    }
}
