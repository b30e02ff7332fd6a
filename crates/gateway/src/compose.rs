//! Composition: files, keys, the machine's clocks and randomness come in here and nowhere else.

use std::{io, sync::Arc};

use doorward_client::{
    api::{Api, ApiFault},
    clocks::MachineClocks,
    files::{FileFault, read, secret},
    follower::{FollowFault, Follower, FollowerParts, lies_at},
    identity::{ClientIdentity, IdentityFault},
    replica::Place,
    standing::Standing as Replicated,
};
use doorward_core::route::{RouteTableError, RouteTableSpec};
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
    #[error(transparent)]
    File(#[from] FileFault),
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
