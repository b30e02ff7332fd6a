//! Where a user is signed in, and out again.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::CookieJar;

use super::{
    Pages,
    frame::{Fault, Frame, page},
    input::{SIGNED_IN, Signed, gone},
    when::When,
};

const AT: &str = "/settings/sessions";

#[derive(Template)]
#[template(path = "sessions.html")]
struct SessionsPage {
    frame: Frame,
    by_company: bool,
    sessions: Vec<Row>,
}

struct Row {
    id: i64,
    agent: String,
    current: bool,
    made: When,
    ends: Option<When>,
}

pub(super) async fn show(State(pages): State<Pages>, Signed(caller): Signed) -> Result<Response, Fault> {
    let rows = pages.app.user_sessions(&caller).await.map_err(|refusal| Fault::new(&pages, refusal))?;
    let rows = rows.into_iter().map(|row| Row {
        id: row.id,
        agent: named(&row.agent),
        current: row.current,
        made: When::of(row.made),
        ends: row.ends.map(When::of),
    });
    let (frame, by_company) = (Frame::of(&pages, &caller, AT, None), caller.by_company());
    let body = SessionsPage { frame, by_company, sessions: rows.collect() };
    Ok(page(&pages, StatusCode::OK, &body))
}

pub(super) async fn end(
    State(pages): State<Pages>,
    Signed(caller): Signed,
    Path(session): Path<i64>,
) -> Result<Response, Fault> {
    let done = pages.app.end_user_session(caller, Some(session)).await;
    done.map_err(|refusal| Fault::new(&pages, refusal))?;
    Ok(Redirect::to(AT).into_response())
}

pub(super) async fn end_all(
    State(pages): State<Pages>,
    jar: CookieJar,
    Signed(caller): Signed,
) -> Result<Response, Fault> {
    let done = pages.app.end_user_sessions(caller).await;
    done.map_err(|refusal| Fault::new(&pages, refusal))?;
    Ok((jar.add(gone(SIGNED_IN)), Redirect::to("/sign-in?said=signed-out")).into_response())
}

/// Browser and system by the names people know them by; in its own words where it is none of these.
fn named(agent: &str) -> String {
    let of =
        |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    match (of(BROWSERS), of(SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        _ if agent.is_empty() => "A browser that says nothing of itself".to_owned(),
        _ => agent.to_owned(),
    }
}

/// Each says of itself that it is most of those after it.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_called_what_people_call_them() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0";
        assert_eq!(named(edge), "Edge on Windows");
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
        assert_eq!(named(phone), "Safari on iPhone");
        assert_eq!(named("curl/8.9"), "curl/8.9");
        assert_eq!(named(""), "A browser that says nothing of itself");
    }
}
