//! The console: one window onto the client room. Today its contract with the page stands.

pub mod view;
