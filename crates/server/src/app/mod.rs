//! The verbs: everything the server does, asked by somebody. The policy decides; nothing else does.

mod account_history;
mod account_log;
mod accounts;
mod caller;
mod enrolment;
mod erasure;
mod feed;
mod history;
mod intents;
mod journal;
mod keys;
mod parts;
mod refusal;
mod secrets;
mod servers;
mod sessions;
mod sign_in;
mod ssh;
mod staff;
pub mod users;
mod writer;

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use doorward_core::{
    feed::{note::NoteSigner, tree::Frontier},
    session::Lengths,
    state::AccessState,
    time::UnixMs,
    token::TokenSigner,
    wire::Code,
};
use rusqlite::Connection;
use tokio::sync::broadcast;

pub use self::{
    account_history::{HistoryFilter, HistoryPage, HistoryRow, SessionSummary, Shown, Shows},
    caller::{Bearer, Caller, Follower, Gateway, Vendor},
    erasure::{Erase, Erased},
    feed::FeedEvent,
    history::{Asked, MOST},
    parts::{AppParts, Clock, Dice, DiceFault, SystemDice},
    refusal::{Answer, Refusal},
    ssh::SshParts,
    writer::Published,
};
use self::{feed::Caches, writer::Writer};
use crate::{
    store::{self, Readers, StoreFault, Stored},
    webauthn::{RelyingPartyFault, Verifier},
};

/// Batches a follower may lag behind before its stream is closed.
const LAG: usize = 1_024;

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum OpenFault {
    #[error(transparent)]
    Store(#[from] StoreFault),
    #[error(transparent)]
    RelyingParty(#[from] RelyingPartyFault),
    #[error(transparent)]
    Dice(#[from] DiceFault),
    #[error("the stored feed cannot be folded")]
    Feed,
}

/// Where the feed stands, as everybody may see it: durable, and folded.
#[derive(Clone)]
pub(crate) struct Head {
    pub(crate) state: AccessState,
    pub(crate) frontier: Frontier,
    /// The time of the newest entry.
    pub(crate) at: UnixMs,
}

/// The head without its fold.
struct Standing {
    frontier: Frontier,
    at: UnixMs,
}

/// The server's inside.
pub struct App {
    clock: Box<dyn Clock>,
    dice: Box<dyn Dice>,
    origin: String,
    log: NoteSigner,
    freshness: NoteSigner,
    tokens: TokenSigner,
    lengths: Lengths,
    keys: Verifier,
    users: users::Users,
    ssh: ssh::SshAuthority,
    epoch: u64,
    writer: Mutex<Writer>,
    readers: Readers,
    head: RwLock<Head>,
    published: broadcast::Sender<Arc<Published>>,
    caches: Caches,
}

impl App {
    /// Opens the database, folds the feed anew and starts a new epoch.
    pub fn open(parts: AppParts) -> Result<Arc<Self>, OpenFault> {
        let AppParts { clock, dice, origin, log, freshness, tokens, lengths, relying_party, users, ssh, database } =
            parts;
        let (mut db, readers) = store::open(&database)?;
        let epoch = store::next_epoch(&db)?;
        let keys = relying_party.verifier(&cloak(&db, dice.as_ref())?)?;
        history::catch_up(&mut db).map_err(|_| OpenFault::Feed)?;
        let pen = account_log::Pen { dice: dice.as_ref(), origin: &origin, log: &log };
        account_log::catch_up(&mut db, pen).map_err(|_| OpenFault::Feed)?;
        let head = writer::refold(&db).map_err(|_| OpenFault::Feed)?;
        let writer = Mutex::new(Writer { db, draft: head.state.clone() });
        let (published, _) = broadcast::channel(LAG);
        let (head, caches) = (RwLock::new(head), Caches::default());
        let app = Self {
            clock,
            dice,
            origin,
            log,
            freshness,
            tokens,
            lengths,
            keys,
            users: users::Users::new(users),
            ssh: ssh::SshAuthority::new(ssh),
            epoch,
            writer,
            readers,
            head,
            published,
            caches,
        };
        Ok(Arc::new(app))
    }

    /// The time; never earlier than the newest entry.
    pub fn now(&self) -> UnixMs {
        self.clock.now().max(self.read_head(|head| head.at))
    }

    /// Looks at the fold as it is durable now.
    pub fn read_state<T>(&self, look: impl FnOnce(&AccessState) -> T) -> T {
        self.read_head(|head| look(&head.state))
    }

    /// Whether the store answers.
    pub async fn ready(self: &Arc<Self>) -> Answer<()> {
        let asked = self.read(|db| Ok(db.query_row("SELECT 1", [], |row| row.get::<_, i64>(0))?)).await;
        asked
            .map(|_| ())
            .map_err(|refusal| Refusal::new(Code::Unavailable).because(refusal.inside().unwrap_or_default()))
    }

    /// A name for a request, for the log.
    pub(crate) fn draw_name(&self) -> String {
        let mut bytes = [0; 8];
        // Where dice fail every verb refuses; the name alone need not.
        let _thrown = self.dice.fill(&mut bytes);
        hex::encode(bytes)
    }

    fn head(&self) -> Standing {
        self.read_head(|head| Standing { frontier: head.frontier.clone(), at: head.at })
    }

    fn read_head<T>(&self, look: impl FnOnce(&Head) -> T) -> T {
        look(&self.head.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change_head(&self, change: impl FnOnce(&mut Head)) {
        change(&mut self.head.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// Runs `work` where blocking is allowed.
    async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Arc<Self>) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        let app = Arc::clone(self);
        tokio::task::spawn_blocking(move || work(&app)).await.map_err(Refusal::internal)?
    }

    /// Asks the store.
    async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        question: impl FnOnce(&Connection) -> Stored<T> + Send + 'static,
    ) -> Answer<T> {
        self.blocking(move |app| Ok(app.readers.read(question)?)).await
    }
}

/// The secret by which unknown handles are answered: the same over restarts, so that the answers are too.
fn cloak(db: &Connection, dice: &dyn Dice) -> Result<Vec<u8>, OpenFault> {
    let mut fresh = [0; 32];
    dice.fill(&mut fresh)?;
    Ok(store::keep(db, "cloak", &fresh)?)
}
