//! `doorward admin rotate-ssh-ca` as an operator runs it: never beside a server that runs, and what the old key signed is
//! believed until it has run out, or no more at all.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{fs, path::Path, process::Command, sync::Arc};

use doorward_client::identity::ClientIdentity;
use doorward_core::{
    feed::entry::Entry,
    id::HostId,
    session::Reason,
    ssh::{Authority, LONGEST_CERTIFICATE, SshCa},
    staff::Role,
    state::AccessState,
    time::UnixMs,
};
use doorward_testkit::{
    house::{House, Person},
    world::{World, WorldSize},
};
use secrecy::SecretString;
use tempfile::TempDir;

/// What the feed says of authorities.
async fn authorities(house: &House) -> Vec<Authority> {
    let key = SecretString::from(fs::read_to_string(house.folder.join("follower-key")).unwrap().trim().to_owned());
    let api = house.api(&ClientIdentity::generate().unwrap()).unwrap();
    let mut state = AccessState::default();
    while let Some(batch) = api.feed_delta(&key, state.size()).await.unwrap().batch {
        batch.entries.iter().for_each(|text| state.apply(&Entry::decode(text.as_bytes()).unwrap()).unwrap());
    }
    state.servers().authorities().to_vec()
}

/// Who signed a new certificate of this person's, as OpenSSH says.
async fn signed_by(who: &mut Person, folder: &Path) -> String {
    let reason = Reason::new(None, "The disk is full").unwrap();
    let issued = who.certify(&HostId::parse("web-1").unwrap(), reason).await.unwrap();
    let path = folder.join("certificate.pub");
    fs::write(&path, issued.text).unwrap();
    let told = Command::new("ssh-keygen").arg("-Lf").arg(path).output().unwrap().stdout;
    let told = String::from_utf8(told).unwrap();
    let line = told.lines().find_map(|line| line.trim().strip_prefix("Signing CA: ED25519 ")).unwrap();
    line.split(' ').next().unwrap().to_owned()
}

fn name(ca: SshCa) -> String {
    ca.fingerprint().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_authority_is_followed_or_revoked_and_never_beside_a_server_that_runs() {
    let folder = TempDir::new().unwrap();
    let world = Arc::new(World::draw(1, WorldSize::SMALL, UnixMs(1_790_000_000_000)));
    let doorward = Path::new(env!("CARGO_BIN_EXE_doorward"));
    let mut house = House::build(&folder.path().join("house"), doorward, world).await.unwrap();
    let mut admin = house.admin().await.unwrap();
    let mut ines = house.hire(&mut admin, "ines", "Ines", &[Role::InfrastructureEngineer]).await.unwrap();
    ines.enrol_ssh_key().await.unwrap();
    house.put_sample_hosts().await.unwrap();
    let seed = house.folder.join("data/ssh-ca.seed");
    let (first, drawn) = (signed_by(&mut ines, folder.path()).await, fs::read(&seed).unwrap());

    for revoke in [&[][..], &["--revoke"]] {
        let refused = house.server.ask(&["admin", "rotate-ssh-ca", "--config"], revoke).unwrap_err();
        assert!(refused.to_string().contains("a server runs on this data directory"), "{refused}");
    }
    assert_eq!(fs::read(&seed).unwrap(), drawn);
    let [Authority { ca, followed: None, revoked: false }] = authorities(&house).await[..] else { panic!("changed") };
    assert_eq!((name(ca), signed_by(&mut ines, folder.path()).await), (first.clone(), first.clone()));

    house.server.kill().unwrap();
    house.server.ask(&["admin", "rotate-ssh-ca", "--config"], &[]).unwrap();
    assert!(!seed.exists());
    house.open_server().await.unwrap();
    let second = signed_by(&mut ines, folder.path()).await;
    assert!(second != first && fs::read(&seed).unwrap() != drawn);
    let [old, Authority { ca, followed: None, revoked: false }] = authorities(&house).await[..] else {
        panic!("nobody has followed")
    };
    assert_eq!((name(old.ca), name(ca), old.revoked), (first, second.clone(), false));
    let over = old.followed.unwrap().plus(LONGEST_CERTIFICATE);
    assert!(old.trusted(UnixMs(over.0 - 1)) && !old.trusted(over), "until what it signed has run out");

    house.server.kill().unwrap();
    house.server.ask(&["admin", "rotate-ssh-ca", "--config"], &["--revoke"]).unwrap();
    house.open_server().await.unwrap();
    let [_, Authority { ca, revoked: true, .. }] = authorities(&house).await[..] else { panic!("not revoked") };
    assert_eq!(name(ca), second, "the feed says so before another one signs");
    let third = signed_by(&mut ines, folder.path()).await;
    let [.., Authority { ca, followed: None, revoked: false }] = authorities(&house).await[..] else { panic!("none") };
    assert!(name(ca) == third && third != second);
}
