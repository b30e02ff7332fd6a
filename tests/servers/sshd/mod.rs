//! A server with Debian's own sshd and our agent on it, in a folder that is taken away again: sshd listens on the
//! loopback alone, under a configuration, keys and users of its own.
//!
//! It needs root, as sshd and the agent do. Where there is none the tests fail and say so; `scripts/test.sh` says before
//! that they were skipped, and never that they passed.

mod agent;
mod client;
pub mod line;

use std::{
    fs::{self, Permissions},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use doorward_core::{
    id::{CertificateSerial, HostId},
    policy::HostLabel,
    session::Reason,
    staff::Role,
    wire::{HostReach, Intent, IssuedCertificate, Outcome, PutHost},
};
use doorward_testkit::{
    house::{HeldPort, House, Person, wait_until},
    world::{World, WorldSize},
};
use tempfile::TempDir;

pub use agent::{Agent, Settings};
pub use client::Identity;
#[allow(unused_imports, reason = "the benchmark signs nothing anew")]
pub use client::Resigned;

/// Long enough for a busy machine.
pub const SOON: Duration = Duration::from_secs(20);
/// Who is logged in; sshd alone knows them.
pub const LOGIN: &str = "ops";
/// Whom sshd runs the command as.
pub const ADMIT_USER: &str = "nobody";
const SSHD: &str = "/usr/sbin/sshd";

/// The house, and a host of it.
pub struct Stand {
    pub house: House,
    pub admin: Person,
    pub host: HostId,
    pub agent: Agent,
    pub folder: PathBuf,
    pub port: u16,
    made: usize,
    _sshd: Sshd,
    _folder: TempDir,
    _held: HeldPort,
}

/// sshd, until it is dropped.
struct Sshd(Child);

impl Drop for Sshd {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Stand {
    pub async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    /// A house with a host `web-1`, whose sshd and agent run.
    pub async fn with(settings: Settings) -> Self {
        if let Some(why) = impossible() {
            panic!("CANNOT BE RUN HERE, AND SO PROVES NOTHING: {why}. tests/servers/run.sh says what is needed.");
        }
        // sshd runs a command only where nobody but root could have changed anything on the way to it: not below the
        // folder for what is short-lived.
        let made = tempfile::Builder::new().prefix("doorward-test-").tempdir_in("/var/lib").unwrap();
        fs::set_permissions(made.path(), Permissions::from_mode(0o755)).unwrap();
        let folder = made.path().to_owned();
        let world = std::sync::Arc::new(World::draw(7, WorldSize::SMALL, now()));
        let house = House::build(&folder.join("house"), &program(), world).await.unwrap();
        let admin = house.admin().await.unwrap();
        let held = HeldPort::new().unwrap();
        let port = held.port();
        let host = HostId::parse("web-1").unwrap();
        place_program(&folder);
        key(&folder, "host_key", "ed25519", &[]);
        let mut stand = Self {
            agent: Agent::new(&folder, &house, &host, &settings),
            _sshd: sshd(&folder, port),
            house,
            admin,
            host,
            folder,
            port,
            made: 0,
            _folder: made,
            _held: held,
        };
        stand.put_host("web-1").await;
        stand.agent.start();
        stand.fresh().await;
        stand
    }

    /// Registers a host.
    pub async fn put_host(&self, id: &str) -> HostId {
        let host = HostId::parse(id).unwrap();
        let host_keys = vec![fs::read_to_string(self.folder.join("host_key.pub")).unwrap().trim().to_owned()];
        let reach = HostReach { address: "127.0.0.1".to_owned(), port: self.port, login: LOGIN.to_owned(), host_keys };
        self.house.put_host(&host, &PutHost { label: HostLabel::Infrastructure, reach }).await.unwrap();
        host
    }

    /// Waits until the agent admits.
    pub async fn fresh(&self) {
        wait_until("the agent is fresh", SOON * 3, async || self.agent.is_fresh()).await.unwrap();
    }

    /// Waits until it lets them in again: who was out of touch hears first how things stand.
    pub async fn soon_lets_in(&self, identity: &Identity) {
        wait_until("they get in", SOON * 3, async || self.lets_in(identity).await).await.unwrap();
    }

    /// Somebody who may log in to this host's like.
    pub async fn engineer(&mut self, id: &str) -> Person {
        self.house.hire(&mut self.admin, id, id, &[Role::InfrastructureEngineer]).await.unwrap()
    }

    /// An SSH key of this kind that goes with their staff key, and a certificate for this host.
    pub async fn identity(&mut self, who: &mut Person, kind: &str, options: &[&str]) -> Identity {
        self.made += 1;
        let private = key(&self.folder, &format!("key-{}", self.made), kind, options);
        let public_key = fs::read_to_string(private.with_extension("pub")).unwrap();
        who.intend(Intent::EnrolSshKey { public_key: public_key.trim().to_owned() }).await.unwrap();
        self.certify(who, &private, &self.host.clone()).await
    }

    /// Another certificate for the same key.
    pub async fn certify(&mut self, who: &mut Person, private: &Path, host: &HostId) -> Identity {
        let issued = issue(who, host).await;
        self.made += 1;
        Identity::new(&self.folder, self.made, private, &issued.text, issued.certificate)
    }

    /// Somebody with an Ed25519 key and a certificate for this host.
    pub async fn somebody(&mut self, id: &str) -> (Person, Identity) {
        let mut who = self.engineer(id).await;
        let identity = self.identity(&mut who, "ed25519", &[]).await;
        (who, identity)
    }

    /// Revokes a certificate as a security admin does.
    pub async fn revoke(&mut self, certificate: CertificateSerial) {
        self.admin.intend(Intent::RevokeCertificate { certificate }).await.unwrap();
    }
}

async fn issue(who: &mut Person, host: &HostId) -> IssuedCertificate {
    let reason = Reason::new(Some("T-20417"), "Looks into a disk that fills up").unwrap();
    match who.intend(Intent::IssueCertificate { host: host.clone(), reason }).await.unwrap() {
        Outcome::Certified { issued } => issued,
        other => panic!("no certificate came of it: {other:?}"),
    }
}

/// Why sshd cannot be run here as it runs on a server, where it cannot.
pub fn impossible() -> Option<&'static str> {
    if !rustix::process::geteuid().is_root() {
        Some("sshd and the agent need root")
    } else if !Path::new(SSHD).exists() {
        Some("openssh-server is missing")
    } else if !Command::new("unshare").args(["-m", "true"]).status().is_ok_and(|status| status.success()) {
        Some("a mount namespace is needed, for a user whom sshd alone knows (CAP_SYS_ADMIN)")
    } else {
        None
    }
}

/// The program of this build.
fn program() -> PathBuf {
    let here = std::env::current_exe().unwrap();
    let program = here.ancestors().nth(2).unwrap().join("doorward");
    assert!(program.exists(), "{} is not there: build the workspace first", program.display());
    program
}

/// Puts the program where sshd runs it: root's all the way.
fn place_program(folder: &Path) {
    let (built, placed) = (program(), folder.join("doorward"));
    let meta = fs::metadata(&built).unwrap();
    let as_it_is = meta.uid() == 0 && meta.mode() & 0o022 == 0;
    if !(as_it_is && fs::hard_link(&built, &placed).is_ok()) {
        fs::copy(&built, &placed).unwrap();
        fs::set_permissions(&placed, Permissions::from_mode(0o755)).unwrap();
    }
}

fn sshd(folder: &Path, port: u16) -> Sshd {
    fs::create_dir_all("/run/sshd").unwrap();
    let at = folder.display();
    let config = format!(
        "ListenAddress 127.0.0.1:{port}\nHostKey {at}/host_key\nPidFile none\nUsePAM yes\nLogLevel VERBOSE\n\
         AuthorizedKeysFile none\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nMaxStartups 200\n\
         PerSourceMaxStartups none\nAllowTcpForwarding yes\n\
         TrustedUserCAKeys {at}/state/trusted_user_ca_keys\nRevokedKeys {at}/state/revoked_keys\n\
         AuthorizedPrincipalsCommandUser {ADMIT_USER}\n\
         AuthorizedPrincipalsCommand {at}/doorward host admit --serial=%s --key-id=%i --ssh-key=%f --ca=%F --user=%u \
         --socket={at}/run/admit.sock\n"
    );
    fs::write(folder.join("sshd_config"), config).unwrap();
    let home = folder.join("home");
    fs::create_dir(&home).unwrap();
    std::os::unix::fs::chown(&home, Some(4242), Some(4242)).unwrap();
    let with = |file: &str, line: &str| {
        let text = fs::read_to_string(Path::new("/etc").join(file)).unwrap();
        fs::write(folder.join(file), format!("{text}{line}\n")).unwrap();
        fs::set_permissions(folder.join(file), Permissions::from_mode(0o644)).unwrap();
    };
    with("passwd", &format!("{LOGIN}:x:4242:4242::{}:/bin/sh", home.display()));
    with("shadow", &format!("{LOGIN}:*:19000:0:99999:7:::"));
    let log = fs::File::create(folder.join("sshd.log")).unwrap();
    let script = format!(
        "mount --bind {at}/passwd /etc/passwd && mount --bind {at}/shadow /etc/shadow && exec {SSHD} -D -e -f {at}/sshd_config"
    );
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", &script]).stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
    Sshd(command.spawn().unwrap())
}

/// A new key pair: where its private half is.
fn key(folder: &Path, name: &str, kind: &str, options: &[&str]) -> PathBuf {
    let private = folder.join(name);
    let mut make = Command::new("ssh-keygen");
    make.args(["-q", "-N", "", "-C", "", "-t", kind, "-f"]).arg(&private);
    if kind.ends_with("-sk") {
        assert!(Path::new(client::SOFT_KEY).exists(), "openssh-tests is missing: scripts/setup.sh installs it");
        make.args(["-w", client::SOFT_KEY]);
    }
    for option in options {
        make.args(["-O", option]);
    }
    assert!(make.stdin(Stdio::null()).status().unwrap().success(), "{kind}");
    private
}

fn now() -> doorward_core::time::UnixMs {
    use doorward_client::clocks::{Clocks, MachineClocks};
    MachineClocks::new().unwrap().wall()
}
