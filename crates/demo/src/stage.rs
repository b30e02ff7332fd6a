//! The stage: a house with the sample world in it, a Primary CSM with a software key, and a console configured for it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use doorward_client::clocks::{Clocks, MachineClocks};
use doorward_core::{
    grant::{Plan, Setting},
    id::AccountId,
    wire::{Intent, Outcome},
};
use doorward_testkit::{
    house::{Fallible, GATEWAY_LEASE_SECONDS, House, Person, RP_ID, SITE, TestKey},
    softkey::Manners,
    world::{World, WorldSize},
};
use secrecy::SecretString;

pub use doorward_testkit::house::PIN;

/// The seed of the sample world.
const SEED: u64 = 20_261_124;
const STAFF: usize = 40;

pub struct Stage {
    pub house: House,
    pub admin: Person,
    pub handle: String,
    pub account: AccountId,
    pub account_name: String,
    pub pictures: PathBuf,
    folder: PathBuf,
    programs: PathBuf,
}

impl Stage {
    /// Builds everything in `folder`, saying what is done.
    pub async fn set(folder: &Path, accounts: usize) -> Fallible<Self> {
        let began = Instant::now();
        let say = |what: &str| println!("{:6.1} s  {what}", began.elapsed().as_secs_f64());
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        let now = MachineClocks::new()?.wall();
        let world = Arc::new(World::draw(SEED, WorldSize { accounts, staff: STAFF }, now));
        let programs = beside()?;
        say("the server and the gateway are starting");
        let house = House::build(&folder.join("house"), &programs.join("doorward"), Arc::clone(&world)).await?;
        say(&format!(
            "server {}, gateway {} (lease {GATEWAY_LEASE_SECONDS} s)",
            house.server_url(),
            house.gateway_url()
        ));
        let mut admin = house.admin().await?;
        house
            .register_all(&world, now, |done| {
                if done.is_multiple_of(500) {
                    say(&format!("{done} accounts registered"));
                }
            })
            .await?;
        house.staff_all(&mut admin, &world, now).await?;
        say(&format!("{STAFF} staff with their roles and duty windows"));
        house.assign_all(&mut admin, &world).await?;
        say("Primary CSMs assigned");

        let suits = |account: &doorward_testkit::world::WorldAccount| {
            account.plan == Plan::Premium && account.primary_csm.is_some()
        };
        let account = House::invited_to(&world, Setting::CustomerSuccessTeamAccess, now, suits);
        let account = account.ok_or("no account of the sample world invites its Primary CSM")?.clone();
        let csm = account.primary_csm.clone().ok_or("the account has no Primary CSM")?;
        let code = match admin.intend(Intent::IssueEnrolmentCode { staff: csm }).await? {
            Outcome::CodeIssued { code, .. } => code.0,
            other => return Err(format!("no enrolment code came: {other:?}").into()),
        };
        let file = folder.join("danger-soft-key");
        let key = house.keys.key_in(&file, House::site(), Some(SecretString::from(PIN)), Manners::default())?;
        let handle = house.enrol_key(&code, &TestKey::from(key)).await?;
        say(&format!("{handle} has enrolled a software key, and is Primary CSM of {}", account.name));
        fs::write(folder.join("house/console.toml"), console_toml(&house))?;
        let pictures = folder.join("pictures");
        let (account, account_name) = (account.id, account.name);
        Ok(Self { house, admin, handle, account, account_name, pictures, folder, programs })
    }

    /// A program of this build.
    pub fn program(&self, name: &str) -> Fallible<PathBuf> {
        let program = self.programs.join(name);
        if program.exists() { Ok(program) } else { Err(format!("{} is not built", program.display()).into()) }
    }

    /// What the console is told by its environment.
    pub fn env(&self) -> [(&'static str, PathBuf); 2] {
        let key = self.folder.join("danger-soft-key");
        [("DOORWARD_CONSOLE", self.folder.join("house/console.toml")), ("DOORWARD_DANGER_SOFT_KEY", key)]
    }
}

fn beside() -> Fallible<PathBuf> {
    let here = std::env::current_exe()?;
    Ok(here.parent().ok_or("the demo lies nowhere")?.to_owned())
}

fn console_toml(house: &House) -> String {
    format!(
        "trust = \"trust.toml\"\nca = \"data/development-ca.pem\"\ngateway = \"{}\"\ndata = \"console\"\n\n\
         [webauthn]\nrp_id = \"{RP_ID}\"\norigin = \"{SITE}\"\n",
        house.gateway_url()
    )
}
