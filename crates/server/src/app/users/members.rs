//! Members: who may sign in for an account, as the vendor's product or the account's own admins say.

use std::sync::Arc;

use doorward_core::{
    id::{AccountId, UserId},
    policy::Denial,
    wire::{Code, PutUser},
};

use super::{
    super::{Answer, App, Refusal, Vendor, enrolment::checked_name, refusal::no_card},
    doors::{invite, normal},
};
use crate::store::users::{self, UserRow};

const LONGEST_NAME: usize = 200;
const LONGEST_EMAIL: usize = 254;

impl App {
    /// Registers a user of an account and invites them, or changes their name and membership. An address stays whose
    /// it is.
    pub async fn put_user(
        self: &Arc<Self>,
        _vendor: Vendor,
        account: AccountId,
        user: UserId,
        put: PutUser,
    ) -> Answer<()> {
        let name = checked_person(&put.name)?;
        let email = checked_email(&put.email)?;
        let app = Arc::clone(self);
        let done = self.commit(move |work| {
            if work.state.account(&account).is_none() {
                return Err(Denial::UnknownAccount.into());
            }
            match users::get(work.tx, &user)? {
                None => {
                    let membership = put.membership;
                    let row = UserRow { user, account, email, name, membership, password: None };
                    users::add(work.tx, &row, work.now)?;
                    invite(work, &row.user, app.users.by_company(&row.account))?;
                }
                Some(row) if row.account != account || row.email != email => return Err(Refusal::new(Code::Conflict)),
                Some(_) => {
                    users::change(work.tx, &account, &user, &name, put.membership)?;
                }
            }
            Ok((Vec::new(), ()))
        });
        done.await?;
        self.users.ring();
        Ok(())
    }

    /// Removes a user of an account, and signs them out everywhere. Removing nobody changes nothing.
    pub async fn remove_user(self: &Arc<Self>, _vendor: Vendor, account: AccountId, user: UserId) -> Answer<()> {
        let done = self.commit(move |work| Ok((Vec::new(), users::remove(work.tx, &account, &user)?)));
        done.await.map(|_| ())
    }
}

/// An address that mail can be sent to, in lower case.
pub(super) fn checked_email(text: &str) -> Answer<String> {
    let email = normal(text);
    no_card(&email, "email-card")?;
    let plain = email.len() <= LONGEST_EMAIL && !email.contains(|c: char| c.is_control() || c.is_whitespace());
    let address = email.parse::<lettre::Address>().ok();
    let whole = address.is_some_and(|address| address.domain().contains('.'));
    if plain && whole { Ok(email) } else { Err(Refusal::bad("email")) }
}

/// What a user is called.
pub(super) fn checked_person(text: &str) -> Answer<String> {
    no_card(text, "name-card")?;
    checked_name(text, LONGEST_NAME).ok_or(Refusal::bad("name"))
}
