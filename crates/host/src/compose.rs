//! Composition: files, keys, the machine's clocks and randomness come in here and nowhere else.

use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use doorward_client::{
    api::{Api, ApiFault},
    clocks::MachineClocks,
    files::{FileFault, read, secret},
    follower::{Connection, FollowFault, Follower, FollowerParts, lies_at},
    identity::{ClientIdentity, IdentityFault},
    replica::Place,
    standing::Standing,
};
use doorward_core::trust::{TrustFault, TrustFile};
use tokio::{
    sync::watch,
    task::{JoinHandle, spawn_blocking},
};

use crate::{
    agent::{Agent, Parts},
    config::{Config, ConfigFault, read_toml},
    connections::Connections,
    files::own_folder,
    lists::ListFiles,
    processes::boot,
    scope::Scopes,
    socket::{LocalUser, answer_always, listen},
    tell::{Server, tell_always},
};

/// The user as whom sshd works before anybody is let in, as OpenSSH has it built in.
const UNPRIVILEGED: &str = "sshd";
pub(crate) const PASSWD: &str = "/etc/passwd";

/// Why the agent cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    #[error(transparent)]
    Config(#[from] ConfigFault),
    #[error(transparent)]
    File(#[from] FileFault),
    #[error("there is no local user `{0}`")]
    NoUser(String),
    #[error("the agent must run as root: it ends other users' processes")]
    NotRoot,
    #[error("{0} is in use: another agent runs")]
    Held(PathBuf),
    #[error(transparent)]
    Trust(#[from] TrustFault),
    #[error("the server's CA cannot be used: {0}")]
    Server(#[from] ApiFault),
    #[error(transparent)]
    Identity(#[from] IdentityFault),
    #[error("the replica cannot be opened: {0}")]
    Replica(#[from] FollowFault),
    #[error("{what}: {fault}")]
    Machine { what: &'static str, fault: io::Error },
}

/// Runs the agent until `shutdown` is ready. What sshd reads stays in place; nobody new gets in without the agent.
pub async fn run(config: Config, shutdown: impl Future<Output = ()> + Send) -> Result<(), StartFault> {
    if !rustix::process::geteuid().is_root() {
        return Err(StartFault::NotRoot);
    }
    let (asking, unprivileged) = (local_user(&config.sshd.admit_user)?, local_user(UNPRIVILEGED)?);
    own_folder(&config.state).map_err(machine("the agent's folder"))?;
    let _hold = hold(&config.state)?;
    let trust: TrustFile = read_toml(&config.trust)?;
    trust.check()?;
    let standing = Standing::new(Arc::new(MachineClocks::new().map_err(machine("the machine's clocks"))?));
    let (following, online) = follow(&config, &trust, standing.clone()).await?;
    let boot = boot().map_err(machine("which boot this is"))?;
    let connections = Connections::open(&config.connections(), &boot).map_err(machine("who is connected"))?;
    let connections = Arc::new(connections);
    let parts = Parts {
        host: config.host.clone(),
        logins: config.logins.clone(),
        lease: config.lease(),
        strict: config.strict,
        standing,
        online,
        connections: Arc::clone(&connections),
        scopes: Scopes::find(),
        unprivileged: unprivileged.user,
    };
    let agent = Agent::new(parts, ListFiles::new(&config.state));
    let first = Arc::clone(&agent);
    // sshd's files are in place, and it is known who is in, before anybody is answered or told.
    let swept = spawn_blocking(move || first.sweep()).await;
    swept.map_err(|fault| machine("the first look")(fault.into()))?;
    let listener = listen(&config.sshd, asking).map_err(machine("the agent's socket"))?;
    let server =
        Server { api: api(&config, &trust)?, key: secret(&config.server.follower_key)?, host: config.host.clone() };
    tracing::info!(host = %config.host, socket = %config.sshd.socket.display(), "the agent answers");
    let telling = tokio::spawn(async move { tell_always(&connections, &server, jitter).await });
    tokio::select! {
        () = Arc::clone(&agent).watch() => {}
        () = answer_always(listener, agent, asking) => {}
        () = shutdown => {}
    }
    telling.abort();
    following.abort();
    Ok(())
}

/// Opens the replica and follows the server's feed. Until something signed is heard, nobody gets in. The follower at
/// work, and how it stands with the server.
async fn follow(
    config: &Config,
    trust: &TrustFile,
    standing: Standing,
) -> Result<(JoinHandle<()>, watch::Receiver<Connection>), StartFault> {
    let (holder, credential) = watch::channel(Some((api(config, trust)?, secret(&config.server.follower_key)?)));
    // It starts with nobody there to unlock anything, and holds ids alone.
    let (place, trust) = (lies_at(Place::Plain(config.replica())), trust.feed()?);
    let parts = FollowerParts { place, trust, standing, credential, jitter: Box::new(jitter) };
    let (mut follower, online) = Follower::new(parts);
    follower.open().await?;
    let work = tokio::spawn(async move {
        follower.run().await;
        drop(holder);
    });
    Ok((work, online))
}

fn api(config: &Config, trust: &TrustFile) -> Result<Api, StartFault> {
    let ca = read(&config.server.ca)?;
    Ok(Api::new(&trust.server, ca.as_bytes(), &ClientIdentity::generate()?)?)
}

fn local_user(name: &str) -> Result<LocalUser, StartFault> {
    LocalUser::read(&read(Path::new(PASSWD))?, name).ok_or_else(|| StartFault::NoUser(name.to_owned()))
}

/// Two agents would each know half of who is connected.
fn hold(folder: &Path) -> Result<File, StartFault> {
    let path = folder.join("lock");
    let lock = File::options().create(true).truncate(false).write(true).open(&path);
    let lock = lock.map_err(machine("the agent's folder"))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(StartFault::Held(path)),
        Err(TryLockError::Error(fault)) => Err(machine("the agent's folder")(fault)),
    }
}

fn machine(what: &'static str) -> impl FnOnce(io::Error) -> StartFault {
    move |fault| StartFault::Machine { what, fault }
}

fn jitter() -> f64 {
    let mut bytes = [0; 4];
    // No secret: where the machine has no randomness, waits do not spread.
    if aws_lc_rs::rand::fill(&mut bytes).is_err() {
        tracing::error!("the machine gives no random numbers");
    }
    f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_agent_on_the_same_folder_does_not_start() {
        let folder = tempfile::tempdir().unwrap();
        let first = hold(folder.path()).unwrap();
        assert!(matches!(hold(folder.path()), Err(StartFault::Held(_))));
        drop(first);
        assert!(hold(folder.path()).is_ok());
    }
}
