//! Gateways' journals: what was read and written in a session, taken over into the account's history in one transaction.
//!
//! A record is taken once, however often it is sent, and never out of order: what is missing between is refused.

use std::sync::Arc;

use doorward_core::{
    history::record::Happened,
    id::GatewayId,
    time::UnixMs,
    wire::{
        Code, JournalBatch, JournalRecord, JournalTaken, Journaled, MAX_JOURNAL_BATCH, MAX_ROUTE_BYTES, MAX_VERB_BYTES,
    },
};

use super::{Answer, App, Gateway, Refusal, writer::Work};
use crate::store::{
    account_log::{self, Appended},
    sessions,
};

impl App {
    /// Takes the records over that are not here yet, and says how far the journal is here. Refused as a whole with
    /// `Conflict` where a number is missing, where a number that was taken tells something else now, or where a session
    /// was never opened here; with `BadRequest` where a record is not of the documented shape.
    pub async fn take_journal(self: &Arc<Self>, _gateway: Gateway, batch: JournalBatch) -> Answer<JournalTaken> {
        let JournalBatch { gateway, records } = batch;
        if records.len() > MAX_JOURNAL_BATCH || !records.iter().all(fits) {
            return Err(Refusal::bad("records"));
        }
        let done = self.commit(move |work| {
            let mut upto = account_log::taken_upto(work.tx, &gateway)?;
            let before = upto;
            for record in records {
                if record.number <= upto {
                    same(work, &gateway, record)?;
                } else if record.number == upto.saturating_add(1) {
                    upto = record.number;
                    take(work, &gateway, record)?;
                } else {
                    return Err(Refusal::new(Code::Conflict).because("a gap in a journal"));
                }
            }
            if upto > before {
                account_log::take_upto(work.tx, &gateway, upto)?;
            }
            Ok((Vec::new(), JournalTaken { upto }))
        });
        Ok(done.await?.value)
    }
}

fn fits(record: &JournalRecord) -> bool {
    let route = |verb: &str, route: &str| {
        let label = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let named = (1..=MAX_VERB_BYTES).contains(&verb.len()) && verb.bytes().all(label);
        named && (1..=MAX_ROUTE_BYTES).contains(&route.len()) && route.bytes().all(|b| b.is_ascii_graphic())
    };
    record.number > 0
        && i64::try_from(record.number).is_ok()
        && match &record.what {
            Journaled::Reads { verb, route: template, count, .. } => {
                route(verb, template) && i64::try_from(*count).is_ok_and(|count| count > 0)
            }
            Journaled::Write { verb, route: template, fields } => route(verb, template) && fields.plausible(),
            Journaled::Answered { write, status } => *write < record.number && (100..=599).contains(status),
        }
}

fn take(work: &Work<'_>, gateway: &GatewayId, record: JournalRecord) -> Answer<()> {
    let session = sessions::get(work.tx, record.session)?.map(|row| row.session);
    let session =
        session.ok_or_else(|| Refusal::new(Code::Conflict).because("a session that was never opened here"))?;
    let (what, at) = (happened(gateway, record), work.now);
    let (account, staff) = (&session.account, Some(&session.staff));
    account_log::append(work.tx, Appended { account, at, what, staff, opened: None })?;
    Ok(())
}

/// What comes a second time must be what came the first time.
fn same(work: &Work<'_>, gateway: &GatewayId, record: JournalRecord) -> Answer<()> {
    let kept = account_log::journaled(work.tx, gateway, record.number)?;
    let kept = kept.map(|kept| kept.record()).transpose()?.map(|record| record.what);
    if kept.as_ref() == Some(&happened(gateway, record)) {
        Ok(())
    } else {
        Err(Refusal::new(Code::Conflict).because("a journal tells something else than it told before"))
    }
}

fn happened(gateway: &GatewayId, record: JournalRecord) -> Happened {
    let JournalRecord { number, session, at, what } = record;
    let (gateway, at): (GatewayId, UnixMs) = (gateway.clone(), at);
    match what {
        Journaled::Reads { verb, route, first, count } => {
            Happened::Reads { session, gateway, number, first, last: at, verb, route, count }
        }
        Journaled::Write { verb, route, fields } => {
            Happened::Write { session, gateway, number, passed: at, verb, route, fields }
        }
        Journaled::Answered { write, status } => Happened::WriteAnswered { session, gateway, number, write, status },
    }
}
