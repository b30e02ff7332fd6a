//! The sample world comes into a house whole, through the doors everybody uses.

use std::{path::PathBuf, sync::Arc};

use doorward_client::{
    follower::{Connection, Credential, FollowFault, Follower, FollowerParts, lies_at},
    identity::ClientIdentity,
    replica::Place,
    standing::Standing,
};
use doorward_core::{
    grant::{Plan, Setting},
    id::AccountId,
};
use doorward_testkit::{
    house::{House, wait_until},
    world::{World, WorldSize},
};
use tokio::{sync::watch, task::JoinHandle};

use crate::stage::{SOON, doorward, now};

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_world_comes_in_and_a_console_s_follower_has_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = now();
    let size = WorldSize { accounts: 40, staff: 12 };
    let world = Arc::new(World::draw(3, size, at));
    let house = House::build(folder.path(), &doorward(), Arc::clone(&world)).await.unwrap();
    let mut admin = house.admin().await.unwrap();
    house.register_all(&world, at, |_| {}).await.unwrap();
    house.staff_all(&mut admin, &world, at).await.unwrap();
    house.assign_all(&mut admin, &world).await.unwrap();

    let following = Following::of(&house).await;
    let standing = &following.standing;
    for account in &world.accounts {
        let held = standing.with_state(|state| state.account(&account.id).cloned()).unwrap();
        assert_eq!(held.plan, account.plan);
        for setting in Setting::ALL {
            let drawn = world.grants_of(&account.id).filter(|g| g.setting == setting);
            let on = drawn.into_iter().any(|g| !g.switched_off && g.until.holds(at));
            assert_eq!(held.grant(setting).is_some(), on, "{} {setting:?}", account.id);
        }
        assert_eq!(held.primary_csm.map(|primary| primary.staff), account.primary_csm);
    }
    // One more change reaches it by the stream.
    following.hears_of(&house, &world.accounts[0].id, Plan::Standard).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_whose_disk_takes_nothing_goes_on_hearing_what_is_said_on_the_same_line() {
    let folder = tempfile::tempdir().unwrap();
    let world = Arc::new(World::draw(3, WorldSize { accounts: 2, staff: 2 }, now()));
    let house = House::build(folder.path(), &doorward(), Arc::clone(&world)).await.unwrap();
    let account = &world.accounts[0].id;
    let following = Following::of(&house).await;
    following.hears_of(&house, account, Plan::Standard).await;
    let disk = rusqlite::Connection::open(replica(&house)).unwrap();
    disk.execute_batch("CREATE TRIGGER full BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'full'); END").unwrap();
    let fault = || following.connection.borrow().fault;
    let entries = || disk.query_row("SELECT count(*) FROM entries", [], |row| row.get::<_, u64>(0)).unwrap();
    let before = entries();
    for plan in [Plan::Premium, Plan::Standard, Plan::Premium, Plan::Standard] {
        following.hears_of(&house, account, plan).await;
        wait_until("it is said", SOON, async || fault() == Some(FollowFault::Disk)).await.unwrap();
        assert!(following.connection.borrow().online, "the line was dropped");
    }
    assert_eq!(entries(), before);
    disk.execute_batch("DROP TRIGGER full").unwrap();
    wait_until("there is room again", SOON, async || fault().is_none()).await.unwrap();
    assert_eq!(entries(), before + 4);
}

/// A follower of a house at work.
struct Following {
    standing: Standing,
    connection: watch::Receiver<Connection>,
    work: JoinHandle<()>,
    _credential: watch::Sender<Credential>,
}

fn replica(house: &House) -> PathBuf {
    house.folder.join("console-replica.db")
}

impl Following {
    /// One that is online.
    async fn of(house: &House) -> Self {
        let standing = house.standing().unwrap();
        let api = house.api(&ClientIdentity::generate().unwrap()).unwrap();
        let follower_key = std::fs::read_to_string(house.folder.join("follower-key")).unwrap();
        let (held, credential) = watch::channel(Some((api, secrecy::SecretString::from(follower_key.trim()))));
        let parts = FollowerParts {
            place: lies_at(Place::Plain(replica(house))),
            trust: house.trust().unwrap().feed().unwrap(),
            standing: standing.clone(),
            credential,
            jitter: Box::new(|| 0.5),
        };
        let (follower, connection) = Follower::new(parts);
        let work = tokio::spawn(follower.run());
        wait_until("the follower is online", SOON, async || connection.borrow().online).await.unwrap();
        Self { standing, connection, work, _credential: held }
    }

    /// Puts the account onto a plan, and waits until that has arrived.
    async fn hears_of(&self, house: &House, account: &AccountId, plan: Plan) {
        house.register(account, "Renamed", plan).await.unwrap();
        let arrived = async || {
            self.standing.with_state(|state| state.account(account).is_some_and(|account| account.plan == plan))
        };
        wait_until("the change arrives", SOON, arrived).await.unwrap();
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.work.abort();
    }
}
