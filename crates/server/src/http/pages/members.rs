//! Members of the account, for its admins: invited, changed, removed.

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use doorward_core::{
    id::UserId,
    policy::Membership,
    wire::{Code, PutUser},
};
use serde::Deserialize;

use super::{
    Pages,
    frame::{Fault, Frame, Said, Told, page},
    input::{Filled, Signed},
    when::When,
};
use crate::app::{
    Answer, Refusal,
    users::{Member, UserCaller},
};

const AT: &str = "/settings/members";
const DONE: &[(&str, &str)] = &[
    ("invited", "The invitation is on its way. It is good for 7 days."),
    ("changed", "Changed. It holds from now on."),
    ("unbound", "Forgotten, and signed out everywhere. Whoever your company names next is taken."),
    ("removed", "Removed, and signed out everywhere."),
];
type Page = Result<Response, Fault>;

#[derive(Template)]
#[template(path = "members.html")]
struct MembersPage {
    frame: Frame,
    members: Vec<Row>,
    typed: Typed,
}

/// What was typed to invite somebody, where it was refused.
#[derive(Default)]
struct Typed {
    email: String,
    name: String,
    admin: bool,
    permission: bool,
}

struct Row {
    user: String,
    name: String,
    email: String,
    admin: bool,
    permission: bool,
    joined: bool,
    invited: Option<When>,
    bound: bool,
    own: bool,
}

impl Row {
    fn of(member: Member) -> Self {
        Self {
            user: member.user.as_str().to_owned(),
            name: member.name,
            email: member.email,
            admin: member.membership == Membership::AccountAdmin,
            permission: member.membership == Membership::MemberWithPermission,
            joined: member.joined,
            invited: member.invited.map(When::of),
            bound: member.bound,
            own: member.own,
        }
    }
}

/// What somebody is in the account. The box counts for members: admins may anyway.
#[derive(Deserialize)]
pub(super) struct MemberForm {
    name: String,
    #[serde(default)]
    email: String,
    membership: Standing,
    #[serde(default)]
    permission: Option<String>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Standing {
    Admin,
    Member,
}

impl MemberForm {
    fn membership(&self) -> Membership {
        match (self.membership, self.permission.is_some()) {
            (Standing::Admin, _) => Membership::AccountAdmin,
            (Standing::Member, true) => Membership::MemberWithPermission,
            (Standing::Member, false) => Membership::Member,
        }
    }
}

pub(super) async fn show(State(pages): State<Pages>, Signed(caller): Signed, Query(told): Query<Told>) -> Page {
    shown(&pages, &caller, StatusCode::OK, told.said(DONE), Typed::default()).await
}

pub(super) async fn invite(
    State(pages): State<Pages>,
    Signed(caller): Signed,
    Filled(form): Filled<MemberForm>,
) -> Page {
    let membership = form.membership();
    let typed = Typed {
        email: form.email.clone(),
        name: form.name.clone(),
        admin: membership == Membership::AccountAdmin,
        permission: form.permission.is_some(),
    };
    let wish = PutUser { email: form.email, name: form.name, membership };
    let done = pages.app.invite_member(caller.clone(), wish).await;
    then(&pages, &caller, done, "invited", typed).await
}

pub(super) async fn invite_again(State(pages): State<Pages>, Signed(caller): Signed, Path(user): Path<String>) -> Page {
    let user = known(&pages, &user)?;
    let done = pages.app.invite_member_again(caller.clone(), user).await;
    then(&pages, &caller, done, "invited", Typed::default()).await
}

pub(super) async fn unbind(State(pages): State<Pages>, Signed(caller): Signed, Path(user): Path<String>) -> Page {
    let user = known(&pages, &user)?;
    let done = pages.app.unbind_member(caller.clone(), user).await;
    then(&pages, &caller, done, "unbound", Typed::default()).await
}

pub(super) async fn change(
    State(pages): State<Pages>,
    Signed(caller): Signed,
    Path(user): Path<String>,
    Filled(form): Filled<MemberForm>,
) -> Page {
    let (user, membership) = (known(&pages, &user)?, form.membership());
    let done = pages.app.change_member(caller.clone(), user, form.name, membership).await;
    then(&pages, &caller, done, "changed", Typed::default()).await
}

pub(super) async fn remove(State(pages): State<Pages>, Signed(caller): Signed, Path(user): Path<String>) -> Page {
    let user = known(&pages, &user)?;
    let done = pages.app.remove_member(caller.clone(), user).await;
    then(&pages, &caller, done, "removed", Typed::default()).await
}

fn known(pages: &Pages, user: &str) -> Result<UserId, Fault> {
    UserId::parse(user).map_err(|_| Fault::new(pages, Refusal::new(Code::NotFound)))
}

/// Back to the list with what was done, or with why it was not and what was typed.
async fn then(pages: &Pages, caller: &UserCaller, done: Answer<()>, said: &str, typed: Typed) -> Page {
    let Err(refusal) = done else { return Ok(Redirect::to(&format!("{AT}?said={said}")).into_response()) };
    let text = match refusal.detail() {
        Some("email") => "This is not an e-mail address that mail can be sent to.",
        Some("email-taken") => "This address cannot be invited: it is in use already.",
        Some("email-company") => "Your company signs its own people in. This address is not of its domains.",
        Some("name") => "A name has 1 to 200 characters.",
        Some("last-admin") => "An account keeps one admin who can sign in. Make somebody else one first.",
        Some("name-card" | "email-card") => {
            "This looks like a card number. Card numbers are never kept here; leave it out."
        }
        _ => return Err(Fault::new(pages, refusal)),
    };
    // A card number is not even said back.
    let typed = if refusal.is_a_card() { Typed::default() } else { typed };
    shown(pages, caller, StatusCode::UNPROCESSABLE_ENTITY, Some(Said { bad: true, text }), typed).await
}

async fn shown(pages: &Pages, caller: &UserCaller, status: StatusCode, said: Option<Said>, typed: Typed) -> Page {
    let team = pages.app.team(caller).await.map_err(|refusal| Fault::new(pages, refusal))?;
    let members = team.into_iter().map(Row::of).collect();
    Ok(page(pages, status, &MembersPage { frame: Frame::of(pages, caller, AT, said), members, typed }))
}
