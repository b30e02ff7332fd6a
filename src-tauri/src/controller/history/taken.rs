//! Grants that were taken away before their time: as the server proves them, or as the copy's tail and this console's own
//! watching know them.

use std::{collections::BTreeMap, sync::Arc};

use doorward_client::standing::Standing;
use doorward_core::{
    feed::{
        checkpoint::Checkpoint,
        entry::{Entry, What},
    },
    grant::{Setting, Until},
    id::AccountId,
    time::{Millis, UnixMs},
    wire::TakenGrants,
};

use super::{
    super::{Controller, answer, ms, names::Names, request::Reply, short},
    proven::{NotProven, beside, connects, included},
};
use crate::view::{PastGrant, Problem};

/// As far as a timeline looks back.
const BACK: Millis = Millis::days(180);
/// Most entries of the tail that are looked at for it.
const MOST: usize = 2_000;

/// Grants that were proven to be taken away. Only what came after them is asked for again.
#[derive(Default)]
pub(in crate::controller) struct Taken {
    known: BTreeMap<u32, PastGrant>,
    last: Option<UnixMs>,
}

impl Controller {
    /// The grants that were taken away, the newest last. Where the server cannot be asked, those that are known here.
    pub(in crate::controller) fn past_grants(&mut self, reply: Reply<Vec<PastGrant>>) {
        let (names, standing) = (Arc::clone(&self.directory.names), self.parts.standing.clone());
        let online = self.signed_in_online().ok().map(|here| (Arc::clone(&here.line), here.token.clone()));
        let (Some((line, token)), Some(now)) = (online, self.now()) else {
            let known = self.known_past();
            tokio::task::spawn_blocking(move || answer(reply, Ok(in_order(with_tail(known, &standing, &names)))));
            return;
        };
        let trust = self.parts.trust.clone();
        // What was taken away in the very millisecond of the last may be more than one.
        let last = self.taken.last.map(|last| UnixMs(last.0.saturating_sub(1)));
        let work = async move {
            let from = last.unwrap_or(UnixMs(now.0.saturating_sub_unsigned(BACK.0)));
            let told = line.taken_grants(&token, from).await?;
            let note = told.checkpoint.clone().ok_or_else(|| NotProven::Refused("no checkpoint".to_owned()))?;
            let newest = Checkpoint::open(&note, &trust).map_err(|fault| NotProven::Refused(fault.to_string()))?;
            let copy = standing.with_tail(|tail| tail.head());
            let path = beside(&*line, &token, copy, newest.head()).await?;
            connects(copy, newest.head(), path.as_deref())?;
            read(told, &newest, &names)
        };
        self.after(work, move |console, told| {
            let taken = told.map(|taken| {
                let newest = taken.iter().map(|past| UnixMs(past.off.0)).max();
                console.taken.last = console.taken.last.max(newest);
                console.taken.known.extend(taken.into_iter().map(|past| (past.serial, past)));
                in_order(console.known_past())
            });
            answer(reply, taken.map_err(Problem::from));
        });
    }

    /// What was proven, and what this console saw itself; by the names that are known now.
    fn known_past(&self) -> BTreeMap<u32, PastGrant> {
        let seen = self.list.past.iter().map(|past| (past.serial, past.clone()));
        let mut known: BTreeMap<_, _> = seen.chain(self.taken.known.clone()).collect();
        for past in known.values_mut() {
            let named = AccountId::parse(&past.account).ok().and_then(|id| self.directory.account_name(&id));
            past.account_name = named.or(past.account_name.take());
        }
        known
    }
}

fn with_tail(mut known: BTreeMap<u32, PastGrant>, standing: &Standing, names: &Names) -> BTreeMap<u32, PastGrant> {
    let wanted = |what: &What| matches!(what, What::GrantEnabled { .. } | What::GrantDisabled { .. });
    let tail = standing.with_tail(|tail| tail.entries(MOST, wanted));
    let entries: Vec<_> = tail.iter().filter_map(|proven| Entry::decode(proven.text.as_bytes()).ok()).collect();
    known.extend(switched_off(&entries, names).map(|past| (past.serial, past)));
    known
}

fn in_order(known: BTreeMap<u32, PastGrant>) -> Vec<PastGrant> {
    let mut all: Vec<_> = known.into_values().collect();
    all.sort_by_key(|past| past.off);
    all
}

fn read(told: TakenGrants, newest: &Checkpoint, names: &Names) -> Result<Vec<PastGrant>, NotProven> {
    let refused = |why: &str| NotProven::Refused(why.to_owned());
    let one = |proven: doorward_core::wire::Proven| {
        included(&proven.read().ok_or_else(|| refused("a path is not one of hashes"))?, newest)
    };
    told.grants
        .into_iter()
        .map(|grant| {
            let (given, taken) = (one(grant.given)?, one(grant.taken)?);
            past(&given, &taken, names).ok_or_else(|| refused("an entry takes away another grant than was said"))
        })
        .collect()
}

/// The grant that one entry gave and the other took away.
fn past(given: &Entry, taken: &Entry, names: &Names) -> Option<PastGrant> {
    let What::GrantEnabled { grant, account, setting, until, .. } = &given.what else { return None };
    let took = given.seq < taken.seq
        && match &taken.what {
            What::GrantDisabled { grant: off, .. } => off == grant,
            What::GrantEnabled { account: of, setting: anew, .. } => of == account && anew == setting,
            What::PlanChanged { account: of, .. } => of == account && *setting == Setting::CustomerSuccessTeamAccess,
            What::AccountClosed { account: of } => of == account,
            _ => false,
        };
    let until = match until {
        Until::At(end) => Some(ms(*end)),
        Until::Indefinitely => None,
    };
    took.then(|| PastGrant {
        serial: short(grant.0),
        account: account.to_string(),
        account_name: names.account(account).map(str::to_owned),
        setting: (*setting).into(),
        from: ms(given.at),
        until,
        off: ms(taken.at),
    })
}

/// The pairs among entries of the tail, the newest first.
fn switched_off<'a>(entries: &'a [Entry], names: &'a Names) -> impl Iterator<Item = PastGrant> + 'a {
    let off = entries.iter().filter_map(|entry| match &entry.what {
        What::GrantDisabled { grant, .. } => Some((grant, entry)),
        _ => None,
    });
    off.filter_map(move |(grant, taken)| {
        let given =
            entries.iter().find(|entry| matches!(&entry.what, What::GrantEnabled { grant: on, .. } if on == grant));
        past(given?, taken, names)
    })
}
