//! The agent on a host: started, killed at any moment, asked how it stands, and what it wrote looked at.

use std::{
    fs::{self, File, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use doorward_core::{id::HostId, ssh::krl::Krl};
use doorward_testkit::house::House;

use super::{ADMIT_USER, line::Line};

/// How an agent is set up.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    pub lease_seconds: u64,
    pub strict: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { lease_seconds: 10, strict: false }
    }
}

/// The agent's program.
pub struct Agent {
    folder: PathBuf,
    child: Option<Child>,
}

impl Agent {
    pub(super) fn new(folder: &Path, house: &House, host: &HostId, settings: &Settings) -> Self {
        let Settings { lease_seconds, strict } = settings;
        let (at, house) = (folder.display(), house.folder.display());
        let config = format!(
            r#"host = "{host}"
label = "infrastructure"
logins = ["ops"]
trust = "{house}/trust.toml"
state = "{at}/state"
lease_seconds = {lease_seconds}
strict = {strict}

[server]
ca = "{house}/data/development-ca.pem"
follower_key = "{house}/follower-key"

[sshd]
admit_user = "{ADMIT_USER}"
socket = "{at}/run/admit.sock"
config = "{at}/sshd_config"
"#
        );
        fs::write(folder.join("host.toml"), config).unwrap();
        fs::create_dir(folder.join("state")).unwrap();
        fs::create_dir(folder.join("run")).unwrap();
        fs::set_permissions(folder.join("run"), Permissions::from_mode(0o755)).unwrap();
        Self { folder: folder.to_owned(), child: None }
    }

    pub fn start(&mut self) {
        let log = File::options().create(true).append(true).open(self.folder.join("agent.log")).unwrap();
        // Of root's powers it has those that its unit leaves it, and no other.
        let mut command = Command::new("setpriv");
        command.args(["--bounding-set=-all,+kill,+chown", "--no-new-privs"]).arg(self.folder.join("doorward"));
        command.args(["host", "run", "--config"]).arg(self.folder.join("host.toml")).env("DOORWARD_LOG", "debug");
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        self.child = Some(command.spawn().unwrap());
    }

    /// From its next start on it reaches the server over `line`.
    pub fn go_over(&self, line: &Line, house: &House) {
        let trust = fs::read_to_string(house.folder.join("trust.toml")).unwrap();
        let (direct, over) = (format!(":{}", house.ports.server), format!(":{}", line.port));
        assert_eq!(trust.matches(&direct).count(), 1);
        fs::write(self.folder.join("trust.toml"), trust.replace(&direct, &over)).unwrap();
        let config = fs::read_to_string(self.folder.join("host.toml")).unwrap();
        let direct = house.folder.join("trust.toml");
        let over = config.replace(direct.to_str().unwrap(), self.folder.join("trust.toml").to_str().unwrap());
        assert_ne!(over, config);
        fs::write(self.folder.join("host.toml"), over).unwrap();
    }

    /// As a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Where sshd's files and the connections are.
    pub fn state(&self) -> PathBuf {
        self.folder.join("state")
    }

    /// What it said of itself.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("agent.log")).unwrap()
    }

    /// `doorward host check`.
    pub fn check(&self) -> Output {
        let mut command = Command::new(self.folder.join("doorward"));
        command.args(["host", "check", "--config"]).arg(self.folder.join("host.toml")).output().unwrap()
    }

    /// The codes of what is wrong, as `doorward host check` names them.
    pub fn wrong(&self) -> Vec<String> {
        let said = String::from_utf8(self.check().stdout).unwrap();
        let wrong = said.lines().filter_map(|line| line.strip_prefix("wrong   "));
        wrong.filter_map(|line| line.split_once(": ").map(|(code, _)| code.to_owned())).collect()
    }

    /// Whether it answers, and admits.
    pub fn is_fresh(&self) -> bool {
        let wrong = self.wrong();
        !["agent-silent", "not-fresh", "lists-not-in-place"].iter().any(|code| wrong.iter().any(|found| found == code))
    }

    /// The list of what is refused, which must be whole at every moment.
    pub fn krl(&self) -> Krl {
        Krl::decode(&fs::read(self.state().join("revoked_keys")).unwrap()).unwrap()
    }

    /// Whether the list refuses everything that any authority signed.
    pub fn shuts_everybody_out(&self) -> bool {
        let trusted = fs::read_to_string(self.state().join("trusted_user_ca_keys")).unwrap();
        let authorities = trusted.lines().filter(|line| line.starts_with("ssh-")).count();
        authorities > 0 && self.krl().fingerprints().count() >= authorities
    }

    /// How many connections it has written down.
    pub fn connections(&self) -> usize {
        fs::read_dir(self.state().join("connections")).map_or(0, Iterator::count)
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.kill();
    }
}
