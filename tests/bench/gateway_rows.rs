//! From a customer's switching off to the first refused request at the gateway, with a hundred followers listening.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use doorward_client::{
    clocks::{Clocks, MachineClocks},
    identity::ClientIdentity,
};
use doorward_core::{
    grant::{Plan, Setting, Until},
    staff::Role,
    time::Millis,
};
use doorward_testkit::{
    house::{Customer, Fallible, House, Person},
    world::{World, WorldSize},
};
use futures::StreamExt;
use reqwest::Method;
use secrecy::SecretString;

use super::Row;

const REVOCATIONS: usize = 200;
const FOLLOWERS: usize = 100;
const SETTING: Setting = Setting::SupportTeamAccess;

pub fn rows(doorward: &Path) -> Vec<Row> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure(doorward)).unwrap()
}

async fn measure(doorward: &Path) -> Fallible<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    let now = MachineClocks::new()?.wall();
    let world = Arc::new(World::draw(7, WorldSize::SMALL, now));
    let account = world.accounts.first().ok_or("an empty world")?.id.clone();
    let house = House::build(folder.path(), doorward, world).await?;
    house.register(&account, "Bench", Plan::Premium).await?;
    let mut admin = house.admin().await?;
    let support = house.hire(&mut admin, "s-sue", "Sue Support", &[Role::TechnicalSupport]).await?;
    follow(&house, folder.path()).await?;
    let mut customer = house.customer(&account, "u-bench").await?;
    let mut times = Vec::with_capacity(REVOCATIONS);
    for _ in 0..REVOCATIONS {
        let until = Until::At(now.plus(Millis::days(1)));
        house.switch_on(&account, SETTING, until).await?;
        times.push(one(&mut customer, &support, &account).await?);
    }
    times.sort_unstable();
    let trip = trip(&support).await?;
    let at = |share: usize| times.get((times.len() * share / 100).min(times.len() - 1)).copied().unwrap_or_default();
    let peer_is = "one call to the server, over the same TLS (median)";
    Ok([("median", at(50)), ("p99", at(99)), ("worst", at(100))]
        .into_iter()
        .map(|(which, ours)| Row {
            what: format!(
                "switched off on the customer's page to refused at the gateway, {REVOCATIONS} times, {FOLLOWERS} followers ({which})"
            ),
            ours: format!("{ours:.1?}"),
            peer: format!("{trip:.1?}"),
            peer_is,
            ratio: ours.as_secs_f64() / trip.as_secs_f64(),
        })
        .collect())
}

/// Followers that listen to the end of the measurement.
async fn follow(house: &House, folder: &Path) -> Fallible<()> {
    let key = std::fs::read_to_string(folder.join("follower-key"))?;
    let api = house.api(&ClientIdentity::generate()?)?;
    for _ in 0..FOLLOWERS {
        let mut events = api.feed_stream(&SecretString::from(key.trim()), 0).await?;
        tokio::spawn(async move { while events.next().await.is_some() {} });
    }
    Ok(())
}

/// From sending the switching off to the first refused read; the reader asks without pause.
async fn one(customer: &mut Customer, support: &Person, account: &doorward_core::id::AccountId) -> Fallible<Duration> {
    let opened = support.open_read_only(account).await?;
    let read = async || support.through(&opened, Method::GET, "/v1/workspaces", None).await.is_ok();
    while !read().await {}
    let began = Instant::now();
    let refused = async {
        while read().await {}
        began.elapsed()
    };
    let (switched, refused) = tokio::join!(customer.switch(SETTING, "off"), refused);
    switched?;
    Ok(refused)
}

async fn trip(support: &Person) -> Fallible<Duration> {
    let mut times = Vec::new();
    for _ in 0..100 {
        let began = Instant::now();
        support.api.keys(&support.token).await?;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    Ok(times.get(50).copied().unwrap_or_default())
}
