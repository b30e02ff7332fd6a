//! Every answer is restricted to the signed-in account: each page is asked for by whoever must not get it, with the ids
//! of the account they are not in, and nothing of it is answered or changed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod customers;
mod house;

use axum::http::{Method, StatusCode};
use customers::{Browser, Customers, PASSWORD, Seen};
use doorward_server::{PageRoute, Reach, page_routes};
use rusqlite::{Connection, types::Value};
use serde_json::json;

/// Every page there is, by what it shows or changes. Whoever adds one says here who may have it.
const PAGES: &[(&str, &str, Reach)] = &[
    ("GET", "/", Reach::Outside),
    ("GET", "/sign-in", Reach::Outside),
    ("POST", "/sign-in", Reach::Outside),
    ("GET", "/sign-in/check", Reach::Outside),
    ("GET", "/sign-in/link", Reach::Outside),
    ("POST", "/sign-in/link", Reach::Outside),
    ("POST", "/sign-in/code", Reach::Outside),
    ("GET", "/sign-in/totp", Reach::Outside),
    ("POST", "/sign-in/totp", Reach::Outside),
    ("GET", "/sign-in/sso", Reach::Outside),
    ("POST", "/sign-out", Reach::Member),
    ("GET", "/session", Reach::Member),
    ("GET", "/session/renew", Reach::Member),
    ("POST", "/session/renew", Reach::Member),
    ("GET", "/session/renew/code", Reach::Member),
    ("POST", "/session/renew/code", Reach::Member),
    ("GET", "/forgot-password", Reach::Outside),
    ("POST", "/forgot-password", Reach::Outside),
    ("GET", "/choose-password", Reach::Outside),
    ("POST", "/choose-password", Reach::Outside),
    ("GET", "/settings/privacy", Reach::Member),
    ("POST", "/settings/privacy/{setting}", Reach::Member),
    ("POST", "/settings/privacy/sessions/{session}/end", Reach::Member),
    ("GET", "/settings/history", Reach::Member),
    ("GET", "/settings/history/bundle", Reach::Member),
    ("GET", "/settings/history/table", Reach::Member),
    ("GET", "/what-the-history-leaves-out", Reach::Outside),
    ("GET", "/settings/sessions", Reach::Member),
    ("POST", "/settings/sessions/{browser}/end", Reach::Member),
    ("POST", "/settings/sessions/end-all", Reach::Member),
    ("GET", "/settings/security", Reach::Member),
    ("GET", "/settings/security/qr.svg", Reach::Member),
    ("POST", "/settings/security/begin", Reach::Member),
    ("POST", "/settings/security/confirm", Reach::Member),
    ("POST", "/settings/security/recovery-codes", Reach::Member),
    ("POST", "/settings/security/remove", Reach::Member),
    ("GET", "/settings/members", Reach::Admin),
    ("POST", "/settings/members", Reach::Admin),
    ("POST", "/settings/members/{user}", Reach::Admin),
    ("POST", "/settings/members/{user}/invite", Reach::Admin),
    ("POST", "/settings/members/{user}/unbind", Reach::Admin),
    ("POST", "/settings/members/{user}/remove", Reach::Admin),
    ("GET", "/settings/billing", Reach::Admin),
    ("POST", "/settings/billing/checkout", Reach::Admin),
    ("POST", "/settings/billing/portal", Reach::Admin),
    ("GET", "/security", Reach::Outside),
    ("GET", "/.well-known/security.txt", Reach::Outside),
    ("GET", "/assets/page.css", Reach::Outside),
    ("GET", "/assets/page.mjs", Reach::Outside),
    ("GET", "/assets/icon.svg", Reach::Outside),
];

#[test]
fn the_list_of_pages_is_complete() {
    let listed: Vec<_> = PAGES.iter().map(|(method, path, reach)| format!("{method} {path} {reach:?}")).collect();
    let served: Vec<_> =
        page_routes().iter().map(|one| format!("{} {} {:?}", one.method, one.path, one.reach)).collect();
    assert_eq!(listed, served);
    // The router is made of the table and of nothing else.
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/pages");
    let mut made = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let ways = [".route(", ".route_service(", ".nest(", ".nest_service(", ".merge(", ".fallback_service("];
        made += ways.iter().map(|way| text.matches(way).count()).sum::<usize>();
    }
    assert_eq!(made, 2, "pages are routed by their table alone, and what Stripe tells beside it");
}

/// The account whose things nobody else may see: people, a support session that is open, browsers, a sign-in begun.
struct Theirs {
    site: Customers,
    session: String,
    browser: i64,
    link: String,
}

const MARKS: &[&str] = &["Sealed Corp", "ada@", "Ada Only", "eve", "dan", "Secret import", "T-9041", "Name sam"];

impl Theirs {
    async fn new() -> Self {
        let site = Customers::new().await;
        ok(&site, "/v1/vendor/accounts/acme", json!({"name": "Sealed Corp", "plan": "premium"})).await;
        ok(&site, "/v1/vendor/accounts/bolt", json!({"name": "Bolt", "plan": "premium"})).await;
        site.user("ada", "account-admin").await;
        site.user("eve", "member").await;
        let ada = json!({"email": "ada@acme.example", "name": "Ada Only", "membership": "account-admin"});
        ok(&site, "/v1/vendor/accounts/acme/users/ada", ada).await;
        let dan = json!({"email": "dan@acme.example", "name": "dan", "membership": "member"});
        ok(&site, "/v1/vendor/accounts/acme/users/dan", dan).await;
        site.user_of("bolt", "bob", "account-admin").await;
        site.user_of("bolt", "ben", "member").await;
        let mut admin = site.house.admin().await;
        let sam = site.house.staff(&mut admin, "sam", &["technical-support"]).await;
        site.house.switch_on("acme", "support-team-access").await;
        let wish = json!({"account": "acme", "reason": {"ticket": "T-9041", "text": "Secret import"}});
        let opened = house::ok(site.house.as_person(&sam, "POST", "/v1/sessions", Some(wish)).await);
        site.signed_in("ada").await;
        Browser::default().sign_in(&site, "ada", PASSWORD).await;
        let link = site.mailed("ada", "sign-in/link").await;
        let db = Connection::open(site.house.database()).unwrap();
        let own = "SELECT id FROM user_sessions WHERE user = 'ada'";
        let browser = db.query_row(own, [], |row| row.get(0)).unwrap();
        Self { session: opened["session"]["serial"].to_string(), browser, link, site }
    }

    /// Every row that is theirs, and where their settings stand.
    fn rows(&self) -> String {
        let db = Connection::open(self.site.house.database()).unwrap();
        let users = "(SELECT user FROM users WHERE account = 'acme')";
        let mut all = String::new();
        for select in [
            "SELECT * FROM users WHERE account = 'acme' ORDER BY user".to_owned(),
            format!("SELECT * FROM user_sessions WHERE user IN {users} ORDER BY id"),
            format!("SELECT * FROM user_doors WHERE user IN {users} ORDER BY id"),
            format!("SELECT * FROM recovery_codes WHERE user IN {users} ORDER BY hash"),
            format!("SELECT * FROM sso_subjects WHERE user IN {users} ORDER BY user"),
            format!("SELECT * FROM mails WHERE user IN {users} ORDER BY id"),
            "SELECT * FROM accounts WHERE account = 'acme'".to_owned(),
            "SELECT * FROM sessions ORDER BY 1".to_owned(),
        ] {
            let mut select = db.prepare(&select).unwrap();
            let columns = select.column_count();
            let mut rows = select.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                all += &format!("{:?}\n", (0..columns).map(|at| row.get(at).unwrap()).collect::<Vec<Value>>());
            }
        }
        let account = doorward_core::id::AccountId::parse("acme").unwrap();
        all + &self.site.house.app.read_state(|state| format!("{:?}", state.account(&account)))
    }

    async fn ask(&self, browser: &mut Browser, route: &PageRoute, user: &str) -> Seen {
        let path = route.path.replace("{setting}", "support-team-access").replace("{session}", &self.session);
        let path = path.replace("{browser}", &self.browser.to_string()).replace("{user}", user);
        assert!(!path.contains('{'), "{path} has a parameter this test does not know");
        if route.method == Method::GET {
            return browser.get(&self.site, &format!("{path}?link={}", self.link)).await;
        }
        let fields = [
            ("link", self.link.as_str()),
            ("code", "123456"),
            ("choice", "off"),
            ("name", "Changed"),
            ("membership", "admin"),
            ("email", "nobody@acme.example"),
            ("password", "eight green lizards 12"),
        ];
        browser.post(&self.site, &path, &fields).await
    }
}

async fn ok(site: &Customers, path: &str, body: serde_json::Value) {
    assert!(site.house.as_vendor("PUT", path, body).await.0.is_success(), "{path}");
}

#[tokio::test]
async fn no_page_answers_or_changes_anything_of_another_account() {
    let theirs = Theirs::new().await;
    theirs.site.mail().await;
    let mut ada = theirs.site.signed_in("ada").await;
    let mut own = ada.get(&theirs.site, "/settings/privacy").await.text;
    own += &ada.get(&theirs.site, "/settings/members").await.text;
    assert!(MARKS.iter().all(|mark| own.contains(mark)), "their own admin is shown all this");
    let before = theirs.rows();
    for route in page_routes() {
        let named = ["{session}", "{user}", "{browser}"].iter().any(|id| route.path.contains(id));
        let users: &[&str] = if route.path.contains("{user}") { &["ada", "eve", "dan"] } else { &["ada"] };
        for (who, user) in
            [Some("bob"), Some("ben"), None].into_iter().flat_map(|who| users.iter().map(move |u| (who, u)))
        {
            // Signed in anew for each page: some of them sign out.
            let mut browser = match who {
                Some(who) => theirs.site.signed_in(who).await,
                None => Browser::default(),
            };
            let seen = theirs.ask(&mut browser, &route, user).await;
            let what = format!("{} {} as {who:?}: {}", route.method, route.path, seen.status);
            // The looks of the pages name nobody, and words have "eve" and "dan" in them.
            if !route.path.starts_with("/assets") && route.path != "/what-the-history-leaves-out" {
                for mark in MARKS {
                    let text = seen.text.replace("ever", "");
                    assert!(!text.contains(mark) && !seen.to.contains(mark), "{what} answers {mark}: {text}");
                }
            }
            assert_eq!(theirs.rows(), before, "{what} changes something");
            match (who, route.reach) {
                (_, Reach::Outside) => {}
                // The page's script asks here, and wants no page.
                (None, _) if route.path == "/session" => assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "{what}"),
                (None, _) => assert_eq!((seen.status.as_u16(), seen.to.as_str()), (303, "/sign-in"), "{what}"),
                (Some("ben"), Reach::Admin) => assert_eq!(seen.status, StatusCode::FORBIDDEN, "{what}"),
                _ if named => assert_eq!(seen.status, StatusCode::NOT_FOUND, "{what}"),
                _ => {}
            }
        }
    }
}

#[tokio::test]
async fn a_member_is_answered_nothing_that_is_for_admins_and_changes_nothing_by_it() {
    let theirs = Theirs::new().await;
    let mut eve = theirs.site.signed_in("eve").await;
    theirs.site.mail().await;
    let before = theirs.rows();
    for route in page_routes().into_iter().filter(|route| route.reach == Reach::Admin) {
        for user in ["ada", "eve", "dan"] {
            let seen = theirs.ask(&mut eve, &route, user).await;
            assert_eq!(seen.status, 403, "{} {}", route.method, route.path);
            assert!(!seen.text.contains("ada@") && !seen.text.contains("dan"));
            assert_eq!(theirs.rows(), before);
        }
    }
    for (path, form) in [
        ("/settings/privacy/support-team-access".to_owned(), vec![("choice", "off")]),
        (format!("/settings/privacy/sessions/{}/end", theirs.session), vec![]),
        (format!("/settings/sessions/{}/end", theirs.browser), vec![]),
    ] {
        let seen = eve.post(&theirs.site, &path, &form).await;
        assert!(seen.status == 403 || seen.status == 404, "{path}: {}", seen.status);
        assert_eq!(theirs.rows(), before, "{path}");
    }
}
