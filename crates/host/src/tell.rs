//! Tells the server who is connected, whenever that changes. Nobody waits for it: what cannot be told now is told later.

use std::{sync::Arc, time::Duration};

use doorward_client::api::{Api, ApiError};
use doorward_core::{id::HostId, wire::HostConnections};
use secrecy::SecretString;
use tokio::time::sleep;

use crate::connections::Connections;

const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// Who is told.
pub trait Listener: Send + Sync {
    /// Takes down who is connected, in place of what was told before.
    fn hear(&self, told: &HostConnections) -> impl Future<Output = Result<(), ApiError>> + Send;
}

/// The server, by a follower's key.
pub struct Server {
    pub api: Api,
    pub key: SecretString,
    pub host: HostId,
}

impl Listener for Server {
    async fn hear(&self, told: &HostConnections) -> Result<(), ApiError> {
        self.api.tell_connections(&self.key, &self.host, told).await
    }
}

/// Tells for as long as it is polled. `jitter` gives numbers from 0 to 1.
pub async fn tell_always(connections: &Arc<Connections>, server: &impl Listener, jitter: impl Fn() -> f64) {
    let mut changed = connections.changed();
    let mut wait = FIRST_WAIT;
    loop {
        changed.mark_unchanged();
        match server.hear(&connections.told()).await {
            Ok(()) => {
                wait = FIRST_WAIT;
                if changed.changed().await.is_err() {
                    return;
                }
            }
            Err(fault) => {
                tracing::warn!(%fault, "the server is not told who is connected; it is tried again");
                sleep(wait.mul_f64(0.5 + jitter().clamp(0.0, 1.0) / 2.0)).await;
                wait = wait.saturating_mul(2).min(LONGEST_WAIT);
            }
        }
    }
}
