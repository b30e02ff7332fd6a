//! Whatever a server or a user's folders are called, `ssh` hears what was meant.

use std::{
    ffi::{OsStr, OsString},
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use doorward_core::{
    id::{CertificateSerial, HostId},
    ssh::LONGEST_CERTIFICATE,
    time::{Millis, UnixMs},
    wire::{HostReach, IssuedCertificate},
};
use ssh_key::{
    PrivateKey, PublicKey,
    certificate::{Builder, CertType},
    private::Ed25519Keypair,
};

use super::*;

const HOST_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHlJwVIZ548kG5Z9tZEPXAYY4123eS91zc7jK8io0HsV";

/// A key of a kind that is not taken (RFC 4253, section 6.6): a name, 65537, and a number of 2,048 bits.
fn rsa() -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let string = |bytes: &[u8]| [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat();
    let modulus = [&[0][..], &[0xc7; 256]].concat();
    format!("ssh-rsa {}", STANDARD.encode([string(b"ssh-rsa"), string(&[1, 0, 1]), string(&modulus)].concat()))
}

fn key(seed: u8) -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[seed; 32]))
}

fn certificate(serial: u64, principals: &[&str], kind: CertType) -> String {
    let mut builder = Builder::new([1; 16], key(2).public_key().key_data().clone(), 1_000, 2_000).unwrap();
    builder.serial(serial).unwrap().cert_type(kind).unwrap().key_id("ines:7").unwrap();
    for principal in principals {
        builder.valid_principal(*principal).unwrap();
    }
    builder.sign(&key(1)).unwrap().to_openssh().unwrap()
}

fn issued(text: String) -> IssuedCertificate {
    IssuedCertificate {
        certificate: CertificateSerial(7),
        text,
        host: HostId::parse("web-1").unwrap(),
        reach: HostReach {
            address: "10.0.0.7".to_owned(),
            port: 2222,
            login: "ops".to_owned(),
            host_keys: vec![format!("{HOST_KEY} root@web-1")],
        },
        ends: UnixMs(2_000_000),
        connection_ends: UnixMs(9_000_000),
    }
}

fn good() -> IssuedCertificate {
    issued(certificate(7, &["web-1"], CertType::User))
}

fn places(folder: &Path) -> Places {
    Places { runtime: folder.to_owned(), keys: Some(folder.join("keys")) }
}

#[test]
fn what_is_for_something_else_is_refused() {
    assert!(Target::of(&good()).is_ok());
    let cases = [
        ("nothing", String::new(), IssuedFault::Certificate),
        ("a key", key(2).public_key().to_openssh().unwrap(), IssuedFault::Certificate),
        ("much", format!("{} {}", good().text.trim(), "x".repeat(20_000)), IssuedFault::Certificate),
        ("another serial", certificate(8, &["web-1"], CertType::User), IssuedFault::SomethingElse),
        ("another host", certificate(7, &["web-2"], CertType::User), IssuedFault::SomethingElse),
        ("two hosts", certificate(7, &["web-1", "web-2"], CertType::User), IssuedFault::SomethingElse),
        ("a host's", certificate(7, &["web-1"], CertType::Host), IssuedFault::SomethingElse),
    ];
    for (what, text, fault) in cases {
        assert_eq!(Target::of(&issued(text)).err(), Some(fault), "{what}");
    }
}

#[test]
fn no_name_of_a_server_becomes_an_option_a_user_or_a_command() {
    let hostile = [
        "",
        "-oProxyCommand=x",
        "--",
        "a b",
        "a\tb",
        "a\nb",
        "ops@10.0.0.7",
        "ssh://a",
        "a;id",
        "$(id)",
        "`id`",
        "a'b",
        "a\"b",
        "a%h",
        "a\\b",
        "[::1]",
        "ä.example",
        "a/b",
        "a*",
        &"a".repeat(254),
    ];
    for name in hostile {
        let mut asked = good();
        asked.reach.address = name.to_owned();
        assert_eq!(Target::of(&asked).err(), Some(IssuedFault::Reach), "address {name:?}");
        let mut asked = good();
        asked.reach.login = name.to_owned();
        assert_eq!(Target::of(&asked).err(), Some(IssuedFault::Reach), "login {name:?}");
    }
    for plain in ["10.0.0.7", "fe80::1", "web-1.example", "WEB"] {
        let mut asked = good();
        asked.reach.address = plain.to_owned();
        assert!(Target::of(&asked).is_ok(), "{plain}");
    }
    let mut asked = good();
    asked.reach.port = 0;
    assert_eq!(Target::of(&asked).err(), Some(IssuedFault::Reach));
    assert!(HostId::parse("-oProxyCommand=x").is_err() && HostId::parse("a b").is_err(), "nor does its id");
}

#[test]
fn known_hosts_has_the_host_s_keys_under_its_own_name_and_nothing_else() {
    let hosts = |keys: &[&str]| {
        let mut asked = good();
        asked.reach.host_keys = keys.iter().map(|&key| key.to_owned()).collect();
        Target::of(&asked).map(|target| target.known_hosts())
    };
    assert_eq!(hosts(&[&format!("{HOST_KEY} root@web-1")]).unwrap(), format!("web-1 {HOST_KEY}\n"));
    let bad: [&[&str]; 6] = [
        &[],
        &["ssh-ed25519 AAAA"],
        &[&format!("@cert-authority * {HOST_KEY}")],
        &[&format!("{HOST_KEY}\n* {HOST_KEY}")],
        &[HOST_KEY; 17],
        &[&format!("{HOST_KEY} {}", "x".repeat(20_000))],
    ];
    for keys in bad {
        let known = hosts(keys);
        let one_more = known.as_ref().is_ok_and(|text| text.lines().count() == 1);
        let one_more = one_more && keys[0].len() < 16_384;
        assert!(known == Err(IssuedFault::HostKeys) || one_more, "{keys:?}: {known:?}");
        assert!(!known.is_ok_and(|text| text.contains("* ") || text.contains('@')), "{keys:?}");
    }
}

/// What `ssh` itself understands of the arguments.
fn understood(arguments: &[OsString]) -> Vec<String> {
    let output = Command::new("ssh").arg("-G").args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn ssh_understands_the_files_as_they_are_meant_also_in_folders_with_odd_names() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["plain", "two words", "it's", "say \"hi\"", "100% \\ -oPort=1", "-x", "$HOME", "a #b"] {
        let place = folder.path().join(name);
        fs::create_dir(&place).unwrap();
        let connection = places(&place).lay_out(&Target::of(&good()).unwrap(), None, 7).unwrap();
        let read = understood(&connection.arguments(&[]));
        let said = |line: String| assert!(read.contains(&line), "{name}: {line}\n{read:#?}");
        // Where they are not replaced yet, ssh writes a percent sign that stands for itself twice.
        let shown = |path: &Path| path.to_str().unwrap().replace('%', "%%");
        said(format!("certificatefile {}", shown(&connection.certificate())));
        said(format!("identityfile {}", shown(connection.identity())));
        said(format!("userknownhostsfile {}", connection.known_hosts().display()));
        for line in ["hostname 10.0.0.7", "port 2222", "user ops", "hostkeyalias web-1", "identitiesonly yes"] {
            said(line.to_owned());
        }
        for line in ["stricthostkeychecking true", "controlmaster false", "forwardagent no", "clearallforwardings yes"]
        {
            said(line.to_owned());
        }
    }
    for name in ["${HOME}", "a\nb"] {
        let place = folder.path().join(name);
        fs::create_dir(&place).unwrap();
        let refused = places(&place).lay_out(&Target::of(&good()).unwrap(), None, 7);
        assert!(refused.is_err(), "what cannot be said is not said: {name:?}");
        assert_eq!(fs::read_dir(&place).unwrap().count(), 0, "and nothing is left of it");
    }
}

#[test]
fn what_matters_is_said_before_whatever_a_user_s_own_files_say() {
    let folder = tempfile::tempdir().unwrap();
    let connection = places(folder.path()).lay_out(&Target::of(&good()).unwrap(), None, 7).unwrap();
    let arguments = connection.arguments(&[]);
    // The user's own files are read behind it, as this is.
    let others = "Host *\n HostName 10.9.9.9\n HostKeyAlias other\n Port 9\n User root\n IdentitiesOnly no\n \
                  PreferredAuthentications password\n PasswordAuthentication yes\n KbdInteractiveAuthentication yes\n \
                  StrictHostKeyChecking no\n UserKnownHostsFile /other\n GlobalKnownHostsFile /other\n \
                  UpdateHostKeys yes\n VerifyHostKeyDNS yes\n CheckHostIP yes\n ControlMaster auto\n \
                  ControlPath /other\n ForwardAgent yes\n ForwardX11 yes\n ClearAllForwardings no\n \
                  AddKeysToAgent yes\n";
    let text = fs::read_to_string(Path::new(&arguments[1])).unwrap();
    fs::write(&arguments[1], format!("{text}{others}")).unwrap();
    let read = understood(&arguments);
    for line in [
        "hostname 10.0.0.7",
        "hostkeyalias web-1",
        "port 2222",
        "user ops",
        "identitiesonly yes",
        "preferredauthentications publickey",
        "passwordauthentication no",
        "kbdinteractiveauthentication no",
        "stricthostkeychecking true",
        "globalknownhostsfile /dev/null",
        "updatehostkeys false",
        "verifyhostkeydns false",
        "checkhostip no",
        "controlmaster false",
        "forwardagent no",
        "forwardx11 no",
        "clearallforwardings yes",
        "addkeystoagent false",
    ] {
        assert!(read.contains(&line.to_owned()), "{line}\n{read:#?}");
    }
    assert!(!read.iter().any(|line| line.contains("/other")), "{read:#?}");
}

#[test]
fn a_host_on_the_way_is_not_taken_for_this_one() {
    let folder = tempfile::tempdir().unwrap();
    let connection = places(folder.path()).lay_out(&Target::of(&good()).unwrap(), None, 7).unwrap();
    let mut arguments = connection.arguments(&[]);
    *arguments.last_mut().unwrap() = "bastion".into();
    let read = understood(&arguments);
    assert!(read.contains(&"hostname bastion".to_owned()) && read.contains(&"port 22".to_owned()), "{read:#?}");
    assert!(!read.iter().any(|line| line.starts_with("certificatefile") || line == "user ops"));
}

#[test]
fn what_is_run_there_comes_after_the_host_and_is_no_option_here() {
    let folder = tempfile::tempdir().unwrap();
    let connection = places(folder.path()).lay_out(&Target::of(&good()).unwrap(), None, 7).unwrap();
    let command: Vec<OsString> = ["-oProxyCommand=touch hit", "ls"].map(Into::into).into();
    let arguments = connection.arguments(&command);
    let at = arguments.iter().position(|argument| argument == "--").unwrap();
    let [_, host, option, ls] = &arguments[at..] else { panic!("{arguments:?}") };
    assert_eq!((host.as_os_str(), option, ls), (OsStr::new("web-1"), &command[0], &command[1]));
    assert!(!understood(&arguments).iter().any(|line| line.starts_with("proxycommand")));
}

#[test]
fn a_shell_hears_the_words_that_were_quoted() {
    let words =
        ["plain", "", "two words", "it's", "$(touch hit)", "`id`", "a\"b", "-n", "*", "a\\b", "~", "#", ";", "ä"];
    let words: Vec<OsString> = words.map(Into::into).into();
    let line = command_line("ssh", &words);
    let script = line.to_str().unwrap().replacen("ssh", "printf '%s\\n'", 1);
    let heard = Command::new("sh").arg("-c").arg(script).output().unwrap().stdout;
    let heard = String::from_utf8(heard).unwrap();
    assert_eq!(
        heard.split('\n').take(words.len()).collect::<Vec<_>>(),
        words.iter().map(|w| w.to_str().unwrap()).collect::<Vec<_>>()
    );
}

#[test]
fn a_connection_s_folder_is_its_owner_s_alone_and_goes_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let (places, target) = (places(folder.path()), Target::of(&good()).unwrap());
    let connection = places.lay_out(&target, None, 7).unwrap();
    assert!(places.lay_out(&target, None, 7).is_err(), "nobody else's folder is taken");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let script = connection.script(OsStr::new("ssh -- 10.0.0.7")).unwrap();
    assert_eq!(mode(connection.folder()), 0o700);
    for file in [connection.certificate(), connection.known_hosts(), connection.identity().to_owned(), script] {
        assert_eq!(mode(&file), 0o600, "{file:?}");
    }
    let there = connection.folder().to_owned();
    drop(connection);
    assert!(!there.exists());
}

#[test]
fn the_script_of_a_terminal_takes_the_folder_away() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("it's here");
    fs::create_dir(&place).unwrap();
    let connection = places(&place).lay_out(&Target::of(&good()).unwrap(), None, 7).unwrap();
    let script = connection.script(OsStr::new("sh -c 'exit 3'")).unwrap();
    let ended = Command::new("sh").arg(script).status().unwrap();
    assert_eq!(ended.code(), Some(3));
    assert!(!connection.folder().exists());
}

#[test]
fn what_an_earlier_run_left_is_swept_when_it_is_worth_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let places = places(folder.path());
    let connection = places.lay_out(&Target::of(&good()).unwrap(), None, 7).unwrap();
    let left = connection.folder().to_owned();
    std::mem::forget(connection);
    fs::create_dir(folder.path().join("somebody-else-s")).unwrap();
    let foreign = folder.path().join("doorward-ssh-foreign");
    fs::create_dir(&foreign).unwrap();
    // Only root can give a folder away.
    let given = std::os::unix::fs::chown(&foreign, Some(65_534), None).is_ok();
    let made = fs::metadata(&left).unwrap().modified().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap();
    let made = UnixMs(i64::try_from(made.as_millis()).unwrap());
    places.sweep(made.plus(Millis(LONGEST_CERTIFICATE.0 - 1)));
    assert!(left.exists());
    places.sweep(made.plus(LONGEST_CERTIFICATE));
    assert!(!left.exists() && folder.path().join("somebody-else-s").exists());
    assert_eq!(foreign.exists(), given, "another user's is theirs");
}

#[test]
fn the_file_that_goes_with_a_certificate_is_found_by_its_public_half() {
    let folder = tempfile::tempdir().unwrap();
    let (places, target) = (places(folder.path()), Target::of(&good()).unwrap());
    let keys = folder.path().join("keys");
    fs::create_dir(&keys).unwrap();
    let public = |seed| format!("{} somebody", key(seed).public_key().to_openssh().unwrap().trim());
    for (name, seed) in [("id_other", 3), ("id_mine", 2)] {
        fs::write(keys.join(name), "a private key").unwrap();
        fs::write(keys.join(format!("{name}.pub")), public(seed)).unwrap();
    }
    fs::write(keys.join("id_agent.pub"), public(2)).unwrap();
    fs::write(keys.join("broken"), "").unwrap();
    fs::write(keys.join("broken.pub"), "nothing").unwrap();
    for (name, line) in [("id_rsa", rsa()), ("id_long", format!("{} {}", public(4), "x".repeat(9_000)))] {
        fs::write(keys.join(name), "a private key").unwrap();
        fs::write(keys.join(format!("{name}.pub")), line).unwrap();
    }
    let found = places.lay_out(&target, None, 1).unwrap();
    assert_eq!((found.identity(), found.has_file()), (keys.join("id_mine").as_path(), true));
    let named = places.lay_out(&target, Some(PathBuf::from("elsewhere")), 2).unwrap();
    assert_eq!(named.identity(), Path::new("elsewhere"));
    fs::remove_file(keys.join("id_mine")).unwrap();
    let agent = places.lay_out(&target, None, 3).unwrap();
    assert!(!agent.has_file(), "then an agent is to have it");
    assert_eq!(fs::read_to_string(agent.identity()).unwrap().trim(), target.public_key.trim());
    let listed = own_keys(&keys);
    assert_eq!(listed.len(), 1);
    assert!(listed[0].line.ends_with(" somebody"));
    for n in 0..110 {
        fs::write(keys.join(format!("many_{n}")), "a private key").unwrap();
        fs::write(keys.join(format!("many_{n}.pub")), public(3)).unwrap();
    }
    assert!(own_keys(&keys).len() <= 100, "not more are looked at, however many lie there");
}

#[test]
fn what_can_be_enrolled_and_what_not() {
    let line = key(2).public_key().to_openssh().unwrap();
    let (bare, fingerprint) = public_key(&format!("  {} somebody wrote this\n", line.trim())).unwrap();
    assert_eq!(bare, line.trim());
    assert_eq!(
        fingerprint.to_string(),
        PublicKey::from_openssh(&line).unwrap().fingerprint(ssh_key::HashAlg::Sha256).to_string()
    );
    assert_eq!(public_key("-----BEGIN OPENSSH PRIVATE KEY-----").err(), Some(PublicKeyFault::Private));
    assert_eq!(public_key("ssh-ed25519").err(), Some(PublicKeyFault::Unreadable));
    assert_eq!(public_key(&certificate(7, &["web-1"], CertType::User)).err(), Some(PublicKeyFault::Unreadable));
    assert_eq!(public_key(&rsa()).err(), Some(PublicKeyFault::Kind));
}
