//! Log before serve, through kills: no write reaches the upstream that the account's history does not come to hold, and
//! no session's token is given whose opening is not in it.

use std::time::Duration;

use doorward_core::{grant::Setting, id::SessionSerial};
use doorward_testkit::{dice::Dice, house::wait_until};
use futures::future::join;
use reqwest::Method;
use rustix::process::{Pid, Signal, kill_process};

use crate::stage::Stage;

/// What was noted while a program was away comes after it is back, in its own time.
const CAUGHT_UP: Duration = Duration::from_secs(40);

#[tokio::test(flavor = "multi_thread")]
async fn no_write_reaches_the_upstream_that_is_not_in_the_history_after_kills() {
    let mut stage = Stage::new().await;
    let mut dice = Dice::new(20_261_125, "kills around writes");
    let mut csm = stage.primary_csm().await;
    stage.invite(Setting::CustomerSuccessTeamAccess).await;
    let mut sent = 0;
    for round in 0..4 {
        let grant = stage.invite(Setting::CustomerSuccessTeamAccess).await;
        let opened = csm.open_read_write(&stage.account, grant).await.unwrap();
        assert_eq!(stage.count("kind = 'session-opened' AND session = ?1", opened.session.serial), 1);
        let first = async || stage.write(&csm, &opened, "first").await.is_ok();
        wait_until("the first write passes", CAUGHT_UP, first).await.unwrap();
        let of_gateway = round % 2 == 0;
        let killed = if of_gateway { &stage.house.gateway } else { &stage.house.server };
        let killed = killed.id().and_then(|id| Pid::from_raw(id.cast_signed())).unwrap();
        let (enough, all) = (stage.arrived() + dice.count(1, 6), sent + 12);
        let writes = async {
            while sent < all {
                sent += 1;
                let path = format!("/api/v1/customers/{}", stage.person);
                let body = serde_json::json!({"plan": format!("plan-{sent}"), "_update": true});
                // A gateway that is gone gives no answer; what it let through counts all the same.
                drop(csm.through(&opened, Method::PUT, &path, Some(body)).await);
            }
        };
        let kill = async {
            let more = async || stage.arrived() >= enough;
            wait_until("so many writes have arrived", CAUGHT_UP, more).await.unwrap();
            kill_process(killed, Signal::KILL).unwrap();
        };
        join(writes, kill).await;
        if of_gateway {
            stage.house.gateway.kill().unwrap();
            stage.house.open_gateway().await.unwrap();
        } else {
            stage.house.server.kill().unwrap();
            stage.house.open_server().await.unwrap();
        }
        assert!(stage.journaled() >= stage.arrived(), "a write arrived that the journal does not hold");
    }
    let any = SessionSerial(0);
    wait_until("the history holds every write that was let through", CAUGHT_UP, async || {
        stage.count("kind = 'write' AND ?1 = 0", any) == stage.journaled()
    })
    .await
    .unwrap();
    let named = r#"kind = 'write' AND instr(text, '"names":["_update","plan"],"all":true') > 0 AND ?1 = 0"#;
    assert_eq!(stage.count(named, any), stage.journaled(), "each names what it changed");
    assert!(stage.journaled() >= stage.arrived() && stage.arrived() > 8, "{} writes arrived", stage.arrived());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_is_given_whose_opening_is_not_in_the_history_after_kills() {
    let mut stage = Stage::new().await;
    let mut dice = Dice::new(20_261_125, "kills around openings");
    let support = stage.support().await;
    stage.invite(Setting::SupportTeamAccess).await;
    for _ in 0..4 {
        let enough = dice.count(2, 12);
        let server = stage.house.server.id().and_then(|id| Pid::from_raw(id.cast_signed())).unwrap();
        let open_until_gone = async |kills: bool| {
            let mut given = Vec::new();
            while let Ok(opened) = support.open_read_only(&stage.account).await {
                given.push(opened.session.serial);
                if kills && given.len() == enough {
                    kill_process(server, Signal::KILL).unwrap();
                }
            }
            given
        };
        let (one, other) = join(open_until_gone(true), open_until_gone(false)).await;
        assert!(one.len() >= enough);
        for session in one.into_iter().chain(other) {
            assert_eq!(stage.count("kind = 'session-opened' AND session = ?1", session), 1, "{session:?}");
        }
        stage.house.server.kill().unwrap();
        stage.house.open_server().await.unwrap();
    }
}

impl Stage {
    /// How many records of the account's history are like that, as the server's disk has them.
    fn count(&self, like: &str, session: SessionSerial) -> usize {
        let db = rusqlite::Connection::open(self.house.folder.join("data/doorward.db")).unwrap();
        let select = format!("SELECT count(*) FROM account_records WHERE account = ?2 AND ({like})");
        count(&db, &select, (session.0.cast_signed(), self.account.as_str()))
    }

    /// How many writes the gateway's journal holds.
    fn journaled(&self) -> usize {
        let db = rusqlite::Connection::open(self.house.folder.join("gateway-journal.db")).unwrap();
        count(&db, "SELECT count(*) FROM writes", ())
    }

    /// How many writes the upstream has seen.
    fn arrived(&self) -> usize {
        self.house.upstream.seen().iter().filter(|seen| seen.method == "PUT").count()
    }
}

fn count(db: &rusqlite::Connection, select: &str, values: impl rusqlite::Params) -> usize {
    db.query_row(select, values, |row| row.get::<_, i64>(0)).unwrap().try_into().unwrap()
}
