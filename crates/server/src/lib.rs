//! The server: sign-in, grants, sessions and the feed. `http` is thin, `app` holds the verbs, `store` the rows.

pub mod app;
pub mod config;
pub mod http;
pub mod mail;
pub mod provider_http;
pub mod rate;
pub mod secrets;
pub mod store;
pub mod stripe;
pub mod tls;
pub mod webauthn;

pub use http::{PageRoute, PeerCertificate, Reach, Site, page_routes, pages, router};
