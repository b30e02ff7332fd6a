//! A house in a folder of its own, with two accounts and the people the stories need.

use std::{path::PathBuf, sync::Arc, time::Duration};

use doorward_client::api::ApiError;
use doorward_core::wire::{Code, Problem};
use doorward_core::{
    grant::{Plan, Setting, Until},
    id::AccountId,
    staff::Role,
    time::{Millis, UnixMs},
    wire::{Intent, OpenedSession},
};
use doorward_testkit::{
    house::{House, Person, wait_until},
    world::{World, WorldSize},
};
use reqwest::Method;
use tempfile::TempDir;

/// Long enough for a busy machine, short against the lease.
pub const SOON: Duration = Duration::from_secs(5);

pub struct Stage {
    pub house: House,
    pub admin: Person,
    pub account: AccountId,
    pub person: String,
    _folder: TempDir,
}

/// The `doorward` program of this build.
pub fn doorward() -> PathBuf {
    let here = std::env::current_exe().unwrap();
    let program = here.ancestors().nth(2).unwrap().join("doorward");
    assert!(program.exists(), "{} is not there: build the workspace first", program.display());
    program
}

pub fn now() -> UnixMs {
    use doorward_client::clocks::{Clocks, MachineClocks};
    MachineClocks::new().unwrap().wall()
}

pub fn tomorrow() -> Until {
    Until::At(now().plus(Millis::days(1)))
}

impl Stage {
    pub async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let world = Arc::new(World::draw(7, WorldSize::SMALL, now()));
        let account = world.accounts[0].clone();
        let house = House::build(folder.path(), &doorward(), world).await.unwrap();
        house.register(&account.id, &account.name, Plan::Premium).await.unwrap();
        let person = house.upstream.look(&account.id, |data| data.people[0].id.clone()).unwrap();
        let admin = house.admin().await.unwrap();
        Self { house, admin, account: account.id, person, _folder: folder }
    }

    pub async fn support(&mut self) -> Person {
        self.house.hire(&mut self.admin, "s-sue", "Sue Support", &[Role::TechnicalSupport]).await.unwrap()
    }

    pub async fn primary_csm(&mut self) -> Person {
        let person = self.house.hire(&mut self.admin, "s-pam", "Pam Primary", &[Role::Csm]).await.unwrap();
        let intent = Intent::AssignPrimaryCsm { account: self.account.clone(), staff: person.staff.clone() };
        self.admin.intend(intent).await.unwrap();
        person
    }

    pub async fn invite(&self, setting: Setting) -> doorward_core::id::GrantSerial {
        let standing = self.house.switch_on(&self.account, setting, tomorrow()).await.unwrap();
        let grant = match setting {
            Setting::SupportTeamAccess => standing.support,
            Setting::CustomerSuccessTeamAccess => standing.success,
        };
        grant.unwrap().serial
    }

    /// Reads a person's attributes through the gateway.
    pub async fn read(&self, who: &Person, opened: &OpenedSession) -> Result<serde_json::Value, Problem> {
        let path = format!("/v1/customers/{}/attributes?id_type=id", self.person);
        refused_or(who.through(opened, Method::GET, &path, None).await)
    }

    /// Changes a person's plan through the gateway.
    pub async fn write(&self, who: &Person, opened: &OpenedSession, to: &str) -> Result<serde_json::Value, Problem> {
        let path = format!("/api/v1/customers/{}", self.person);
        let body = serde_json::json!({"plan": to, "_update": true});
        refused_or(who.through(opened, Method::PUT, &path, Some(body)).await)
    }

    /// The person's plan in the upstream.
    pub fn plan(&self) -> Option<String> {
        self.house.upstream.person(&self.account, &self.person)?.attributes.get("plan").cloned()
    }

    /// Waits until a read is refused with `code`, and tells the whole refusal.
    pub async fn refused_with(&self, who: &Person, opened: &OpenedSession, code: Code, within: Duration) -> Problem {
        let mut last = None;
        let refused = async || {
            last = self.read(who, opened).await.err();
            last.as_ref().is_some_and(|problem| problem.code == code)
        };
        let waited = wait_until(&format!("reads are refused with {code:?}"), within, refused).await;
        assert!(waited.is_ok(), "{waited:?}; the last answer: {last:?}");
        last.unwrap()
    }

    /// Waits until the gateway knows what the server knows: a read passes.
    pub async fn passes(&self, who: &Person, opened: &OpenedSession) {
        wait_until("a read passes", SOON, async || self.read(who, opened).await.is_ok()).await.unwrap();
    }
}

fn refused_or(answer: Result<doorward_client::api::DataAnswer, ApiError>) -> Result<serde_json::Value, Problem> {
    match answer {
        Ok(data) => {
            assert!(data.status < 300, "the upstream said {}", data.status);
            Ok(data.body)
        }
        Err(ApiError::Problem(problem)) => Err(*problem),
        Err(other) => panic!("the gateway gave no answer: {other}"),
    }
}
