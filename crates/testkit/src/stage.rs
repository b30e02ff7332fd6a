//! The stage: a house with the sample world in it, a Primary CSM with a software key, and a console configured for it.
//!
//! NO SECURITY: it is for the demo and for tests of the window alone.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    house::{Customer, Fallible, GATEWAY_LEASE_SECONDS, House, PIN, Person, RP_ID, SITE, TestKey},
    softkey::Manners,
    world::{World, WorldSize},
};
use doorward_client::clocks::{Clocks, MachineClocks};
use doorward_core::{
    grant::{Plan, Setting},
    id::AccountId,
    staff::Role,
    time::UnixMs,
    wire::{Intent, Outcome},
};
use secrecy::SecretString;

/// The seed of the sample world.
const SEED: u64 = 20_261_124;
/// How many staff the sample world has.
const STAFF: usize = 40;
/// The user of the account that invites the Primary CSM.
pub const USER: &str = "kim";

/// The house, and who is about to sign in.
pub struct Stage {
    pub house: House,
    /// The security admin, signed in.
    pub admin: Person,
    /// The handle of a Primary CSM with one software key.
    pub handle: String,
    /// The handle of an infrastructure engineer, who has the same software key, and an SSH key.
    pub engineer: String,
    /// An admin of the account below, in a browser of their own.
    pub customer: Customer,
    /// The account of that Primary CSM; it invites them.
    pub account: AccountId,
    /// Where pictures of the window go.
    pub pictures: PathBuf,
    folder: PathBuf,
    programs: PathBuf,
}

impl Stage {
    /// Builds everything in `folder` out of the programs of a build, saying what is done.
    pub async fn set(folder: &Path, programs: &Path, accounts: usize, say: impl Fn(&str)) -> Fallible<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        let now = MachineClocks::new()?.wall();
        let world = Arc::new(World::draw(SEED, WorldSize { accounts, staff: STAFF }, now));
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
        house.gateway_is_fresh().await?;

        let suits =
            |account: &crate::world::WorldAccount| account.plan == Plan::Premium && account.primary_csm.is_some();
        let account = House::invited_to(&world, Setting::CustomerSuccessTeamAccess, now, suits);
        let account = account.ok_or("no account of the sample world invites its Primary CSM")?.clone();
        let csm = account.primary_csm.clone().ok_or("the account has no Primary CSM")?;
        let code = match admin.intend(Intent::IssueEnrolmentCode { staff: csm }).await? {
            Outcome::CodeIssued { code, .. } => code.0,
            other => return Err(format!("no enrolment code came: {other:?}").into()),
        };
        let file = folder.join("danger-soft-key");
        let key = house.keys.key_in(&file, House::site(), Some(SecretString::from(PIN)), Manners::default())?;
        let handle = house.enrol_key(&code, &TestKey::from(key.clone())).await?;
        let engineer = engineer(&house, &mut admin, &world, TestKey::from(key), now).await?;
        say(&format!("{engineer} is an infrastructure engineer with the same key, and is on a server"));
        let customer = house.customer(&account.id, USER).await?;
        say(&format!("{USER} is an admin of that account, and signed in to its pages"));
        say(&format!("{handle} has enrolled a software key, and is Primary CSM of {}", account.name));
        fs::write(folder.join("house/console.toml"), console_toml(&house))?;
        let pictures = folder.join("pictures");
        Ok(Self {
            house,
            admin,
            handle,
            engineer,
            customer,
            account: account.id,
            pictures,
            folder,
            programs: programs.to_owned(),
        })
    }

    /// Where the server's mail is written down.
    pub fn mail(&self) -> PathBuf {
        self.folder.join("house/mail")
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

/// An engineer of the world enrols `key` too, and works on some servers.
async fn engineer(house: &House, admin: &mut Person, world: &World, key: TestKey, now: UnixMs) -> Fallible<String> {
    house.put_sample_hosts().await?;
    let engineer = world.staff.iter().find(|staff| staff.roles == [Role::InfrastructureEngineer] && !staff.suspended);
    let staff = engineer.ok_or("the sample world has no engineer")?.id.clone();
    let code = match admin.intend(Intent::IssueEnrolmentCode { staff }).await? {
        Outcome::CodeIssued { code, .. } => code.0,
        other => return Err(format!("no enrolment code came: {other:?}").into()),
    };
    let handle = house.enrol_key(&code, &key).await?;
    house.sign_in(&handle, key).await?.work_on_servers(house, now).await?;
    Ok(handle)
}

fn console_toml(house: &House) -> String {
    format!(
        "trust = \"trust.toml\"\nca = \"data/development-ca.pem\"\ngateway = \"{}\"\ndata = \"console\"\n\n\
         [webauthn]\nrp_id = \"{RP_ID}\"\norigin = \"{SITE}\"\n",
        house.gateway_url()
    )
}
