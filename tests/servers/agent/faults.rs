//! What breaks: the agent killed at any moment, the disk full, the feed another one, the server gone. Nobody who was revoked
//! gets in by any of it, and a whole list of what is refused is in place throughout.

use std::{
    fs, io,
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use doorward_core::ssh::krl::Krl;
use doorward_testkit::{dice::Dice, house::wait_until};

use crate::sshd::{SOON, Settings, Stand};

#[tokio::test(flavor = "multi_thread")]
async fn without_its_agent_a_host_lets_nobody_in_and_an_agent_that_comes_back_ends_whoever_is_out() {
    let mut stand = Stand::new().await;
    let (_ines, stays) = stand.somebody("s-ines").await;
    let (_otto, goes) = stand.somebody("s-otto").await;
    let mut staying = stand.stay(&stays, &[], "echo in").await;
    let mut going = stand.stay(&goes, &[], "echo in").await;
    stand.agent.kill();
    assert!(!stand.lets_in(&stays).await, "nobody is asked, so nobody gets in");
    stand.revoke(goes.certificate).await;
    assert!(!stand.lets_in(&goes).await);
    assert!(going.is_in() && staying.is_in());
    stand.agent.start();
    going.out().await;
    stand.fresh().await;
    assert!(staying.is_in(), "{}", stand.agent.log());
    assert!(stand.lets_in(&stays).await && !stand.lets_in(&goes).await);
    // One whose file is damaged stands on nothing any more.
    stand.agent.kill();
    for entry in fs::read_dir(stand.agent.state().join("connections")).unwrap() {
        fs::write(entry.unwrap().path(), "{").unwrap();
    }
    stand.agent.start();
    staying.out().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_killed_at_any_moment_lets_nobody_in_who_was_revoked_and_leaves_a_whole_list() {
    let mut stand = Stand::new().await;
    let (mut ines, revoked) = stand.somebody("s-ines").await;
    stand.revoke(revoked.certificate).await;
    assert!(!stand.lets_in(&revoked).await);
    let over = Arc::new(AtomicBool::new(false));
    let (list, told) = (stand.agent.state().join("revoked_keys"), Arc::clone(&over));
    // Somebody reads the list all the while, as sshd does.
    let reading = std::thread::spawn(move || {
        let mut looked = 0;
        while !told.load(Ordering::Relaxed) {
            let bytes = fs::read(&list).unwrap();
            assert!(Krl::decode(&bytes).is_ok(), "{} bytes that are no list", bytes.len());
            looked += 1;
            std::thread::yield_now();
        }
        looked
    });
    let mut dice = Dice::new(20_261_128, "kills of the agent");
    for _ in 0..8 {
        let good = stand.certify(&mut ines, &revoked.private, &stand.host.clone()).await;
        // It is killed while it starts, hears, writes and answers: after so many turns of somebody who tries to get in.
        for _ in 0..dice.count(0, 4) {
            assert!(!stand.lets_in(&revoked).await);
        }
        stand.revoke(good.certificate).await;
        for _ in 0..dice.count(0, 40) {
            tokio::task::yield_now().await;
        }
        stand.agent.kill();
        assert!(!stand.lets_in(&good).await && !stand.lets_in(&revoked).await);
        stand.agent.start();
        assert!(!stand.lets_in(&good).await);
    }
    stand.fresh().await;
    let good = stand.certify(&mut ines, &revoked.private, &stand.host.clone()).await;
    assert!(stand.lets_in(&good).await && !stand.lets_in(&revoked).await);
    over.store(true, Ordering::Relaxed);
    assert!(reading.join().unwrap() > 100);
    assert!(stand.agent.krl().certificates().next().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_cannot_be_written_lets_nobody_in_and_leaves_the_one_that_was_there() {
    let mut stand = Stand::new().await;
    let (_ines, stays) = stand.somebody("s-ines").await;
    let (_otto, goes) = stand.somebody("s-otto").await;
    let mut going = stand.stay(&goes, &[], "echo in").await;
    let before = fs::read(stand.agent.state().join("revoked_keys")).unwrap();
    // Where the next list would be written, something lies that cannot be written to.
    let draft = stand.agent.state().join(".revoked_keys.new");
    fs::create_dir(&draft).unwrap();
    stand.revoke(goes.certificate).await;
    going.out().await;
    wait_until("it is said", SOON, async || stand.agent.wrong().contains(&"lists-not-in-place".to_owned()))
        .await
        .unwrap();
    assert!(!stand.lets_in(&goes).await && !stand.lets_in(&stays).await, "nobody new");
    assert_eq!(fs::read(stand.agent.state().join("revoked_keys")).unwrap(), before);
    fs::remove_dir(&draft).unwrap();
    stand.fresh().await;
    assert!(stand.lets_in(&stays).await && !stand.lets_in(&goes).await);
    assert!(fs::read(stand.agent.state().join("revoked_keys")).unwrap() != before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_disk_that_is_full_lets_nobody_in_and_keeps_nobody_in() {
    let mut stand = Stand::new().await;
    let (_ines, stays) = stand.somebody("s-ines").await;
    let (_otto, goes) = stand.somebody("s-otto").await;
    stand.agent.kill();
    let state = stand.agent.state();
    let disk = Disk::small(&state);
    stand.agent.start();
    stand.fresh().await;
    let mut staying = stand.stay(&stays, &[], "echo in").await;
    let mut going = stand.stay(&goes, &[], "echo in").await;
    // The agent itself takes away what is over, and so makes room.
    let shuts = async |stand: &Stand| {
        disk.fill();
        !stand.lets_in(&stays).await
    };
    wait_until("nobody gets in", SOON, async || shuts(&stand).await).await.unwrap();
    stand.revoke(goes.certificate).await;
    going.out().await;
    wait_until("nobody gets in", SOON, async || shuts(&stand).await).await.unwrap();
    assert!(staying.is_in() && !stand.lets_in(&goes).await);
    stand.agent.krl();
    disk.empty();
    stand.soon_lets_in(&stays).await;
    assert!(!stand.lets_in(&goes).await);
    stand.agent.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_starts_on_a_full_disk_ends_whoever_is_out_and_lets_nobody_in_until_there_is_room() {
    let mut stand = Stand::new().await;
    let (mut ines, stays) = stand.somebody("s-ines").await;
    let (_otto, goes) = stand.somebody("s-otto").await;
    let (_more, later) = stand.somebody("s-more").await;
    stand.agent.kill();
    let state = stand.agent.state();
    let disk = Disk::small(&state);
    stand.agent.start();
    stand.fresh().await;
    let mut staying = stand.stay(&stays, &[], "echo in").await;
    let mut going = stand.stay(&goes, &[], "echo in").await;
    let mut going_later = stand.stay(&later, &[], "echo in").await;
    stand.agent.kill();
    // As after a clean stop: what SQLite keeps beside the copy while it is open would have to be made anew.
    let copy = rusqlite::Connection::open(state.join("replica.db")).unwrap();
    assert!(copy.query_row("SELECT count(*) FROM entries", [], |row| row.get::<_, u64>(0)).unwrap() > 0);
    copy.close().unwrap();
    disk.fill();
    stand.revoke(goes.certificate).await;
    stand.agent.start();
    going.out().await;
    // It hears what is taken away from now on as well.
    stand.revoke(later.certificate).await;
    going_later.out().await;
    let fresh = stand.certify(&mut ines, &stays.private, &stand.host.clone()).await;
    for identity in [&fresh, &stays, &goes, &later] {
        assert!(!stand.lets_in(identity).await);
    }
    assert!(staying.is_in() && stand.agent.wrong().contains(&"not-fresh".to_owned()), "{:?}", stand.agent.wrong());
    stand.agent.krl();
    disk.empty();
    stand.soon_lets_in(&fresh).await;
    assert!(staying.is_in() && stand.lets_in(&stays).await);
    assert!(!stand.lets_in(&goes).await && !stand.lets_in(&later).await);
    stand.agent.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_is_another_one_or_an_older_one_lets_nobody_in() {
    let mut stand = Stand::with(Settings { lease_seconds: 2, strict: false }).await;
    let (_ines, goes) = stand.somebody("s-ines").await;
    let (_otto, other) = stand.somebody("s-otto").await;
    assert!(stand.lets_in(&other).await);
    let (data, kept) = (stand.house.folder.join("data"), stand.folder.join("kept"));
    stand.house.server.kill().unwrap();
    copy(&data, &kept);
    stand.house.open_server().await.unwrap();
    stand.revoke(goes.certificate).await;
    wait_until("they do not get in", SOON, async || !stand.lets_in(&goes).await).await.unwrap();
    stand.soon_lets_in(&other).await;
    assert!(!stand.lets_in(&goes).await);
    // The server comes back as it was before the revocation.
    stand.house.server.kill().unwrap();
    fs::remove_dir_all(&data).unwrap();
    copy(&kept, &data);
    stand.house.open_server().await.unwrap();
    wait_until("nobody gets in", SOON, async || stand.agent.wrong() == ["not-fresh"]).await.unwrap();
    assert!(!stand.lets_in(&goes).await && !stand.lets_in(&other).await && stand.agent.shuts_everybody_out());
    // And it goes on from there, as long as the other was, with something else in it.
    stand.revoke(other.certificate).await;
    stand.engineer("s-more").await;
    assert!(!stand.lets_in(&goes).await && !stand.lets_in(&other).await && stand.agent.shuts_everybody_out());
    assert!(stand.agent.wrong() == ["not-fresh"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_gone_lets_nobody_in_within_the_lease_and_an_agent_that_never_heard_it_neither() {
    let mut stand = Stand::with(Settings { lease_seconds: 3, strict: false }).await;
    let (_ines, identity) = stand.somebody("s-ines").await;
    assert!(stand.lets_in(&identity).await);
    stand.house.server.kill().unwrap();
    wait_until("nobody gets in", SOON, async || !stand.lets_in(&identity).await).await.unwrap();
    stand.agent.kill();
    stand.agent.start();
    wait_until("it answers", SOON, async || stand.agent.wrong() == ["not-fresh"]).await.unwrap();
    assert!(stand.agent.shuts_everybody_out() && !stand.lets_in(&identity).await);
    stand.house.open_server().await.unwrap();
    stand.soon_lets_in(&identity).await;
}

/// A disk of its own below a folder.
struct Disk<'a>(&'a Path);

impl<'a> Disk<'a> {
    fn small(at: &'a Path) -> Self {
        let kept = at.with_extension("kept");
        copy(at, &kept);
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=4m,mode=0700", "none"]).arg(at).status();
        assert!(mount.unwrap().success(), "CANNOT BE RUN HERE, AND SO PROVES NOTHING: no disk can be mounted");
        let here = Self(at);
        for entry in fs::read_dir(&kept).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                fs::copy(entry.path(), at.join(entry.file_name())).unwrap();
            }
        }
        here
    }

    fn fill(&self) {
        let mut file = fs::File::options().create(true).append(true).open(self.0.join("filler")).unwrap();
        let full = io::copy(&mut io::repeat(0), &mut file).unwrap_err();
        assert_eq!(full.kind(), io::ErrorKind::StorageFull);
    }

    fn empty(&self) {
        fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("-l").arg(self.0).status().unwrap();
        assert!(unmounted.success());
    }
}

fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
}
