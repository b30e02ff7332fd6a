//! The console: one window onto the client room. Today its contract with the page stands.

pub mod view;

#[cfg(all(feature = "danger-soft-key", not(debug_assertions)))]
compile_error!("danger-soft-key never goes into a release: it stands a software key in for a hardware key");
