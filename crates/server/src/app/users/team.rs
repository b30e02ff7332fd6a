//! The team: an account's admins invite, change and remove its members. Whatever they name is sought in their own
//! account alone, and one of them who can sign in is left.

use std::sync::Arc;

use doorward_core::{
    id::UserId,
    policy::Membership,
    time::UnixMs,
    wire::{Code, PutUser},
};

use super::{
    super::{Answer, App, Refusal, writer::Work},
    UserCaller,
    doors::invite,
    earlier,
    members::{checked_email, checked_person},
    whose,
};
use crate::store::{
    sso_subjects, tries, user_doors,
    user_doors::Purpose,
    user_sessions,
    users::{self, UserRow},
};

/// Invitations of one account in [`super::doors::WINDOW`], the refused ones with them: nobody's mailbox is filled from
/// here, and nobody learns by trying whose address is known elsewhere.
const MOST_INVITATIONS: u32 = 30;

/// A member as the admins of their account see them.
pub struct Member {
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub membership: Membership,
    /// Whether they have taken up their invitation.
    pub joined: bool,
    /// Until when their invitation holds, while it does.
    pub invited: Option<UnixMs>,
    /// Whether their company's sign-in has named somebody for them.
    pub bound: bool,
    /// Who asks.
    pub own: bool,
}

impl App {
    /// The members of the caller's account, by name.
    pub async fn team(self: &Arc<Self>, caller: &UserCaller) -> Answer<Vec<Member>> {
        admin(caller.membership)?;
        let by_company = self.users.by_company(&caller.account);
        let (account, me, now) = (caller.account.clone(), caller.user.clone(), self.now());
        self.read(move |db| {
            let member = |row: UserRow| {
                let invited = user_doors::of(db, &row.user, Purpose::Invitation)?.map(|door| door.expires);
                Ok(Member {
                    joined: by_company || row.password.is_some(),
                    invited: invited.filter(|expires| now < *expires),
                    bound: by_company && sso_subjects::of(db, &row.user)?.is_some(),
                    own: row.user == me,
                    user: row.user,
                    name: row.name,
                    email: row.email,
                    membership: row.membership,
                })
            };
            users::of(db, &account)?.into_iter().map(member).collect()
        })
        .await
    }

    /// Invites somebody to the caller's account.
    pub async fn invite_member(self: &Arc<Self>, caller: UserCaller, wish: PutUser) -> Answer<()> {
        admin(caller.membership)?;
        let name = checked_person(&wish.name)?;
        let email = checked_email(&wish.email)?;
        let mut bytes = [0; 16];
        self.dice.fill(&mut bytes)?;
        let user = UserId::parse(&format!("m-{}", hex::encode(bytes))).map_err(Refusal::internal)?;
        let provider = self.users.provider(&caller.account);
        if provider.is_some_and(|provider| !provider.speaks_for(&email)) {
            return Err(Refusal::bad("email-company"));
        }
        let by_company = provider.is_some();
        let done = self.commit(move |work| {
            still_admin(work, &caller)?;
            count_invitation(work, &caller)?;
            // Told outside: what was counted stays counted.
            if users::by_email(work.tx, &email)?.is_some() {
                return Ok((Vec::new(), false));
            }
            let membership = wish.membership;
            let row = UserRow { user, account: caller.account, email, name, membership, password: None };
            users::add(work.tx, &row, work.now)?;
            invite(work, &row.user, by_company)?;
            Ok((Vec::new(), true))
        });
        let invited = done.await?.value;
        self.users.ring();
        if invited { Ok(()) } else { Err(Refusal::bad("email-taken")) }
    }

    /// Sends a member who has not taken it up another invitation in place of the first.
    pub async fn invite_member_again(self: &Arc<Self>, caller: UserCaller, user: UserId) -> Answer<()> {
        let by_company = self.users.by_company(&caller.account);
        let done = self.commit(move |work| {
            still_admin(work, &caller)?;
            let row = member(work, &caller, &user)?;
            if by_company || row.password.is_some() {
                return Err(Refusal::new(Code::Conflict));
            }
            count_invitation(work, &caller)?;
            Ok((Vec::new(), invite(work, &row.user, false)?))
        });
        done.await?;
        self.users.ring();
        Ok(())
    }

    /// Forgets whom the company's sign-in named for a member, and signs them out everywhere: whoever it names next is
    /// taken.
    pub async fn unbind_member(self: &Arc<Self>, caller: UserCaller, user: UserId) -> Answer<()> {
        let done = self.commit(move |work| {
            still_admin(work, &caller)?;
            let row = member(work, &caller, &user)?;
            if !sso_subjects::forget(work.tx, &row.user)? {
                return Err(Refusal::new(Code::Conflict));
            }
            Ok((Vec::new(), user_sessions::end_all(work.tx, &row.user)?))
        });
        done.await.map(|_| ())
    }

    /// Changes name and membership of a member. It holds from their next request on.
    pub async fn change_member(
        self: &Arc<Self>,
        caller: UserCaller,
        user: UserId,
        name: String,
        membership: Membership,
    ) -> Answer<()> {
        admin(caller.membership)?;
        let name = checked_person(&name)?;
        let by_company = self.users.by_company(&caller.account);
        let done = self.commit(move |work| {
            still_admin(work, &caller)?;
            let row = member(work, &caller, &user)?;
            if membership != Membership::AccountAdmin {
                another_admin(work, &caller, &row, by_company)?;
            }
            users::change(work.tx, &caller.account, &row.user, &name, membership)?;
            Ok((Vec::new(), ()))
        });
        done.await.map(|_| ())
    }

    /// Removes a member, and signs them out everywhere.
    pub async fn remove_member(self: &Arc<Self>, caller: UserCaller, user: UserId) -> Answer<()> {
        let by_company = self.users.by_company(&caller.account);
        let done = self.commit(move |work| {
            still_admin(work, &caller)?;
            let row = member(work, &caller, &user)?;
            another_admin(work, &caller, &row, by_company)?;
            users::remove(work.tx, &caller.account, &row.user)?;
            Ok((Vec::new(), ()))
        });
        done.await.map(|_| ())
    }
}

fn admin(membership: Membership) -> Answer<()> {
    if membership == Membership::AccountAdmin { Ok(()) } else { Err(Refusal::for_admins()) }
}

/// Whether the caller is an admin now, and was not taken away while they asked.
fn still_admin(work: &Work<'_>, caller: &UserCaller) -> Answer<()> {
    let row = users::get(work.tx, &caller.user)?.filter(|row| row.account == caller.account);
    admin(row.ok_or(Refusal::new(Code::NotSignedIn))?.membership)
}

/// The member of the caller's account. Whoever belongs to another is nobody here.
fn member(work: &Work<'_>, caller: &UserCaller, user: &UserId) -> Answer<UserRow> {
    let row = users::get(work.tx, user)?.filter(|row| row.account == caller.account);
    row.ok_or(Refusal::new(Code::NotFound))
}

/// Whether an admin who can sign in is left without this one.
fn another_admin(work: &Work<'_>, caller: &UserCaller, without: &UserRow, by_company: bool) -> Answer<()> {
    let left = users::of(work.tx, &caller.account)?.into_iter().any(|row| {
        row.user != without.user && row.membership == Membership::AccountAdmin && (by_company || row.password.is_some())
    });
    if left { Ok(()) } else { Err(Refusal::bad("last-admin")) }
}

fn count_invitation(work: &Work<'_>, caller: &UserCaller) -> Answer<()> {
    let account = whose("invitations", caller.account.as_str());
    if tries::count(work.tx, &account, earlier(work.now, super::doors::WINDOW))? >= MOST_INVITATIONS {
        return Err(Refusal::new(Code::TooManyRequests));
    }
    Ok(tries::add(work.tx, &account, work.now)?)
}
