//! The console: one window onto the client room. The page shows, the controller decides what it is told, and only
//! composition touches the machine.

mod commands;
mod compose;
mod config;
mod controller;
mod keys;
mod servers;
mod shell;
pub mod view;

pub use compose::StartFault;

#[cfg(all(feature = "danger-soft-key", not(debug_assertions)))]
compile_error!("danger-soft-key never goes into a release: it stands a software key in for a hardware key");

/// Opens the window and runs until it is closed.
pub fn run() -> Result<(), StartFault> {
    let (console, handle) = compose::Console::compose(config::Config::find()?)?;
    shell::open(console, handle)
}
