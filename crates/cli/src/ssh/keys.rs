//! Which keys are asked: those that are plugged in. With the danger feature, and a file named for it, one in software.

use std::sync::Arc;

use doorward_client::{
    config::WebauthnConfig,
    keys::{KeyDriver, KeySite, hid::HidKeys},
};

use crate::fault::Fault;

/// The keys that sign for the relying party and origin of the configuration.
pub fn driver(webauthn: &WebauthnConfig) -> Result<Arc<dyn KeyDriver>, Fault> {
    let site = KeySite { rp_id: webauthn.rp_id.clone(), origin: webauthn.origin.clone() };
    #[cfg(feature = "danger-soft-key")]
    {
        let soft = doorward_testkit::softkey::of_the_environment(&site, std::time::Duration::ZERO);
        if let Some(key) = soft.map_err(|fault| Fault::Refused(fault.to_string()))? {
            return Ok(key);
        }
    }
    Ok(Arc::new(HidKeys::new(site)))
}
