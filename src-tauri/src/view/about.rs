//! What the console says of itself and of the machine it runs on.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::Ms;

/// What Settings shows and nobody chooses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct About {
    /// Of this console.
    pub version: String,
    /// Where a security concern is reported, from the configuration: an address of the web or of mail.
    pub security_contact: Option<String>,
}

/// Two clocks that disagree, at one moment. It is shown and decides nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ClockSkew {
    /// By this machine's clock.
    pub here: Ms,
    /// By the signed time.
    pub server: Ms,
}

impl ClockSkew {
    /// How far the clocks are apart, to some seconds, and nothing of what time it is.
    pub(crate) fn roughly(self) -> Self {
        const STEP: i64 = 5_000;
        let apart = self.here.0.saturating_sub(self.server.0);
        Self { here: Ms(apart.div_euclid(STEP)), server: Ms(0) }
    }
}
