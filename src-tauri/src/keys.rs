//! Which keys the console asks: those that are plugged in. With the danger feature, and a file named for it, one in
//! software stands in for them.

use std::sync::Arc;

use doorward_client::{
    config::WebauthnConfig,
    keys::{KeyDriver, KeySite, hid::HidKeys},
};

/// No key can be asked.
#[derive(Debug, thiserror::Error)]
pub enum KeysFault {
    #[cfg(feature = "danger-soft-key")]
    #[error(transparent)]
    Soft(#[from] doorward_testkit::softkey::SoftKeyFault),
}

/// The keys that sign for the relying party and origin of the configuration.
pub fn driver(webauthn: &WebauthnConfig) -> Result<Arc<dyn KeyDriver>, KeysFault> {
    let site = KeySite { rp_id: webauthn.rp_id.clone(), origin: webauthn.origin.clone() };
    #[cfg(feature = "danger-soft-key")]
    // It is touched by itself after a second, so that the prompt is seen.
    if let Some(key) = doorward_testkit::softkey::of_the_environment(&site, std::time::Duration::from_secs(1))? {
        return Ok(key);
    }
    Ok(Arc::new(HidKeys::new(site)))
}
