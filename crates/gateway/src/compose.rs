//! Composition: files, keys, the machine's clocks and randomness come in here and nowhere else.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use doorward_client::{
    api::{Api, ApiFault},
    clocks::MachineClocks,
    follower::{FollowFault, Follower, FollowerParts, lies_at},
    identity::{ClientIdentity, IdentityFault},
    replica::Place,
    standing::Standing as Replicated,
};
use doorward_core::route::{RouteTableError, RouteTableSpec};
use secrecy::SecretString;
use tokio::{net::TcpListener, sync::watch};

use crate::{
    TrustFault, TrustFile,
    config::{Config, ConfigFault, UpstreamConfig, read_toml},
    delivery::{Server, deliver_always},
    forward::{Credential, Upstream, UpstreamFault},
    gate::{Gate, GateParts},
    journal::{Journal, JournalFault},
    serve::{Listeners, serve},
    tls::{TlsFault, server_config},
};

/// Why the gateway cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    #[error(transparent)]
    Config(#[from] ConfigFault),
    #[error("{path} cannot be read: {fault}")]
    Unreadable { path: PathBuf, fault: io::Error },
    #[error("{path} holds a secret, and its mode {mode:o} lets others touch it: run chmod 600 on it")]
    Loose { path: PathBuf, mode: u32 },
    #[error("{0} is empty")]
    EmptySecret(PathBuf),
    #[error(transparent)]
    Trust(#[from] TrustFault),
    #[error(transparent)]
    Routes(#[from] RouteTableError),
    #[error(transparent)]
    Upstream(#[from] UpstreamFault),
    #[error(transparent)]
    Journal(#[from] JournalFault),
    #[error(transparent)]
    Tls(#[from] TlsFault),
    #[error("the server's CA cannot be used: {0}")]
    Server(#[from] ApiFault),
    #[error(transparent)]
    Identity(#[from] IdentityFault),
    #[error("the replica cannot be opened: {0}")]
    Replica(#[from] FollowFault),
    #[error("the machine's clocks cannot be read, or an address cannot be listened on: {0}")]
    Machine(#[from] io::Error),
}

/// Runs the gateway until `shutdown` is ready.
pub async fn run(config: Config, shutdown: impl Future<Output = ()> + Send) -> Result<(), StartFault> {
    let trust: TrustFile = read_toml(&config.trust)?;
    let standing = Replicated::new(Arc::new(MachineClocks::new()?));
    let following = follow(&config, &trust, standing.clone()).await?;
    let journal = Journal::open(&config.journal)?;
    let server = Server { api: api(&config, &trust)?, key: secret(&config.server.follower_key)? };
    let gate = Arc::new(gate(&config, &trust, standing, journal.clone())?);
    let tls = Arc::new(server_config(&config.tls.certificate, &config.tls.key)?);
    let public = TcpListener::bind(config.listen).await?;
    let admin = match config.admin {
        Some(admin) => Some(TcpListener::bind(admin).await?),
        None => None,
    };
    tracing::info!(listen = %config.listen, "the gateway listens");
    let delivering = tokio::spawn(async move { deliver_always(&journal, &server, jitter).await });
    serve(gate, Listeners { public, admin }, tls, &config.limits, shutdown).await;
    following.abort();
    // What is not delivered yet is on the disk, and goes out after the next start.
    delivering.abort();
    Ok(())
}

/// Opens the replica and follows the server's feed. Until something signed is heard, nothing passes.
async fn follow(
    config: &Config,
    trust: &TrustFile,
    standing: Replicated,
) -> Result<tokio::task::JoinHandle<()>, StartFault> {
    let api = api(config, trust)?;
    let key = secret(&config.server.follower_key)?;
    let (holder, credential) = watch::channel(Some((api, key)));
    // It starts with nobody there to unlock anything, and holds ids alone.
    let (place, trust) = (lies_at(Place::Plain(config.replica.clone())), trust.feed()?);
    let (mut follower, _) =
        Follower::new(FollowerParts { place, trust, standing, credential, jitter: Box::new(jitter) });
    follower.open().await?;
    Ok(tokio::spawn(async move {
        follower.run().await;
        drop(holder);
    }))
}

fn api(config: &Config, trust: &TrustFile) -> Result<Api, StartFault> {
    let ca = read(&config.server.ca)?;
    Ok(Api::new(&trust.server, ca.as_bytes(), &ClientIdentity::generate()?)?)
}

fn gate(config: &Config, trust: &TrustFile, standing: Replicated, journal: Journal) -> Result<Gate, StartFault> {
    let UpstreamConfig { url, ca, credential, credential_header, pass_headers } = &config.upstream;
    let credential = Credential::new(credential_header, secret(credential)?)?;
    let upstream = Upstream::new(url, ca.as_deref(), credential, pass_headers, config.limits.forward())?;
    Ok(Gate::new(GateParts {
        standing: Arc::new(standing),
        verifier: trust.tokens()?,
        routes: read_toml::<RouteTableSpec>(&config.routes)?,
        upstream,
        journal,
        request_ids: Box::new(request_id),
        lease: config.lease(),
        tokens: config.limits.tokens,
        requests_per_session: config.limits.requests_per_session,
    })?)
}

fn read(path: &Path) -> Result<String, StartFault> {
    fs::read_to_string(path).map_err(|fault| unreadable(path, fault))
}

fn unreadable(path: &Path, fault: io::Error) -> StartFault {
    StartFault::Unreadable { path: path.to_owned(), fault }
}

/// A secret that stands in a file of its own, without the line's end. A file that others may read holds no secret.
fn secret(path: &Path) -> Result<SecretString, StartFault> {
    let mode = fs::metadata(path).map_err(|fault| unreadable(path, fault))?.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(StartFault::Loose { path: path.to_owned(), mode });
    }
    let text = read(path)?;
    match text.trim_end() {
        "" => Err(StartFault::EmptySecret(path.to_owned())),
        text => Ok(SecretString::from(text.to_owned())),
    }
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Neither use is a secret: where the machine has no randomness, ids repeat and waits do not spread.
    if aws_lc_rs::rand::fill(&mut bytes).is_err() {
        tracing::error!("the machine gives no random numbers");
    }
    bytes
}

fn request_id() -> String {
    hex::encode(random::<16>())
}

fn jitter() -> f64 {
    f64::from(u32::from_le_bytes(random())) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credential");
        fs::write(&path, "Bearer upstream\n").unwrap();
        for (mode, taken) in [(0o644, false), (0o640, false), (0o600, true), (0o400, true)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            match secret(&path) {
                Ok(found) => assert!(taken && found.expose_secret() == "Bearer upstream"),
                Err(fault) => assert!(!taken && matches!(fault, StartFault::Loose { .. }), "{fault}"),
            }
        }
    }
}
