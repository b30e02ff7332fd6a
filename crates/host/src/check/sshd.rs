//! sshd's own configuration, as it holds for each user who may be logged in (`sshd -T`).

use std::{
    collections::BTreeMap,
    fs, io,
    os::unix::fs::MetadataExt,
    path::Path,
    process::{Command, Stdio},
};

use super::Finding;
use crate::config::{Config, DEFAULT_SOCKET};

/// What the command is to be told, besides where the agent is asked.
const TOKENS: [&str; 7] = ["host", "admit", "--serial=%s", "--key-id=%i", "--ssh-key=%f", "--ca=%F", "--user=%u"];

/// sshd's settings by their names in small letters.
type Settings = BTreeMap<String, String>;

/// What is wrong in it.
pub fn check(config: &Config) -> Vec<Finding> {
    let mut found = Vec::new();
    for login in &config.logins {
        match effective(config, login) {
            Ok(settings) => {
                let new = judge(&settings, config).into_iter().chain(command_file(&settings));
                let new: Vec<_> = new.filter(|finding| !found.contains(finding)).collect();
                found.extend(new);
            }
            Err(why) => {
                let program = config.sshd.program.display();
                found.push(Finding::wrong("sshd-unreadable", format!("`{program} -T` says nothing: {why}")));
                break;
            }
        }
    }
    found
}

fn effective(config: &Config, login: &str) -> Result<Settings, String> {
    let mut command = Command::new(&config.sshd.program);
    command.arg("-T").arg("-C");
    command.arg(format!("user={login},host=localhost,addr=127.0.0.1,laddr=127.0.0.1,lport=22"));
    if let Some(file) = &config.sshd.config {
        command.arg("-f").arg(file);
    }
    let told = command.stdin(Stdio::null()).output().map_err(|fault| fault.to_string())?;
    if !told.status.success() {
        return Err(String::from_utf8_lossy(&told.stderr).lines().next().unwrap_or("no reason given").to_owned());
    }
    Ok(read(&String::from_utf8_lossy(&told.stdout)))
}

fn read(text: &str) -> Settings {
    let pairs = text.lines().filter_map(|line| line.split_once(' '));
    pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect()
}

/// What is wrong with the settings.
fn judge(settings: &Settings, config: &Config) -> Vec<Finding> {
    let value = |name: &str| settings.get(name).map_or("none", String::as_str);
    let mut found = Vec::new();
    let mut expect = |name: &str, wanted: &str, finding: Finding| {
        if value(name) != wanted {
            found.push(finding);
        }
    };
    let (trusted, revoked) = (config.trusted().display().to_string(), config.revoked().display().to_string());
    expect(
        "trustedusercakeys",
        &trusted,
        Finding::wrong(
            "trusted-user-ca-keys",
            format!("TrustedUserCAKeys must be {trusted}: sshd believes others, or nobody"),
        ),
    );
    expect(
        "revokedkeys",
        &revoked,
        Finding::wrong(
            "revoked-keys",
            format!("RevokedKeys must be {revoked}: what was revoked is not refused by sshd itself"),
        ),
    );
    let user = &config.sshd.admit_user;
    expect(
        "authorizedprincipalscommanduser",
        user,
        Finding::wrong(
            "admit-user",
            format!("AuthorizedPrincipalsCommandUser must be {user}: the agent hears nobody else"),
        ),
    );
    expect(
        "authorizedprincipalsfile",
        "none",
        Finding::wrong(
            "principals-file",
            "AuthorizedPrincipalsFile must be none: it lets in by a certificate that the agent was not asked about",
        ),
    );
    expect(
        "pubkeyauthentication",
        "yes",
        Finding::wrong("no-public-keys", "PubkeyAuthentication must be yes: nobody gets in by a certificate"),
    );
    expect(
        "fingerprinthash",
        "SHA256",
        Finding::wrong("fingerprint-hash", "FingerprintHash must be sha256: the agent knows keys by no other"),
    );
    expect(
        "authorizedkeysfile",
        "none",
        Finding::warning(
            "keys-file",
            "AuthorizedKeysFile is not none: keys that stand there let in without Doorward, and are not ended by it",
        ),
    );
    expect(
        "authorizedkeyscommand",
        "none",
        Finding::warning("keys-command", "AuthorizedKeysCommand is not none: it may let in without Doorward"),
    );
    expect(
        "usepam",
        "yes",
        Finding::warning(
            "no-pam",
            "UsePAM is not yes: logind makes no scope, and what was detached from a session stays",
        ),
    );
    for name in
        ["passwordauthentication", "kbdinteractiveauthentication", "hostbasedauthentication", "gssapiauthentication"]
    {
        if value(name) == "yes" {
            let words = format!("{name} is yes: whoever comes in by it comes without Doorward");
            found.push(Finding::warning("other-ways-in", words));
        }
    }
    if !matches!(value("authenticationmethods"), "any" | "none" | "publickey") {
        let words =
            "AuthenticationMethods asks for more than one thing: of several certificates only the last is watched";
        found.push(Finding::warning("several-methods", words));
    }
    found.extend(command(value("authorizedprincipalscommand"), config));
    found
}

/// Whether sshd asks the agent, and tells it all it must know.
fn command(value: &str, config: &Config) -> Option<Finding> {
    let socket = format!("--socket={}", config.sshd.socket.display());
    let mut words: Vec<_> = value.split_whitespace().skip(1).collect();
    let named = words.iter().position(|word| *word == socket).map(|at| words.remove(at)).is_some();
    let asked = named || config.sshd.socket == Path::new(DEFAULT_SOCKET);
    let mut wanted = TOKENS.to_vec();
    words.sort_unstable();
    wanted.sort_unstable();
    if words == wanted && asked {
        return None;
    }
    let more = if config.sshd.socket == Path::new(DEFAULT_SOCKET) { String::new() } else { format!(" {socket}") };
    let words = format!("AuthorizedPrincipalsCommand must be /usr/bin/doorward {}{more}", TOKENS.join(" "));
    Some(Finding::wrong("admit-command", words))
}

/// sshd runs no command that others than root could have changed; then nobody gets in.
fn command_file(settings: &Settings) -> Option<Finding> {
    // That there is none is said already.
    let named = settings.get("authorizedprincipalscommand").filter(|named| *named != "none")?;
    let program = named.split_whitespace().next()?;
    let loose = Path::new(program).ancestors().find_map(|path| loose(path).transpose());
    match loose? {
        Ok(words) => Some(Finding::wrong("admit-command-loose", words)),
        Err(fault) => Some(Finding::wrong("admit-command", format!("{program}: {fault}"))),
    }
}

/// Why others than root could change `path`.
fn loose(path: &Path) -> io::Result<Option<String>> {
    let found = fs::metadata(path)?;
    let theirs = found.uid() != 0 || found.mode() & 0o022 != 0;
    let words =
        format!("{} must be root's, and writable by nobody else: sshd refuses to run the command", path.display());
    Ok(theirs.then_some(words))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn config(more: &str) -> Config {
        let text = format!(
            r#"
            host = "web-1"
            label = "infrastructure"
            logins = ["ops"]
            trust = "trust.toml"
            state = "/var/lib/doorward-host"
            server = {{ ca = "ca.pem", follower_key = "f" }}
            sshd = {{ admit_user = "doorward-admit"{more} }}
        "#
        );
        toml::from_str(&text).unwrap()
    }

    const GOOD: &str = "trustedusercakeys /var/lib/doorward-host/trusted_user_ca_keys
revokedkeys /var/lib/doorward-host/revoked_keys
authorizedprincipalscommand /usr/bin/doorward host admit --serial=%s --key-id=%i --ssh-key=%f --ca=%F --user=%u
authorizedprincipalscommanduser doorward-admit
authorizedprincipalsfile none
authorizedkeysfile none
authorizedkeyscommand none
pubkeyauthentication yes
passwordauthentication no
kbdinteractiveauthentication no
hostbasedauthentication no
gssapiauthentication no
authenticationmethods any
fingerprinthash SHA256
usepam yes
";

    fn codes(text: &str, more: &str) -> Vec<&'static str> {
        judge(&read(text), &config(more)).into_iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn each_setting_that_is_not_as_it_is_to_be_is_named() {
        assert_eq!(codes(GOOD, ""), Vec::<&str>::new());
        let cases = [
            ("/trusted_user_ca_keys", "/other", "trusted-user-ca-keys"),
            ("revokedkeys /var/lib/doorward-host/revoked_keys", "revokedkeys none", "revoked-keys"),
            ("commanduser doorward-admit", "commanduser root", "admit-user"),
            ("authorizedprincipalsfile none", "authorizedprincipalsfile /etc/ssh/p", "principals-file"),
            ("authorizedkeysfile none", "authorizedkeysfile .ssh/authorized_keys", "keys-file"),
            ("authorizedkeyscommand none", "authorizedkeyscommand /bin/keys", "keys-command"),
            ("pubkeyauthentication yes", "pubkeyauthentication no", "no-public-keys"),
            ("passwordauthentication no", "passwordauthentication yes", "other-ways-in"),
            ("authenticationmethods any", "authenticationmethods publickey,publickey", "several-methods"),
            ("fingerprinthash SHA256", "fingerprinthash MD5", "fingerprint-hash"),
            ("usepam yes", "usepam no", "no-pam"),
            (" --serial=%s", "", "admit-command"),
            ("--user=%u", "--user=ops", "admit-command"),
            ("host admit", "host admit --log=trace", "admit-command"),
            ("authorizedprincipalscommand /usr", "authorizedprincipalscommandx /usr", "admit-command"),
        ];
        for (good, bad, code) in cases {
            assert!(GOOD.contains(good), "{good}");
            assert_eq!(codes(&GOOD.replace(good, bad), ""), [code], "{bad}");
        }
        assert_eq!(codes("", "").len(), 7, "sshd that says nothing of itself");
    }

    #[test]
    fn an_agent_that_is_asked_elsewhere_must_be_named() {
        let more = ", socket = \"/run/x/admit.sock\"";
        assert_eq!(codes(GOOD, more), ["admit-command"]);
        let told = GOOD.replace("--user=%u", "--user=%u --socket=/run/x/admit.sock");
        assert_eq!(codes(&told, more), Vec::<&str>::new());
    }

    #[test]
    fn a_command_that_others_could_change_is_none() {
        let settings = |program: &str| read(&format!("authorizedprincipalscommand {program} host admit"));
        assert_eq!(command_file(&settings("/bin/sh")), None);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("doorward");
        fs::write(&file, "").unwrap();
        // The folder for what is short-lived is everybody's.
        assert_eq!(command_file(&settings(&file.display().to_string())).unwrap().code, "admit-command-loose");
        assert_eq!(command_file(&settings("/nowhere/doorward")).unwrap().code, "admit-command");
    }
}
