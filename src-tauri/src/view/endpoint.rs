//! The endpoint by which other programs on this machine use a session.

use std::fmt;

use serde::{Deserialize, Serialize};
use specta::Type;

/// An endpoint that is open. It ends with its session.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct EndpointView {
    /// The serial of its session.
    pub session: u32,
    /// `http://127.0.0.1:port`. What is asked below it is asked below the session's account.
    pub url: String,
    /// What each request must show, as `Authorization: Bearer`.
    pub secret: String,
}

impl fmt::Debug for EndpointView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndpointView").field("session", &self.session).finish_non_exhaustive()
    }
}
