//! The server: sign-in, grants, sessions and the feed. `http` is thin, `app` holds the verbs, `store` the rows.

pub mod app;
pub mod config;
pub mod http;
pub mod rate;
pub mod secrets;
pub mod store;
pub mod tls;
pub mod webauthn;

pub use http::{PeerCertificate, router};
