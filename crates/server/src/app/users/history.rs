//! Who came in, for the users of the account alone.

use std::{collections::HashMap, sync::Arc};

use doorward_core::{
    history::record::Happened,
    id::{StaffId, UserId},
};
use tokio::sync::mpsc;

use super::{
    super::{Answer, App, HistoryFilter, HistoryPage, Shown},
    UserCaller,
};
use crate::store::{staff, users};

/// Rows at once.
const ROWS: usize = 50;

/// A page of the caller's history, with the names of whom its rows name by id.
pub struct CameIn {
    pub page: HistoryPage,
    pub users: HashMap<UserId, String>,
    pub staff: HashMap<StaffId, String>,
}

impl App {
    /// The history of the caller's account before record `before`, the newest first.
    pub async fn who_came_in(
        self: &Arc<Self>,
        caller: &UserCaller,
        filter: HistoryFilter,
        before: Option<u64>,
    ) -> Answer<CameIn> {
        let page = self.account_history(&caller.account, filter, before, ROWS).await?;
        let assigned: Vec<StaffId> = page.rows.iter().filter_map(|row| assigned(&row.what)).cloned().collect();
        let account = caller.account.clone();
        let (users, staff) = self
            .read(move |db| {
                let users = users::of(db, &account)?.into_iter().map(|row| (row.user, row.name)).collect();
                let mut named = HashMap::new();
                for id in assigned {
                    named.extend(staff::by_id(db, &id)?.map(|person| (id, person.name)));
                }
                Ok((users, named))
            })
            .await?;
        Ok(CameIn { page, users, staff })
    }

    /// The whole history of the caller's account, to be verified with no server, in parts of text.
    pub async fn own_history_bundle(self: &Arc<Self>, caller: &UserCaller) -> Answer<mpsc::Receiver<String>> {
        self.account_bundle(&caller.account).await
    }

    /// The same as a table for a spreadsheet.
    pub async fn own_history_table(self: &Arc<Self>, caller: &UserCaller) -> Answer<mpsc::Receiver<String>> {
        self.account_table(&caller.account).await
    }
}

fn assigned(what: &Shown) -> Option<&StaffId> {
    match what {
        Shown::Setting(Happened::PrimaryCsmAssigned { staff }) => Some(staff),
        _ => None,
    }
}
