//! The sample world comes into a house whole, through the doors everybody uses.

use std::sync::Arc;

use doorward_client::{
    follower::{Follower, FollowerParts, lies_at},
    identity::ClientIdentity,
    replica::Place,
    standing::Standing,
};
use doorward_core::grant::Setting;
use doorward_testkit::{
    house::{House, wait_until},
    world::{World, WorldSize},
};
use tokio::sync::watch;

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

    let standing: Standing = house.standing().unwrap();
    let api = house.api(&ClientIdentity::generate().unwrap()).unwrap();
    let follower_key = std::fs::read_to_string(folder.path().join("follower-key")).unwrap();
    let (_held, credential) = watch::channel(Some((api, secrecy::SecretString::from(follower_key.trim()))));
    let parts = FollowerParts {
        place: lies_at(Place::Plain(folder.path().join("console-replica.db"))),
        trust: house.trust().unwrap().feed().unwrap(),
        standing: standing.clone(),
        credential,
        jitter: Box::new(|| 0.5),
    };
    let (follower, connection) = Follower::new(parts);
    let following = tokio::spawn(follower.run());
    wait_until("the follower is online", SOON, async || connection.borrow().online).await.unwrap();
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
    let account = &world.accounts[0].id;
    house.register(account, "Renamed", doorward_core::grant::Plan::Standard).await.unwrap();
    let downgraded = async || {
        standing
            .with_state(|state| state.account(account).is_some_and(|a| a.plan == doorward_core::grant::Plan::Standard))
    };
    wait_until("the change arrives", SOON, downgraded).await.unwrap();
    following.abort();
}
