//! The directory of accounts: their names, and the names of the users who hold their grants.

use doorward_core::{
    grant::Setting,
    id::AccountId,
    wire::{AccountName, AccountNames},
};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Stored, parsed};

/// Names the account.
pub fn put(db: &Connection, account: &AccountId, name: &str) -> Stored<()> {
    let put = "INSERT INTO accounts (account, name) VALUES (?1, ?2)
        ON CONFLICT (account) DO UPDATE SET name = excluded.name";
    db.execute(put, params![account.as_str(), name])?;
    Ok(())
}

/// The account's name.
pub fn name(db: &Connection, account: &AccountId) -> Stored<Option<String>> {
    let select = "SELECT name FROM accounts WHERE account = ?1";
    Ok(db.prepare_cached(select)?.query_row([account.as_str()], |row| row.get(0)).optional()?)
}

/// Erases the account's name and those of its users.
pub fn erase(db: &Connection, account: &AccountId) -> Stored<()> {
    db.execute("DELETE FROM accounts WHERE account = ?1", [account.as_str()])?;
    Ok(())
}

/// Says who switched `setting` on; nobody once it is off.
pub fn name_grant(db: &Connection, account: &AccountId, setting: Setting, by: Option<&str>) -> Stored<()> {
    let setting = setting.code();
    match by {
        Some(name) => {
            let put = "INSERT INTO grant_names (account, setting, name) VALUES (?1, ?2, ?3)
                ON CONFLICT (account, setting) DO UPDATE SET name = excluded.name";
            db.execute(put, params![account.as_str(), setting, name])?
        }
        None => {
            let erase = "DELETE FROM grant_names WHERE account = ?1 AND setting = ?2";
            db.execute(erase, params![account.as_str(), setting])?
        }
    };
    Ok(())
}

/// The names of at most `limit` accounts after `after`.
pub fn page(db: &Connection, after: Option<&AccountId>, limit: usize) -> Stored<AccountNames> {
    let page = "SELECT a.account, a.name, s.name, c.name FROM accounts a
        LEFT JOIN grant_names s ON s.account = a.account AND s.setting = 'support-team-access'
        LEFT JOIN grant_names c ON c.account = a.account AND c.setting = 'customer-success-team-access'
        WHERE a.account > ?1 ORDER BY a.account LIMIT ?2";
    let mut select = db.prepare_cached(page)?;
    let after = after.map_or("", AccountId::as_str);
    let mut rows = select.query(params![after, limit])?;
    let mut accounts = Vec::new();
    while let Some(row) = rows.next()? {
        let account = parsed(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?, "account")?;
        let (name, support_by, success_by) = (row.get(1)?, row.get(2)?, row.get(3)?);
        accounts.push(AccountName { account, name, support_by, success_by });
    }
    let full = accounts.len() == limit;
    let next = accounts.last().filter(|_| full).map(|last: &AccountName| last.account.clone());
    Ok(AccountNames { accounts, next })
}
