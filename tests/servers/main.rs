//! What OpenSSH itself makes of what we write for servers, and whom its sshd lets in beside our agent. Nothing here starts
//! a service of the machine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod agent;
mod keygen;
mod krl;
mod sshd;
