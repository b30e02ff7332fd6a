//! The writer: the one place where the feed grows.
//!
//! Whatever is reported and the entries that report it become durable in one transaction, and only then is anything
//! shown: memory, checkpoint and followers see a commit after it cannot be lost any more.

use std::sync::Arc;

use doorward_core::{
    feed::{
        batch::{Batch, MAX_BATCH},
        checkpoint::Checkpoint,
        entry::{Entry, What},
        tree::{Frontier, leaf_hash},
    },
    id::Seq,
    policy::live,
    state::AccessState,
    time::UnixMs,
};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{
    App, Head,
    account_log::{self, Pen},
    refusal::Answer,
};
use crate::store::{entries, history, tiles};

/// The writer's own copy of the fold: it runs ahead of [`Head`] while a transaction is open, and falls back to it
/// when the transaction does.
pub(super) struct Writer {
    pub(super) db: Connection,
    pub(super) draft: AccessState,
}

/// What a verb works on: the open transaction, the fold before it, and the time of its entries.
pub struct Work<'a> {
    pub tx: &'a Transaction<'a>,
    pub state: &'a AccessState,
    pub now: UnixMs,
}

/// What became of a commit: the verb's own answer, and the first entry where there is one.
pub struct Done<T> {
    pub value: T,
    pub first: Option<Seq>,
}

/// Entries that were just made durable, in the form followers get them.
#[derive(Debug)]
pub struct Published {
    pub first: u64,
    pub last: u64,
    /// A `Batch` as JSON.
    pub json: String,
}

/// What the transaction reached.
struct Reached {
    frontier: Frontier,
    at: UnixMs,
    texts: Vec<(String, Frontier)>,
}

impl App {
    /// Runs `verb` and makes durable, in one transaction, what it writes and the entries it returns.
    pub(super) async fn commit<T: Send + 'static>(
        self: &Arc<Self>,
        verb: impl FnOnce(&Work<'_>) -> Answer<(Vec<What>, T)> + Send + 'static,
    ) -> Answer<Done<T>> {
        self.blocking(move |app| app.commit_now(verb)).await
    }

    fn commit_now<T>(&self, verb: impl FnOnce(&Work<'_>) -> Answer<(Vec<What>, T)>) -> Answer<Done<T>> {
        let mut writer = self.writer.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Writer { db, draft } = &mut *writer;
        let before = self.head();
        // A transaction that fell back, or a verb that panicked, may have left the draft ahead of what is durable.
        if draft.size() != before.frontier.size() {
            *draft = self.read_head(|head| head.state.clone());
        }
        let now = self.clock.now().max(before.at);
        let (value, reached) = attempt(db, draft, &before.frontier, self.pen(), now, verb)?;
        let first = (!reached.texts.is_empty()).then(|| Seq(before.frontier.size()).next());
        self.publish(reached);
        Ok(Done { value, first })
    }

    /// Shows what is durable now: first in memory, then to the followers.
    fn publish(&self, reached: Reached) {
        if reached.texts.is_empty() {
            return;
        }
        // Users may be told of what happened.
        self.users.ring();
        self.change_head(|head| {
            for (text, _) in &reached.texts {
                // These very entries were folded into the draft, which equals this state, before they were durable.
                if let Ok(entry) = Entry::decode(text.as_bytes()) {
                    let _folded = head.state.apply(&entry);
                }
            }
            head.frontier = reached.frontier.clone();
            head.at = reached.at;
        });
        for chunk in reached.texts.chunks(MAX_BATCH) {
            let Some((_, edge)) = chunk.last() else { continue };
            let last = edge.size();
            let first = last.saturating_sub(u64::try_from(chunk.len()).unwrap_or(0)).saturating_add(1);
            let entries = chunk.iter().map(|(text, _)| text.clone()).collect();
            let batch = self.batch(entries, edge);
            let json = serde_json::to_string(&batch).unwrap_or_default();
            // Nobody listening is no fault.
            let _listeners = self.published.send(Arc::new(Published { first, last, json }));
        }
    }

    /// `entries`, after which the tree's edge is `edge`, under a checkpoint of exactly that size.
    pub(super) fn batch(&self, entries: Vec<String>, edge: &Frontier) -> Batch {
        Batch { entries, checkpoint: self.checkpoint(edge) }
    }

    /// A checkpoint of the feed with this edge.
    pub(super) fn checkpoint(&self, edge: &Frontier) -> String {
        let (origin, at) = (self.origin.clone(), self.now());
        Checkpoint { origin, size: edge.size(), root: edge.root(), at }.sign(&self.log)
    }
}

fn attempt<T>(
    db: &mut Connection,
    draft: &mut AccessState,
    frontier: &Frontier,
    pen: Pen<'_>,
    now: UnixMs,
    verb: impl FnOnce(&Work<'_>) -> Answer<(Vec<What>, T)>,
) -> Answer<(T, Reached)> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (whats, value) = verb(&Work { tx: &tx, state: draft, now })?;
    let mut reached = Reached { frontier: frontier.clone(), at: now, texts: Vec::with_capacity(whats.len()) };
    for what in whats {
        let entry = Entry { seq: Seq(reached.frontier.size()).next(), at: now, what };
        let taken: Vec<_> = draft.taken_away(&entry.what, now).into_iter().cloned().collect();
        let standing = account_log::standing(&tx, draft, &entry.what, now)?;
        draft.apply(&entry)?;
        let fallen: Vec<_> = standing.into_iter().filter(|session| live(draft, session, now).is_err()).collect();
        let text = String::from_utf8(entry.encode()).map_err(super::Refusal::internal)?;
        reached.frontier.push(leaf_hash(text.as_bytes()));
        entries::append(&tx, entry.seq.0, &text, &reached.frontier)?;
        history::note(&tx, &entry, &taken)?;
        pen.note(&tx, &entry, &taken, &fallen)?;
        tiles::grow(&tx, entry.seq.0)?;
        reached.texts.push((text, reached.frontier.clone()));
    }
    // Every history that grew, also one that the verb itself wrote to, is under a checkpoint before it is durable.
    pen.sign(&tx, now)?;
    tx.commit()?;
    Ok((value, reached))
}

/// The fold of everything stored.
pub(super) fn refold(db: &Connection) -> Answer<Head> {
    let mut head = Head { state: AccessState::default(), frontier: Frontier::default(), at: UnixMs(0) };
    entries::each(db, |text| {
        let entry = Entry::decode(text.as_bytes()).map_err(super::Refusal::internal)?;
        head.state.apply(&entry).map_err(super::Refusal::internal)?;
        head.frontier.push(leaf_hash(text.as_bytes()));
        head.at = head.at.max(entry.at);
        Ok::<_, super::Refusal>(())
    })?;
    Ok(head)
}

#[cfg(test)]
mod tests {
    use doorward_core::{
        feed::note::NoteSigner, grant::Plan, id::AccountId, session::Lengths, token::TokenSigner, wire::Code,
    };

    use super::{
        super::{AppParts, Clock, SystemDice},
        *,
    };
    use crate::webauthn::{RelyingParty, TrustedModel};

    struct Still;

    impl Clock for Still {
        fn now(&self) -> UnixMs {
            UnixMs(1_000)
        }
    }

    fn app(dir: &tempfile::TempDir) -> Arc<App> {
        let ca_pem = rcgen::generate_simple_self_signed(Vec::new()).unwrap().cert.pem();
        let aaguid = webauthn_rs::prelude::Uuid::from_bytes([1; 16]);
        let parts = AppParts {
            clock: Box::new(Still),
            dice: Box::new(SystemDice),
            origin: "feed.test".to_owned(),
            log: NoteSigner::from_seed("feed.test", &[1; 32]).unwrap(),
            freshness: NoteSigner::from_seed("fresh.test", &[2; 32]).unwrap(),
            tokens: TokenSigner::new("feed.test", &[]),
            lengths: Lengths::default(),
            relying_party: RelyingParty {
                id: "doorward.test".to_owned(),
                name: "Doorward".to_owned(),
                origin: "https://doorward.test".to_owned(),
                models: vec![TrustedModel { ca_pem, aaguid, name: "any".to_owned() }],
            },
            ssh: super::super::SshParts::new(zeroize::Zeroizing::new([6; 32])),
            users: super::super::users::UserParts {
                url: "https://account.test".to_owned(),
                secret: zeroize::Zeroizing::new([4; 32]),
                hardness: super::super::users::Hardness { kib: 8, passes: 1 },
                providers: Default::default(),
            },
            database: dir.path().join("house.db"),
        };
        App::open(parts).unwrap()
    }

    fn registered(account: &str) -> What {
        What::AccountRegistered { account: AccountId::parse(account).unwrap(), plan: Plan::Standard }
    }

    #[tokio::test]
    async fn of_entries_that_cannot_all_follow_none_does() {
        let dir = tempfile::TempDir::new().unwrap();
        let app = app(&dir);
        let twice = app.commit(|_| Ok((vec![registered("acme"), registered("acme")], ()))).await;
        assert_eq!(twice.err().unwrap().code(), Code::Conflict);
        assert_eq!(app.size(), 0);
        let once = app.commit(|_| Ok((vec![registered("acme"), registered("bolt")], ()))).await.unwrap();
        assert_eq!((once.first, app.size()), (Some(Seq(1)), 2));
        let stored = refold(&app.writer.lock().unwrap().db).unwrap();
        assert!(app.read_head(|head| head.state == stored.state && head.frontier == stored.frontier));
    }
}
