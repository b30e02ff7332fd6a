//! Settings > Account Settings > Privacy & Data: who may enter, until when, and who is in.

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use doorward_core::{
    grant::{Setting, Until},
    id::SessionSerial,
    session::{Basis, Mode, Reason},
    time::{Millis, UnixMs},
};
use serde::Deserialize;

use super::{
    Pages,
    frame::{Fault, Frame, Told, page},
    input::{Filled, Signed},
    when::{When, day, end_of_day, span},
};
use crate::app::{
    Refusal,
    users::{Choice, Inside, SettingView, name_of},
};

const AT: &str = "/settings/privacy";
const DONE: &[(&str, &str)] = &[
    ("on", "Switched on. It can be taken back here at any time."),
    ("off", "Switched off. Every session that stood on it has ended."),
    ("stays", "You stay signed in for another 14 days."),
    ("ended", "The session has ended. The setting is still as it was."),
];

#[derive(Template)]
#[template(path = "privacy.html")]
struct PrivacyPage {
    frame: Frame,
    account: String,
    may_switch: bool,
    inside: Vec<Row>,
    settings: Vec<Card>,
    first_day: String,
    last_day: String,
}

struct Row {
    serial: u64,
    name: String,
    role: &'static str,
    writes: bool,
    reason: String,
    ticket: Option<String>,
    since: When,
    ends: When,
}

struct Card {
    slug: &'static str,
    name: &'static str,
    gives: &'static [&'static str],
    offered: bool,
    choices: &'static [(&'static str, &'static str)],
    on: Option<On>,
}

struct On {
    until: Option<When>,
    left: String,
    from: When,
    by: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct SwitchForm {
    choice: String,
    #[serde(default)]
    date: String,
}

pub(super) async fn show(
    State(pages): State<Pages>,
    Signed(caller): Signed,
    Query(told): Query<Told>,
) -> Result<Response, Fault> {
    let privacy = pages.app.privacy(&caller).await.map_err(|refusal| Fault::new(&pages, refusal))?;
    let now = pages.app.now();
    let body = PrivacyPage {
        frame: Frame::of(&pages, &caller, AT, told.said(DONE)),
        account: privacy.account,
        may_switch: caller.may_switch(),
        inside: privacy.inside.into_iter().map(row).collect(),
        settings: privacy.settings.into_iter().map(|view| card(view, now)).collect(),
        first_day: day(now),
        // The end of the last day offered lies within 180 days.
        last_day: day(now.plus(Millis::days(179))),
    };
    Ok(page(&pages, StatusCode::OK, &body))
}

pub(super) async fn switch(
    State(pages): State<Pages>,
    Signed(caller): Signed,
    Path(slug): Path<String>,
    Filled(form): Filled<SwitchForm>,
) -> Result<Response, Fault> {
    let fault = |refusal| Fault::new(&pages, refusal);
    let setting = Setting::ALL.into_iter().find(|setting| setting.code() == slug);
    let setting = setting.ok_or(fault(Refusal::new(doorward_core::wire::Code::NotFound)))?;
    let choice = chosen(&pages, &form).ok_or(fault(Refusal::bad("choice")))?;
    let said = if choice == Choice::Off { "off" } else { "on" };
    pages.app.user_switches(caller, setting, choice).await.map_err(fault)?;
    Ok(Redirect::to(&format!("{AT}?said={said}")).into_response())
}

pub(super) async fn end(
    State(pages): State<Pages>,
    Signed(caller): Signed,
    Path(session): Path<u64>,
) -> Result<Response, Fault> {
    let done = pages.app.user_ends_session(caller, SessionSerial(session)).await;
    done.map_err(|refusal| Fault::new(&pages, refusal))?;
    Ok(Redirect::to(&format!("{AT}?said=ended")).into_response())
}

fn chosen(pages: &Pages, form: &SwitchForm) -> Option<Choice> {
    let until = match form.choice.as_str() {
        "off" => return Some(Choice::Off),
        "indefinitely" => Until::Indefinitely,
        "date" => Until::At(end_of_day(&form.date)?),
        days => pages.app.end_after(days.parse().ok()?),
    };
    Some(Choice::On(until))
}

fn row(inside: Inside) -> Row {
    let role = match inside.basis {
        Basis::TechnicalSupport { .. } => "Technical Support",
        Basis::SupportDuty { .. } => "On support duty",
        Basis::Csm { .. } => "Customer Success Manager",
        Basis::PrimaryCsm { .. } => "Your Primary Customer Success Manager",
    };
    Row {
        serial: inside.session.0,
        name: inside.name,
        role,
        writes: inside.mode == Mode::ReadWrite,
        reason: inside.reason.as_ref().map_or("The reason was erased.", Reason::text).to_owned(),
        ticket: inside.reason.as_ref().and_then(|reason| reason.ticket()).map(str::to_owned),
        since: When::of(inside.since),
        ends: When::of(inside.ends),
    }
}

fn card(view: SettingView, now: UnixMs) -> Card {
    let (gives, choices) = match view.setting {
        Setting::SupportTeamAccess => (SUPPORT, LENGTHS),
        Setting::CustomerSuccessTeamAccess => (SUCCESS, LENGTHS_AND_EVER),
    };
    let on = view.grant.map(|grant| {
        let until = match grant.until {
            Until::At(end) => Some(end),
            Until::Indefinitely => None,
        };
        On {
            left: until.map(|end| format!("{} left", span(now, end))).unwrap_or_default(),
            until: until.map(When::of),
            from: When::of(grant.from),
            by: view.by,
        }
    });
    Card { slug: view.setting.code(), name: name_of(view.setting), gives, offered: view.offered, choices, on }
}

const SUPPORT: &[&str] = &[
    "Technical Support, and others while they are on support duty, may look at your account's data. They can change nothing.",
    "Each visit names the support ticket it serves, and you can see it.",
    "At most 180 days at a time.",
];
const SUCCESS: &[&str] = &[
    "Your Primary Customer Success Manager may look at your account's data and change it.",
    "Other Customer Success Managers may look, and change nothing.",
    "Until the end you choose, or indefinitely: until you switch it off.",
];
const LENGTHS_AND_EVER: &[(&str, &str)] = &[
    ("1", "1 day"),
    ("7", "7 days"),
    ("30", "30 days"),
    ("90", "90 days"),
    ("180", "180 days"),
    ("indefinitely", "Indefinitely"),
];
const LENGTHS: &[(&str, &str)] = LENGTHS_AND_EVER.split_at(5).0;
