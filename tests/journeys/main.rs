//! Journeys through the whole house: the real server and gateway as programs, over TLS, with software keys.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod endpoint;
mod histories;
mod kills;
mod main_job;
mod secrets;
mod stage;
mod world;
