//! Servers: hosts, the SSH key that goes with a staff key, and certificates, each bound to a host, a reason and a touch.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod house;

use std::path::Path;

use axum::http::StatusCode;
use doorward_core::{
    feed::entry::{Entry, What},
    time::Millis,
    wire::Code,
};
use house::{House, Person, START, denied, ok, refused};
use serde_json::{Value, json};
use ssh_key::{Certificate, PublicKey, certificate::CertType};

const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHlJwVIZ548kG5Z9tZEPXAYY4123eS91zc7jK8io0HsV";
const FINGERPRINT: &str = "SHA256:VhCdOSd9iGEf9L1lqnwaDEMQsRh4RjpQZJ/bXwh42L8";

/// A public key of this kind, made by `ssh-keygen`.
fn made(folder: &Path, kind: &str) -> String {
    let path = folder.join(kind);
    let mut make = std::process::Command::new("ssh-keygen");
    make.args(["-q", "-N", "", "-C", "somebody wrote this", "-t", kind, "-f"]).arg(&path);
    assert!(make.status().unwrap().success());
    std::fs::read_to_string(path.with_extension("pub")).unwrap()
}

/// The blob of a hardware key: its algorithm, an Ed25519 key and the application it is for (OpenSSH's PROTOCOL.u2f).
fn hardware_key() -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let string = |bytes: &[u8]| [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat();
    let name = "sk-ssh-ed25519@openssh.com";
    let point: Vec<u8> = PublicKey::from_openssh(ED25519).unwrap().to_bytes().unwrap()[19..].to_vec();
    let blob = [string(name.as_bytes()), string(&point), string(b"ssh:")].concat();
    format!("{name} {}", STANDARD.encode(blob))
}

fn reach() -> Value {
    json!({"address": "10.0.0.7", "port": 22, "login": "ops", "host_keys": [format!("{ED25519} root@web-1")]})
}

async fn put_host(house: &House, id: &str, label: &str) -> (StatusCode, Value) {
    let put = json!({"label": label, "reach": reach()});
    house.as_vendor("PUT", &format!("/v1/vendor/hosts/{id}"), put).await
}

/// A house with a host of each label, an infrastructure engineer with an SSH key, and a security admin.
async fn stage() -> (House, Person, Person) {
    let house = House::new().await;
    let mut admin = house.admin().await;
    let mut ines = house.staff(&mut admin, "ines", &["infrastructure-engineer"]).await;
    ok(put_host(&house, "web-1", "infrastructure").await);
    ok(put_host(&house, "db-1", "maintenance").await);
    ok(house.intend(&mut ines, json!({"do": "enrol-ssh-key", "public_key": ED25519})).await);
    (house, ines, admin)
}

fn issue(host: &str) -> Value {
    json!({"do": "issue-certificate", "host": host, "reason": house::reason()})
}

async fn issued(house: &House, who: &mut Person, host: &str) -> Value {
    ok(house.intend(who, issue(host)).await)["issued"].clone()
}

fn certificate(issued: &Value) -> Certificate {
    Certificate::from_openssh(issued["text"].as_str().unwrap()).unwrap()
}

fn feed(house: &House) -> Vec<What> {
    let db = rusqlite::Connection::open(house.database()).unwrap();
    let mut select = db.prepare("SELECT text FROM entries ORDER BY seq").unwrap();
    let texts = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
    texts.map(|text| Entry::decode(text.unwrap().as_bytes()).unwrap().what).collect()
}

#[tokio::test]
async fn a_certificate_is_for_one_host_one_key_and_a_few_minutes() {
    let (house, mut ines, _) = stage().await;
    let issued = issued(&house, &mut ines, "web-1").await;
    let of = certificate(&issued);
    let opens = u64::try_from(START.0 / 1_000).unwrap();
    assert_eq!((of.serial(), of.key_id(), of.cert_type()), (1, "ines:1", CertType::User));
    assert_eq!(of.valid_principals(), ["web-1"]);
    assert_eq!((of.valid_after(), of.valid_before()), (opens - 60, opens + 600));
    assert_eq!(of.public_key(), PublicKey::from_openssh(ED25519).unwrap().key_data());
    let named = |options: &ssh_key::certificate::OptionsMap| options.keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        (named(of.critical_options()), named(of.extensions())),
        (vec!["source-address".to_owned()], vec!["permit-pty".to_owned()])
    );
    let ca = house.app.read_state(|state| state.servers().signing().unwrap().ca);
    of.validate_at(opens, &[ca.fingerprint().to_string().parse().unwrap()]).unwrap();
    assert_eq!(issued["reach"]["login"], "ops");
    assert_eq!(issued["reach"]["host_keys"], json!([ED25519]), "what somebody wrote behind a key is not kept");
    let What::CertificateIssued { certificate, staff, host, ends, connection_ends, .. } = feed(&house).pop().unwrap()
    else {
        panic!("the feed has it before it leaves")
    };
    assert_eq!((certificate.0, staff.as_str(), host.as_str()), (1, "ines", "web-1"));
    assert_eq!((ends, connection_ends), (START.plus(Millis::minutes(10)), START.plus(Millis::hours(8))));
}

#[tokio::test]
async fn a_key_in_hardware_must_verify_its_owner_at_each_log_in() {
    let (house, mut ines, _) = stage().await;
    ok(house.intend(&mut ines, json!({"do": "enrol-ssh-key", "public_key": hardware_key()})).await);
    let of = certificate(&issued(&house, &mut ines, "web-1").await);
    assert!(of.critical_options().contains_key("verify-required"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cert.pub");
    std::fs::write(&path, of.to_openssh().unwrap()).unwrap();
    let read = std::process::Command::new("ssh-keygen").arg("-L").arg("-f").arg(path).output().unwrap();
    let read = String::from_utf8(read.stdout).unwrap();
    for told in ["verify-required", "source-address 127.0.0.0/8", "permit-pty", "Serial: 1\n", "web-1"] {
        assert!(read.contains(told), "{told}: {read}");
    }
}

#[tokio::test]
async fn which_ssh_keys_are_taken() {
    let (house, mut ines, mut admin) = stage().await;
    let folder = tempfile::tempdir().unwrap();
    let enrol = |line: &str| json!({"do": "enrol-ssh-key", "public_key": line});
    for kind in ["rsa", "dsa"] {
        let problem = refused(house.begin(&ines, enrol(&made(folder.path(), kind))).await, 400, Code::BadRequest);
        assert_eq!(problem.detail.as_deref(), Some("public_key"), "{kind}");
    }
    let long = format!("{ED25519} {}", "x".repeat(1_000));
    for bad in ["", "ssh-ed25519", "ssh-ed25519 AAAA", &"x".repeat(5_000), &long, &format!("{ED25519}\n{ED25519}")] {
        refused(house.begin(&ines, enrol(bad)).await, 400, Code::BadRequest);
    }
    ok(house.intend(&mut ines, enrol(&made(folder.path(), "ecdsa"))).await);
    refused(house.intend(&mut ines, enrol(ED25519)).await, 409, Code::Conflict);
    refused(house.intend(&mut admin, enrol(ED25519)).await, 409, Code::Conflict);
    assert_eq!(house.app.read_state(|state| state.servers().ssh_keys().count()), 2);
    let db = rusqlite::Connection::open(house.database()).unwrap();
    let kept: String = db.query_row("SELECT public_key FROM ssh_keys", [], |row| row.get(0)).unwrap();
    assert!(!kept.contains("somebody"), "what somebody wrote behind it is not kept: {kept}");
}

#[tokio::test]
async fn whoever_has_no_role_no_ssh_key_or_no_host_gets_no_certificate() {
    let (house, mut ines, mut admin) = stage().await;
    let mut maya = house.staff(&mut admin, "maya", &["maintenance"]).await;
    assert_eq!(denied(house.begin(&ines, issue("db-1")).await), "no-role");
    assert_eq!(denied(house.begin(&maya, issue("db-1")).await), "ssh-key-missing");
    assert_eq!(denied(house.begin(&ines, issue("web-9")).await), "unknown-host");
    assert_eq!(denied(house.begin(&admin, issue("web-1")).await), "no-role");
    let card =
        json!({"do": "issue-certificate", "host": "web-1", "reason": {"ticket": null, "text": "4111 1111 1111 1111"}});
    refused(house.begin(&ines, card).await, 400, Code::BadRequest);
    // What was begun with the role is not finished without it.
    let begun = ok(house.begin(&ines, issue("web-1")).await);
    ok(house.intend(&mut admin, json!({"do": "take-role", "staff": "ines", "role": "infrastructure-engineer"})).await);
    assert_eq!(denied(house.confirm(&mut ines, &begun).await), "no-role");
    // A touch by another key is no touch of hers.
    ok(house.intend(&mut admin, json!({"do": "give-role", "staff": "ines", "role": "infrastructure-engineer"})).await);
    let begun = ok(house.begin(&ines, issue("web-1")).await);
    let hers = ok(house.begin(&maya, json!({"do": "revoke-key", "key": maya.key_serial})).await);
    let credential = maya.key.touch(&hers["options"]);
    refused(house.confirm_with(&ines, &begun, credential).await, 403, Code::KeyRefused);
    // Nor does another sign-in finish what hers has begun, whosever touch it brings.
    let begun = ok(house.begin(&ines, issue("web-1")).await);
    let credential = ines.key.touch(&begun["options"]);
    refused(house.confirm_with(&admin, &begun, credential.clone()).await, 410, Code::CeremonyGone);
    refused(house.confirm_with(&ines, &begun, credential).await, 410, Code::CeremonyGone);
    assert!(!feed(&house).iter().any(|what| matches!(what, What::CertificateIssued { .. })));
}

#[tokio::test]
async fn one_s_own_certificate_is_revoked_without_a_touch_and_another_s_by_a_security_admin_with_one() {
    let (house, mut ines, mut admin) = stage().await;
    for _ in 0..2 {
        issued(&house, &mut ines, "web-1").await;
    }
    let other = house.staff(&mut admin, "otto", &["infrastructure-engineer"]).await;
    refused(house.as_person(&other, "DELETE", "/v1/certificates/1", None).await, 404, Code::NotFound);
    let revoke = json!({"do": "revoke-certificate", "certificate": 1});
    assert_eq!(denied(house.begin(&other, revoke.clone()).await), "no-role");
    for _ in 0..2 {
        ok(house.as_person(&ines, "DELETE", "/v1/certificates/1", None).await);
    }
    refused(house.intend(&mut admin, revoke).await, 409, Code::Conflict);
    ok(house.intend(&mut admin, json!({"do": "revoke-certificate", "certificate": 2})).await);
    let revoked = feed(&house).into_iter().filter(|what| matches!(what, What::CertificateRevoked { .. }));
    assert_eq!(revoked.count(), 2, "each once");
    refused(house.as_person(&ines, "DELETE", "/v1/certificates/3", None).await, 404, Code::NotFound);
}

#[tokio::test]
async fn a_list_has_the_hosts_of_one_s_roles_and_who_may_be_on_them() {
    let (house, mut ines, mut admin) = stage().await;
    let maya = house.staff(&mut admin, "maya", &["maintenance"]).await;
    let none = house.staff(&mut admin, "sam", &["technical-support"]).await;
    issued(&house, &mut ines, "web-1").await;
    let hosts = |listed: &Value| {
        let all = listed["servers"].as_array().unwrap().iter();
        all.map(|one| one["host"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for (who, wanted) in
        [(&ines, vec!["web-1"]), (&maya, vec!["db-1"]), (&none, vec![]), (&admin, vec!["db-1", "web-1"])]
    {
        let listed = ok(house.as_person(who, "GET", "/v1/servers", None).await);
        assert_eq!(hosts(&listed), wanted, "{}", who.id);
    }
    let tell = async |host: &str, bearer: &str, told: Value| {
        let path = format!("/v1/hosts/{host}/connections");
        house.send("PUT", &path, Some(bearer), None, Some(&json!({"connections": told}))).await
    };
    let connected = json!([{"certificate": 1, "since": START.0 + 5_000}]);
    ok(tell("web-1", &house.follower, connected.clone()).await);
    refused(tell("web-9", &house.follower, connected.clone()).await, 404, Code::NotFound);
    refused(tell("web-1", &house.vendor, connected.clone()).await, 401, Code::NotSignedIn);
    refused(tell("web-1", &ines.token, connected).await, 401, Code::NotSignedIn);
    let listed = ok(house.as_person(&ines, "GET", "/v1/servers", None).await);
    assert_eq!(listed["ssh_key"], FINGERPRINT);
    let web = &listed["servers"][0];
    assert_eq!((&web["told"], &web["label"]), (&json!(START.0), &json!("infrastructure")));
    let one = &web["certificates"][0];
    assert_eq!((&one["staff"], &one["connected"]), (&json!("ines"), &json!(START.0 + 5_000)));
    assert_eq!(one["reason"], house::reason());
    // What was revoked and by which nobody is connected is of no interest, nor what another host's agent says of it.
    issued(&house, &mut ines, "web-1").await;
    ok(house.as_person(&ines, "DELETE", "/v1/certificates/2", None).await);
    ok(tell("db-1", &house.follower, json!([{"certificate": 1, "since": START.0}])).await);
    let told = ok(house.as_person(&admin, "GET", "/v1/servers", None).await);
    let on = |at: usize| told["servers"][at]["certificates"].as_array().unwrap().len();
    assert_eq!((on(0), on(1)), (0, 1), "{told}");
    // Whoever is connected is listed for as long as the agent says so; whoever is not, while the certificate opens.
    house.clock.advance(Millis::minutes(11));
    let listed = ok(house.as_person(&ines, "GET", "/v1/servers", None).await);
    assert_eq!(listed["servers"][0]["certificates"].as_array().unwrap().len(), 1);
    ok(tell("web-1", &house.follower, json!([])).await);
    let listed = ok(house.as_person(&ines, "GET", "/v1/servers", None).await);
    assert_eq!(listed["servers"][0]["certificates"], json!([]));
}

#[tokio::test]
async fn a_host_that_is_put_again_is_the_same_and_with_another_label_another() {
    let (house, mut ines, _) = stage().await;
    issued(&house, &mut ines, "web-1").await;
    let before = feed(&house).len();
    ok(put_host(&house, "web-1", "infrastructure").await);
    assert_eq!(feed(&house).len(), before);
    ok(put_host(&house, "web-1", "maintenance").await);
    let [.., What::HostRemoved { .. }, What::HostAdded { .. }] = &feed(&house)[..] else { panic!("another host") };
    for _ in 0..2 {
        ok(house.as_vendor("DELETE", "/v1/vendor/hosts/web-1", json!({})).await);
    }
    assert_eq!(feed(&house).len(), before + 3);
    assert_eq!(denied(house.begin(&ines, issue("web-1")).await), "unknown-host");
}

#[tokio::test]
async fn how_a_host_is_reached_must_be_plain() {
    let house = House::new().await;
    let cases = [
        ("address", json!("-oProxyCommand=x"), "reach.address"),
        ("address", json!("web 1"), "reach.address"),
        ("address", json!(""), "reach.address"),
        ("address", json!("-x"), "reach.address"),
        ("address", json!("a".repeat(254)), "reach.address"),
        ("port", json!(0), "reach.port"),
        ("login", json!("-l"), "reach.login"),
        ("login", json!("a b"), "reach.login"),
        ("login", json!("a".repeat(33)), "reach.login"),
        ("login", json!("root;x"), "reach.login"),
        ("host_keys", json!([]), "reach.host_keys"),
        ("host_keys", json!(["ssh-ed25519 AAAA"]), "reach.host_keys"),
        ("host_keys", json!([format!("{ED25519} {}", "x".repeat(1_000))]), "reach.host_keys"),
        (
            "host_keys",
            json!([ED25519, ED25519, ED25519, ED25519, ED25519, ED25519, ED25519, ED25519, ED25519]),
            "reach.host_keys",
        ),
    ];
    for (field, value, named) in cases {
        let mut reach = reach();
        reach[field] = value;
        let put = json!({"label": "infrastructure", "reach": reach});
        let answer = house.as_vendor("PUT", "/v1/vendor/hosts/web-1", put).await;
        assert_eq!(refused(answer, 400, Code::BadRequest).detail.as_deref(), Some(named));
    }
    assert!(feed(&house).is_empty());
}

#[tokio::test]
async fn the_first_host_lets_the_authority_be_believed_and_one_that_was_revoked_signs_no_more() {
    let (house, mut ines, _) = stage().await;
    let trusted = feed(&house).into_iter().filter(|what| matches!(what, What::SshCaTrusted { .. }));
    assert_eq!(trusted.count(), 1);
    house.app.revoke_ssh_authority().await.unwrap();
    house.app.revoke_ssh_authority().await.unwrap();
    assert!(matches!(feed(&house).last(), Some(What::SshCaRevoked { .. })));
    refused(house.intend(&mut ines, issue("web-1")).await, 503, Code::Unavailable);
}

#[tokio::test]
async fn a_host_has_a_history() {
    let (house, mut ines, _) = stage().await;
    issued(&house, &mut ines, "web-1").await;
    ok(house.as_person(&ines, "DELETE", "/v1/certificates/1", None).await);
    let told = ok(house.as_person(&ines, "GET", "/v1/history/host/web-1", None).await);
    assert_eq!(told["entries"].as_array().unwrap().len(), 3, "{told}");
}
