//! Accounts: what the vendor's own product says of them, and their names.

use std::sync::Arc;

use doorward_core::{
    feed::entry::What,
    grant::{Setting, Until},
    id::AccountId,
    policy::{Ask, Denial, decide},
    wire::{AccountNames, AccountStanding, PutAccount, SwitchOff, SwitchOn, SwitchedBy},
};

use super::{
    Answer, App, Caller, Refusal, Vendor, enrolment::checked_name, refusal::no_card, users::mails, writer::Work,
};
use crate::store::accounts;

const PAGE: usize = 5_000;
const MAX_NAME: usize = 200;

impl App {
    /// Names of accounts after `after`, for whoever is signed in.
    pub async fn account_names(self: &Arc<Self>, _caller: Caller, after: Option<AccountId>) -> Answer<AccountNames> {
        self.read(move |db| accounts::page(db, after.as_ref(), PAGE)).await
    }

    /// Registers the account, or changes its name and plan.
    pub async fn put_account(
        self: &Arc<Self>,
        _vendor: Vendor,
        account: AccountId,
        put: PutAccount,
    ) -> Answer<AccountStanding> {
        no_card(&put.name, "name-card")?;
        let name = checked_name(&put.name, MAX_NAME).ok_or(Refusal::bad("name"))?;
        let (id, plan) = (account.clone(), put.plan);
        self.commit(move |work| {
            accounts::put(work.tx, &account, &name)?;
            let what = match work.state.account(&account) {
                None => vec![What::AccountRegistered { account, plan }],
                Some(known) if known.plan != plan => vec![What::PlanChanged { account, plan }],
                Some(_) => Vec::new(),
            };
            Ok((what, ()))
        })
        .await?;
        self.account_standing(&id)
    }

    /// Closes the account and erases its names. Closing what is closed changes nothing.
    pub async fn close_account(self: &Arc<Self>, _vendor: Vendor, account: AccountId) -> Answer<()> {
        let done = self.commit(move |work| {
            accounts::erase(work.tx, &account)?;
            let known = work.state.account(&account).is_some();
            Ok((known.then_some(What::AccountClosed { account }).into_iter().collect(), ()))
        });
        done.await.map(|_| ())
    }

    /// Switches a setting on, until an end or indefinitely.
    pub async fn switch_on(
        self: &Arc<Self>,
        _vendor: Vendor,
        account: AccountId,
        setting: Setting,
        wish: SwitchOn,
    ) -> Answer<AccountStanding> {
        no_card(&wish.by.name, "by.name-card")?;
        let name = checked_name(&wish.by.name, MAX_NAME).ok_or(Refusal::bad("by.name"))?;
        let id = account.clone();
        self.commit(move |work| {
            may_switch(work, &account, setting, &wish.by, Some(wish.until))?;
            accounts::name_grant(work.tx, &account, setting, Some(&name))?;
            let (grant, by, until) = (work.state.next_grant(), wish.by.user, wish.until);
            mails::switched(work, &account, setting, &by, Some(until))?;
            Ok((vec![What::GrantEnabled { grant, account, setting, by, until }], ()))
        })
        .await?;
        self.account_standing(&id)
    }

    /// Switches a setting off, at once. Switching off what is off changes nothing.
    pub async fn switch_off(
        self: &Arc<Self>,
        _vendor: Vendor,
        account: AccountId,
        setting: Setting,
        wish: SwitchOff,
    ) -> Answer<AccountStanding> {
        let id = account.clone();
        self.commit(move |work| {
            may_switch(work, &account, setting, &wish.by, None)?;
            accounts::name_grant(work.tx, &account, setting, None)?;
            let grant = work.state.account(&account).and_then(|known| known.grant(setting)).map(|grant| grant.serial);
            if grant.is_some() {
                mails::switched(work, &account, setting, &wish.by.user, None)?;
            }
            let off = grant.map(|grant| What::GrantDisabled { grant, account, setting, by: wish.by.user });
            Ok((off.into_iter().collect(), ()))
        })
        .await?;
        self.account_standing(&id)
    }

    fn account_standing(&self, account: &AccountId) -> Answer<AccountStanding> {
        self.read_state(|state| {
            let known = state.account(account).ok_or(Denial::UnknownAccount)?;
            Ok(AccountStanding { plan: known.plan, support: known.support.clone(), success: known.success.clone() })
        })
    }
}

fn may_switch(
    work: &Work<'_>,
    account: &AccountId,
    setting: Setting,
    by: &SwitchedBy,
    on: Option<Until>,
) -> Answer<()> {
    let ask = Ask::Switch { account, membership: by.membership, setting, on };
    decide(work.state, &ask, work.now)?;
    Ok(())
}
