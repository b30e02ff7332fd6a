//! The call by which a host's agent tells who is connected.

use doorward_core::{id::HostId, wire::HostConnections};
use reqwest::Method;
use secrecy::SecretString;

use super::{Api, ApiError};

impl Api {
    /// `PUT /v1/hosts/{host}/connections`: in place of what was told before.
    pub async fn tell_connections(
        &self,
        key: &SecretString,
        host: &HostId,
        told: &HostConnections,
    ) -> Result<(), ApiError> {
        self.call(Method::PUT, &format!("/v1/hosts/{host}/connections"), Some(key), Some(told)).await
    }
}
