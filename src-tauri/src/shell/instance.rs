//! One console for each data folder: who starts a second hands over what it was started with, over the session bus, and
//! the first comes to the front. What is handed over is read here again: anybody of this session may call.
//!
//! Without a bus nobody can be called, and the lock on the data folder refuses the second.

use std::{fs, path::Path, time::Duration};

use aws_lc_rs::digest;
use doorward_core::id::AccountId;
use tokio::{sync::mpsc, time::timeout};
use zbus::{Connection, connection::Builder, fdo};

use crate::link;

const PATH: &str = "/org/doorward/Console";
const INTERFACE: &str = "org.doorward.Console";
/// How long the first console may take to say that it heard.
const PATIENCE: Duration = Duration::from_secs(5);

/// What became of this start.
pub enum Claim {
    /// It is the first, and is told what later ones are started with.
    First(Instance),
    /// Another console has it now.
    HandedOver,
    /// Nobody can be called: there is no bus, or whoever holds the name does not answer.
    Alone,
}

/// The name on the bus, and whoever calls it.
pub struct Instance {
    /// While it is open, the name is held.
    pub connection: Connection,
    pub calls: mpsc::UnboundedReceiver<Option<AccountId>>,
}

/// Claims the data folder, or hands `link` over to the console that has it.
pub async fn claim(data: &Path, link: Option<&AccountId>) -> Claim {
    match try_claim(&name_of(data), link).await {
        Ok(claim) => claim,
        Err(fault) => {
            tracing::warn!(%fault, code = "no-instance", "other consoles cannot be called");
            Claim::Alone
        }
    }
}

async fn try_claim(name: &str, link: Option<&AccountId>) -> zbus::Result<Claim> {
    let (call, calls) = mpsc::unbounded_channel();
    let claimed = Builder::session()?
        .serve_at(PATH, Door(call))?
        .name(name)?
        .replace_existing_names(false)
        .allow_name_replacements(false)
        .build()
        .await;
    match claimed {
        Ok(connection) => Ok(Claim::First(Instance { connection, calls })),
        Err(zbus::Error::NameTaken) => hand_over(name, link).await,
        Err(fault) => Err(fault),
    }
}

async fn hand_over(name: &str, link: Option<&AccountId>) -> zbus::Result<Claim> {
    let bus = Connection::session().await?;
    let asked = (link.map(link::write).unwrap_or_default(),);
    let told = bus.call_method(Some(name), PATH, Some(INTERFACE), "Open", &asked);
    match timeout(PATIENCE, told).await {
        Ok(told) => told.map(|_| Claim::HandedOver),
        Err(_) => Ok(Claim::Alone),
    }
}

/// The folder's own name on the bus. A hash, because a path says whose it is.
fn name_of(data: &Path) -> String {
    let whole = fs::canonicalize(data).unwrap_or_else(|_| data.to_owned());
    let hash = digest::digest(&digest::SHA256, whole.as_os_str().as_encoded_bytes());
    format!("org.doorward.console.i{}", hex::encode(hash.as_ref()).get(..16).unwrap_or_default())
}

/// What a later start calls.
struct Door(mpsc::UnboundedSender<Option<AccountId>>);

#[zbus::interface(name = "org.doorward.Console")]
impl Door {
    /// Come to the front, and go where the link leads. An empty one leads nowhere.
    async fn open(&self, link: &str) -> fdo::Result<()> {
        let account = match link {
            "" => None,
            link => Some(link::parse(link).map_err(|fault| fdo::Error::InvalidArgs(fault.to_string()))?),
        };
        self.0.send(account).map_err(|_| fdo::Error::Failed("the console is closing".to_owned()))
    }
}
