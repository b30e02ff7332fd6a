//! The table of pages: every route, who may ask for it, and what answers. The router is built from it and from nothing
//! else, so that a test can walk them all.

use axum::{
    Router,
    handler::Handler,
    http::Method,
    response::Redirect,
    routing::{MethodRouter, get, post},
};

use super::{Pages, billing, door, factor, history, members, outside, privacy, renewal, sessions, sso};

/// Who may ask for a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Anybody.
    Outside,
    /// Whoever is signed in, for their own account.
    Member,
    /// The admins of an account.
    Admin,
}

/// A page: its method, its path, and who may ask for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRoute {
    pub method: Method,
    pub path: &'static str,
    pub reach: Reach,
}

type Row = (PageRoute, MethodRouter<Pages>);

fn gets<H: Handler<T, Pages>, T: 'static>(reach: Reach, path: &'static str, handler: H) -> Row {
    (PageRoute { method: Method::GET, path, reach }, get(handler))
}

fn posts<H: Handler<T, Pages>, T: 'static>(reach: Reach, path: &'static str, handler: H) -> Row {
    (PageRoute { method: Method::POST, path, reach }, post(handler))
}

fn table() -> Vec<Row> {
    use Reach::{Admin, Member, Outside};
    vec![
        gets(Outside, "/", async || Redirect::to("/settings/privacy")),
        gets(Outside, "/sign-in", door::sign_in_form),
        posts(Outside, "/sign-in", door::sign_in),
        gets(Outside, "/sign-in/check", door::check),
        gets(Outside, "/sign-in/link", door::link),
        posts(Outside, "/sign-in/link", door::pass_by_link),
        posts(Outside, "/sign-in/code", door::pass_by_code),
        gets(Outside, "/sign-in/totp", factor::ask),
        posts(Outside, "/sign-in/totp", factor::pass),
        gets(Outside, "/sign-in/sso", sso::come_back),
        posts(Member, "/sign-out", door::sign_out),
        gets(Member, "/session", renewal::standing),
        gets(Member, "/session/renew", renewal::password_form),
        posts(Member, "/session/renew", renewal::begin),
        gets(Member, "/session/renew/code", renewal::code_form),
        posts(Member, "/session/renew/code", renewal::finish),
        gets(Outside, "/forgot-password", door::forgot_form),
        posts(Outside, "/forgot-password", door::forgot),
        gets(Outside, "/choose-password", door::choose_form),
        posts(Outside, "/choose-password", door::choose),
        gets(Member, "/settings/privacy", privacy::show),
        posts(Member, "/settings/privacy/{setting}", privacy::switch),
        posts(Member, "/settings/privacy/sessions/{session}/end", privacy::end),
        gets(Member, "/settings/history", history::show),
        gets(Member, "/settings/history/bundle", history::bundle),
        gets(Member, "/settings/history/table", history::table),
        gets(Outside, "/what-the-history-leaves-out", history::left_out),
        gets(Member, "/settings/sessions", sessions::show),
        posts(Member, "/settings/sessions/{browser}/end", sessions::end),
        posts(Member, "/settings/sessions/end-all", sessions::end_all),
        gets(Member, "/settings/security", factor::show),
        gets(Member, "/settings/security/qr.svg", factor::qr),
        posts(Member, "/settings/security/begin", factor::begin),
        posts(Member, "/settings/security/confirm", factor::confirm),
        posts(Member, "/settings/security/recovery-codes", factor::renew),
        posts(Member, "/settings/security/remove", factor::remove),
        gets(Admin, "/settings/members", members::show),
        posts(Admin, "/settings/members", members::invite),
        posts(Admin, "/settings/members/{user}", members::change),
        posts(Admin, "/settings/members/{user}/invite", members::invite_again),
        posts(Admin, "/settings/members/{user}/unbind", members::unbind),
        posts(Admin, "/settings/members/{user}/remove", members::remove),
        gets(Admin, "/settings/billing", billing::show),
        posts(Admin, "/settings/billing/checkout", billing::checkout),
        posts(Admin, "/settings/billing/portal", billing::portal),
        gets(Outside, "/security", outside::security),
        gets(Outside, "/.well-known/security.txt", outside::security_txt),
        gets(Outside, "/assets/page.css", outside::style),
        gets(Outside, "/assets/page.mjs", outside::script),
        gets(Outside, "/assets/icon.svg", outside::icon),
    ]
}

/// Every page there is.
pub fn page_routes() -> Vec<PageRoute> {
    table().into_iter().map(|(route, _)| route).collect()
}

pub(super) fn router() -> Router<Pages> {
    table().into_iter().fold(Router::new(), |router, (route, handler)| router.route(route.path, handler))
}
