//! Accounts at the payment provider: which customer they are there, and what of it was heard.

use doorward_core::{id::AccountId, time::UnixMs};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Stored, parsed};

/// How an account stands at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillingRow {
    pub customer: String,
    /// The provider's own word for how the subscription stands, once there was one.
    pub status: Option<String>,
}

/// How `account` stands, where it ever came to the provider.
pub fn of(db: &Connection, account: &AccountId) -> Stored<Option<BillingRow>> {
    let select = "SELECT customer, status FROM billing WHERE account = ?1";
    let row =
        db.query_row(select, [account.as_str()], |row| Ok(BillingRow { customer: row.get(0)?, status: row.get(1)? }));
    Ok(row.optional()?)
}

/// Whose customer this is.
pub fn account_of(db: &Connection, customer: &str) -> Stored<Option<AccountId>> {
    let select = "SELECT account FROM billing WHERE customer = ?1";
    let account: Option<String> = db.query_row(select, [customer], |row| row.get(0)).optional()?;
    account.map(|account| parsed(&account, "account")).transpose()
}

/// Says which customer `account` is; whoever was first stays.
pub fn is_customer(db: &Connection, account: &AccountId, customer: &str) -> Stored<()> {
    let insert = "INSERT INTO billing (account, customer) VALUES (?1, ?2) ON CONFLICT (account) DO NOTHING";
    db.execute(insert, params![account.as_str(), customer])?;
    Ok(())
}

/// Says how the account's subscription stands.
pub fn stands(db: &Connection, account: &AccountId, subscription: &str, status: &str) -> Stored<()> {
    let update = "UPDATE billing SET subscription = ?2, status = ?3 WHERE account = ?1";
    db.execute(update, params![account.as_str(), subscription, status])?;
    Ok(())
}

/// Whether the event was heard already.
pub fn heard(db: &Connection, event: &str) -> Stored<bool> {
    let select = "SELECT count(*) FROM billing_events WHERE event = ?1";
    Ok(db.query_row(select, [event], |row| row.get::<_, i64>(0))? > 0)
}

/// Notes that the event was heard. False where it was already.
pub fn hear(db: &Connection, event: &str, now: UnixMs) -> Stored<bool> {
    let insert = "INSERT INTO billing_events (event, at) VALUES (?1, ?2) ON CONFLICT (event) DO NOTHING";
    Ok(db.execute(insert, params![event, now.0])? > 0)
}

/// Forgets what was heard before `since`: the provider repeats an event for some days, not longer.
pub fn sweep(db: &Connection, since: UnixMs) -> Stored<()> {
    db.execute("DELETE FROM billing_events WHERE at <= ?1", [since.0])?;
    Ok(())
}
