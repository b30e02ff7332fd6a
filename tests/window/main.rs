//! The real console in its real window, on a running house: what a kill leaves, what the laptop's clock can do, what the
//! logs hold, and the desktop around the window. The main job itself is walked by the demo, a stage of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod clock;
mod desk;
mod desktop;
mod endpoint;
mod kill;
mod lock;
mod logs;
mod panel;
mod servers;
