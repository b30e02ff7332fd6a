//! Hosts of the house, as the operator's automation registers them.

use doorward_core::{id::HostId, wire::PutHost};
use reqwest::Method;

use super::{Fallible, House};

impl House {
    /// Adds a host, or changes how it is reached.
    pub async fn put_host(&self, host: &HostId, put: &PutHost) -> Fallible<()> {
        self.ask_vendor(Method::PUT, &format!("hosts/{host}"), put).await.map(|_| ())
    }

    /// Removes a host.
    pub async fn remove_host(&self, host: &HostId) -> Fallible<()> {
        self.ask_vendor(Method::DELETE, &format!("hosts/{host}"), &serde_json::json!({})).await.map(|_| ())
    }
}
