//! The directory's names: in memory while somebody is signed in, and sealed in their cache. The feed has ids; people
//! read names.

use std::{collections::HashMap, sync::Arc};

use doorward_client::{api::ApiError, standing::Standing};
use doorward_core::{
    grant::{Grant, Setting},
    id::{AccountId, GrantSerial, StaffId},
    time::{Millis, UnixMs},
    wire::{AccountName, StaffName},
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{Controller, house::Line};

/// More accounts without names than this are asked for by fetching the whole directory.
const FEW: usize = 20;
const TRY_AGAIN: Millis = Millis::seconds(5);
const LONGEST_ID: usize = doorward_core::id::MAX_ID_BYTES;

/// The grants an account has now: a name of who switched on belongs to one of them.
pub(super) type Grants = [Option<GrantSerial>; 2];

#[derive(Default)]
pub(super) struct Directory {
    pub names: Arc<Names>,
    fetching: bool,
    complete: bool,
    /// What was asked for and answered: it is asked for again only when its grants are others.
    asked: HashMap<AccountId, Grants>,
    try_after: Option<UnixMs>,
}

/// Names as they were last fetched.
#[derive(Clone, Default)]
pub(super) struct Names {
    /// Counts the changes.
    pub turn: u64,
    accounts: HashMap<AccountId, Named>,
    staff: HashMap<StaffId, Person>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Person {
    name: String,
    handle: String,
}

#[derive(Clone, Serialize, Deserialize)]
struct Named {
    name: String,
    /// Who switched on, and which grant that was.
    by: [Option<(GrantSerial, String)>; 2],
}

/// As they lie in the cache.
#[derive(Serialize)]
struct Written<'a> {
    accounts: Vec<(&'a AccountId, &'a Named)>,
    staff: Vec<(&'a StaffId, &'a Person)>,
}

#[derive(Deserialize)]
struct Read {
    accounts: Vec<(AccountId, Named)>,
    staff: Vec<(StaffId, Person)>,
}

impl Names {
    /// As they are put into the cache.
    pub fn written(&self) -> Option<Vec<u8>> {
        let written = Written { accounts: self.accounts.iter().collect(), staff: self.staff.iter().collect() };
        serde_json::to_vec(&written).ok()
    }

    /// As they were left there; of another form they are as good as none.
    pub fn read(written: &[u8]) -> Option<Self> {
        let Read { accounts, staff } = serde_json::from_slice(written).ok()?;
        Some(Self { turn: 1, accounts: accounts.into_iter().collect(), staff: staff.into_iter().collect() })
    }

    pub fn account(&self, account: &AccountId) -> Option<&str> {
        self.accounts.get(account).map(|named| named.name.as_str())
    }

    pub fn staff(&self, staff: &StaffId) -> Option<&str> {
        self.staff.get(staff).map(|person| person.name.as_str())
    }

    pub fn handle(&self, staff: &StaffId) -> Option<&str> {
        self.staff.get(staff).map(|person| person.handle.as_str())
    }

    /// Who switched on this very grant.
    pub fn granted_by(&self, grant: &Grant) -> Option<&str> {
        let [support, success] = &self.accounts.get(&grant.account)?.by;
        let by = match grant.setting {
            Setting::SupportTeamAccess => support,
            Setting::CustomerSuccessTeamAccess => success,
        };
        by.as_ref().filter(|(serial, _)| *serial == grant.serial).map(|(_, name)| name.as_str())
    }

    /// Takes in what the directory says; who switched on is noted for the grants that are on now.
    fn learn(&mut self, accounts: Vec<AccountName>, staff: Vec<StaffName>, standing: &Standing) {
        for AccountName { account, name, support_by, success_by } in accounts {
            let [support, success] = standing.with_state(|state| grants(state.account(&account)));
            let named = Named { name, by: [support.zip(support_by), success.zip(success_by)] };
            self.accounts.insert(account, named);
        }
        self.staff.extend(staff.into_iter().map(|StaffName { staff, handle, name }| (staff, Person { name, handle })));
        self.turn = self.turn.wrapping_add(1);
    }
}

/// The serials of an account's grants.
pub(super) fn grants(account: Option<&doorward_core::state::AccountState>) -> Grants {
    Setting::ALL.map(|setting| account.and_then(|account| account.grant(setting)).map(|grant| grant.serial))
}

impl Directory {
    pub fn account_name(&self, account: &AccountId) -> Option<String> {
        self.names.account(account).map(str::to_owned)
    }
}

impl Controller {
    /// Whether the list is about to be told with more names in it.
    pub(super) fn names_to_come(&self) -> bool {
        self.directory.fetching || !self.list.is_named_by(self.directory.names.turn)
    }

    /// Fetches the names that the list lacks.
    pub(super) fn watch_names(&mut self) {
        let (Some(now), true) = (self.now(), self.presence.is_some() && self.is_online()) else { return };
        if self.directory.fetching || self.directory.try_after.is_some_and(|after| now < after) {
            return;
        }
        if !self.directory.complete {
            return self.fetch_names();
        }
        let asked = &self.directory.asked;
        let lacking = self.list.unnamed.iter().filter(|(account, grants)| asked.get(account) != Some(grants));
        let lacking: Vec<_> = lacking.cloned().collect();
        if lacking.is_empty() {
            return;
        }
        self.fetch(lacking);
    }

    /// Fetches every name.
    pub(super) fn fetch_names(&mut self) {
        self.fetch(Vec::new());
    }

    /// Fetches what is lacking; where that is nothing in particular, or much, everything.
    fn fetch(&mut self, lacking: Vec<(AccountId, Grants)>) {
        let Some(presence) = &self.presence else { return };
        let (line, token, sign_in) = (presence.line.clone(), presence.token.clone(), presence.token.clone());
        let (standing, names) = (self.parts.standing.clone(), Arc::clone(&self.directory.names));
        let few = (1..=FEW).contains(&lacking.len()).then(|| lacking.iter().map(|(id, _)| id.clone()).collect());
        self.directory.fetching = true;
        let work = async move {
            let accounts = match few {
                Some(few) => some_accounts(&*line, &token, few).await?,
                None => all_accounts(&*line, &token).await?,
            };
            let staff = line.staff_names(&token).await?.staff;
            let learnt = tokio::task::spawn_blocking(move || {
                let mut names = names.as_ref().clone();
                names.learn(accounts, staff, &standing);
                names
            });
            learnt.await.map_err(|_| ApiError::BadAnswer)
        };
        self.after(work, move |console, learnt| console.learnt(&sign_in, lacking, learnt));
    }

    fn learnt(&mut self, sign_in: &SecretString, lacking: Vec<(AccountId, Grants)>, learnt: Result<Names, ApiError>) {
        use secrecy::ExposeSecret;
        let same = self.presence.as_ref().is_some_and(|now| now.token.expose_secret() == sign_in.expose_secret());
        if !same {
            return;
        }
        self.directory.fetching = false;
        match learnt {
            Ok(names) => {
                (self.directory.names, self.directory.complete) = (Arc::new(names), true);
                self.directory.asked.extend(lacking);
                self.keep_names();
            }
            Err(_) => self.directory.try_after = self.now().map(|now| now.plus(TRY_AGAIN)),
        }
    }
}

async fn all_accounts(line: &dyn Line, token: &SecretString) -> Result<Vec<AccountName>, ApiError> {
    let (mut accounts, mut after) = (Vec::new(), None);
    loop {
        let page = line.account_names(token, after).await?;
        accounts.extend(page.accounts);
        after = page.next;
        if after.is_none() {
            return Ok(accounts);
        }
    }
}

async fn some_accounts(
    line: &dyn Line,
    token: &SecretString,
    few: Vec<AccountId>,
) -> Result<Vec<AccountName>, ApiError> {
    let mut accounts = Vec::new();
    for account in few {
        let page = line.account_names(token, just_before(&account)).await?;
        accounts.extend(page.accounts.into_iter().find(|named| named.account == account));
    }
    Ok(accounts)
}

/// An id that sorts right before `account`, so that a page that begins after it begins with `account`.
fn just_before(account: &AccountId) -> Option<AccountId> {
    let (rest, last) = account.as_str().split_at_checked(account.as_str().len().checked_sub(1)?)?;
    let lower = match last.chars().next()? {
        '-' => return AccountId::parse(rest).ok(),
        '0' => '-',
        'a' => '9',
        other => char::from_u32(u32::from(other).checked_sub(1)?)?,
    };
    let mut before = format!("{rest}{lower}");
    before.extend(std::iter::repeat_n('z', LONGEST_ID.saturating_sub(before.len())));
    AccountId::parse(&before).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_begins_just_before_an_account_begins_with_it() {
        let before = |id: &str| just_before(&AccountId::parse(id).unwrap());
        for (lower, id, higher) in
            [("a-13", "a-14", "a-140"), ("a--", "a-0", "a-00"), ("a-9", "a-a", "a-b"), ("a", "a-", "a-0")]
        {
            let found = before(id).unwrap();
            assert!(lower <= found.as_str() && found.as_str() < id && id < higher, "{lower} {found} {id}");
        }
        assert_eq!(before("0"), None, "nothing sorts before it, and the first page begins with it");
    }
}
