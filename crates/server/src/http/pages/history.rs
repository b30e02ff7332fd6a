//! Settings > Account Settings > Who came in: the account's history, a table of it, and the bundle that proves it.

use askama::Template;
use axum::{
    body::Body,
    extract::{Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use doorward_core::{
    grant::{Plan, Until},
    history::record::{AsWhat, Ending, Happened},
    session::Mode,
};
use futures::StreamExt;
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::{
    Pages,
    frame::{Fault, Frame, page},
    input::Signed,
    when::{When, end_of_day, start_of_day},
};
use crate::app::{
    HistoryFilter, HistoryRow, Refusal, SessionSummary, Shown, Shows,
    users::{CameIn, name_of},
};

const AT: &str = "/settings/history";

#[derive(Template)]
#[template(path = "history.html")]
struct HistoryPage {
    frame: Frame,
    shows: &'static str,
    from: String,
    until: String,
    /// Whether less than everything was asked for.
    chosen: bool,
    rows: Vec<Row>,
    older: Option<String>,
}

#[derive(Template)]
#[template(path = "left_out.html")]
struct LeftOutPage {
    frame: Frame,
}

/// One row in words.
struct Row {
    n: u64,
    at: When,
    what: String,
    who: Option<String>,
    badge: Option<(&'static str, &'static str)>,
    lines: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    shows: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    before: Option<u64>,
}

pub(super) async fn show(
    State(pages): State<Pages>,
    Signed(caller): Signed,
    Query(wish): Query<Wish>,
) -> Result<Response, Fault> {
    let fault = |refusal| Fault::new(&pages, refusal);
    let (shows, kinds) = match wish.shows.as_str() {
        "sessions" => ("sessions", Shows::Sessions),
        "writes" => ("writes", Shows::Writes),
        "settings" => ("settings", Shows::Settings),
        _ => ("", Shows::Everything),
    };
    let day = |text: &str, read: fn(&str) -> Option<_>| match text {
        "" => Ok(None),
        text => read(text).map(Some).ok_or(fault(Refusal::bad("day"))),
    };
    let (from, until) = (day(&wish.from, start_of_day)?, day(&wish.until, end_of_day)?);
    let filter = HistoryFilter { shows: kinds, from, until, ..HistoryFilter::default() };
    let came = pages.app.who_came_in(&caller, filter, wish.before).await.map_err(fault)?;
    let older = came.page.before.map(|before| {
        format!("{AT}?shows={shows}&from={}&until={}&before={before}", checked(&wish.from), checked(&wish.until))
    });
    let rows = came.page.rows.iter().map(|row| words(row, &came)).collect();
    let (from, until) = (checked(&wish.from).to_owned(), checked(&wish.until).to_owned());
    let chosen = !(shows.is_empty() && from.is_empty() && until.is_empty());
    let body = HistoryPage { frame: Frame::of(&pages, &caller, AT, None), shows, from, until, chosen, rows, older };
    Ok(page(&pages, StatusCode::OK, &body))
}

pub(super) async fn bundle(State(pages): State<Pages>, Signed(caller): Signed) -> Result<Response, Fault> {
    let parts = pages.app.own_history_bundle(&caller).await;
    Ok(download(parts.map_err(|refusal| Fault::new(&pages, refusal))?, "application/jsonl", "history.jsonl"))
}

pub(super) async fn table(State(pages): State<Pages>, Signed(caller): Signed) -> Result<Response, Fault> {
    let parts = pages.app.own_history_table(&caller).await;
    Ok(download(parts.map_err(|refusal| Fault::new(&pages, refusal))?, "text/csv; charset=utf-8", "history.csv"))
}

pub(super) async fn left_out(State(pages): State<Pages>) -> Response {
    page(&pages, StatusCode::OK, &LeftOutPage { frame: Frame::outside(&pages, None) })
}

fn download(parts: mpsc::Receiver<String>, kind: &'static str, name: &str) -> Response {
    let body = Body::from_stream(ReceiverStream::new(parts).map(Ok::<_, std::convert::Infallible>));
    let named = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, named)], body).into_response()
}

/// A day as a date field has it, or nothing: it goes into a link.
fn checked(text: &str) -> &str {
    if start_of_day(text).is_some() { text } else { "" }
}

fn words(row: &HistoryRow, came: &CameIn) -> Row {
    let (what, who, badge, lines) = match &row.what {
        Shown::Session(session) => {
            let what = format!("{} came in", role(session.role));
            (what, session.name.clone(), Some(mode(session.mode)), told(session))
        }
        Shown::Write { by, verb, route, fields, status } => {
            let named = if fields.names.is_empty() { "no field is named".to_owned() } else { fields.names.join(", ") };
            let more = if fields.all { "" } else { ", and others that are not named" };
            let answered = match status {
                Some(status) if (200..300).contains(status) => "It was done.".to_owned(),
                Some(status) => format!("It was answered {status}: not done."),
                None => "What became of it is not known.".to_owned(),
            };
            let mut lines = vec![format!("{verb} {route}"), format!("Fields: {named}{more}"), answered];
            lines.extend(by.ticket.as_ref().map(|ticket| format!("Ticket {ticket}")));
            ("Changed something".to_owned(), by.name.clone(), Some(mode(Mode::ReadWrite)), lines)
        }
        Shown::Setting(happened) => {
            let (what, who) = setting_words(happened, came);
            (what, who, None, Vec::new())
        }
    };
    Row { n: row.n, at: When::of(row.at), what, who, badge, lines }
}

fn told(session: &SessionSummary) -> Vec<String> {
    let reason = session.reason.clone().unwrap_or_else(|| "The reason was erased.".to_owned());
    let over = match &session.ended {
        Some((at, why)) => format!("Until {}: {}.", When::of(*at).text, ending(*why)),
        None => format!("Until {} at the latest.", When::of(session.ends).text),
    };
    let plural = |n: u64, one: &str, more: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {more}") };
    let counts = [plural(session.reads, "read", "reads"), plural(session.writes, "change", "changes")].join(", ");
    let ticket = session.ticket.as_ref().map(|ticket| format!("Ticket {ticket}"));
    [Some(reason), ticket, Some(counts), Some(over)].into_iter().flatten().collect()
}

fn setting_words(happened: &Happened, came: &CameIn) -> (String, Option<String>) {
    let user = |id| came.users.get(id).cloned().or_else(|| Some("Somebody who is no longer a member".to_owned()));
    match happened {
        Happened::SwitchedOn { setting, by, until, .. } => {
            let until = match until {
                Until::At(end) => format!("until {}", When::of(*end).text),
                Until::Indefinitely => "indefinitely".to_owned(),
            };
            (format!("Switched {} on, {until}", name_of(*setting)), user(by))
        }
        Happened::SwitchedOff { setting, by, .. } => (format!("Switched {} off", name_of(*setting)), user(by)),
        Happened::GrantEnded { setting, .. } => (format!("{} ended", name_of(*setting)), None),
        Happened::PrimaryCsmAssigned { staff } => {
            ("Became your Primary Customer Success Manager".to_owned(), came.staff.get(staff).cloned())
        }
        Happened::PrimaryCsmUnassigned {} => ("You have no Primary Customer Success Manager".to_owned(), None),
        Happened::PlanChanged { plan: Plan::Premium } => ("The plan is Premium".to_owned(), None),
        Happened::PlanChanged { plan: Plan::Standard } => ("The plan is Standard".to_owned(), None),
        Happened::AccountRegistered { .. } => ("The account was opened".to_owned(), None),
        Happened::AccountClosed {} => ("The account was closed".to_owned(), None),
        // Sessions, reads and writes have rows of their own.
        _ => ("Something that this page has no words for yet".to_owned(), None),
    }
}

fn role(role: AsWhat) -> &'static str {
    match role {
        AsWhat::TechnicalSupport => "Technical Support",
        AsWhat::SupportDuty => "Support duty",
        AsWhat::Csm => "A Customer Success Manager",
        AsWhat::PrimaryCsm => "Your Primary Customer Success Manager",
    }
}

fn mode(mode: Mode) -> (&'static str, &'static str) {
    match mode {
        Mode::ReadOnly => ("on", "Read only"),
        Mode::ReadWrite => ("writes", "Read and change"),
    }
}

fn ending(why: Ending) -> &'static str {
    match why {
        Ending::Ended => "they ended it",
        Ending::SignedOut => "they signed out",
        Ending::EndedBySecurity => "our security team ended it",
        Ending::EndedByCustomer => "somebody at your account ended it",
        Ending::Replaced => "another session took its place",
        Ending::GroundTaken => "what it stood on was taken away",
    }
}
