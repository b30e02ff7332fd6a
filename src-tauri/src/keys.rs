//! Which keys the console asks: those that are plugged in. With the danger feature, and a file named for it, one in
//! software stands in for them.

use std::sync::Arc;

use doorward_client::keys::{KeyDriver, KeySite, hid::HidKeys};

use crate::config::WebauthnConfig;

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
    if let Some(key) = soft(&site)? {
        return Ok(key);
    }
    Ok(Arc::new(HidKeys::new(site)))
}

/// The software key of the file that the environment names. NO SECURITY: it is touched by itself after a second, so
/// that the prompt is seen.
#[cfg(feature = "danger-soft-key")]
fn soft(site: &KeySite) -> Result<Option<Arc<dyn KeyDriver>>, KeysFault> {
    use doorward_testkit::softkey::{Manners, SoftKey};

    let Some(file) = std::env::var_os("DOORWARD_DANGER_SOFT_KEY") else { return Ok(None) };
    let manners = Manners { touched_after: Some(std::time::Duration::from_secs(1)), ..Manners::default() };
    let key = SoftKey::open(std::path::Path::new(&file), site.clone(), manners)?;
    tracing::warn!("danger: a key in software stands in for a hardware key");
    Ok(Some(Arc::new(key)))
}
