//! The console: one window onto the client room. The page shows, the controller decides what it is told, and only
//! composition touches the machine.

mod commands;
mod compose;
mod controller;
mod keyring;
mod keys;
mod link;
mod log;
mod private_bus;
mod servers;
mod shell;
mod terminal;
pub mod view;

pub use compose::StartFault;
pub use log::Lines;

#[cfg(all(feature = "danger-soft-key", not(debug_assertions)))]
compile_error!("danger-soft-key never goes into a release: it stands a software key in for a hardware key");

/// Opens the window and runs until it is closed; where a console has this data folder already, that one comes to the
/// front. `words` are what the program was started with: a link, or nothing. `lines` keeps what is logged.
pub fn run(words: &[String], lines: Lines) -> Result<(), StartFault> {
    let link = match words {
        [] => None,
        [link] => Some(link::parse(link)?),
        _ => return Err(StartFault::Words),
    };
    let config = doorward_client::config::Config::find()?;
    match shell::start(&config.data, link) {
        shell::Start::HandedOver => {
            tracing::info!(code = "handed-over", "a console is open already, and has come to the front");
            Ok(())
        }
        shell::Start::First(instance, link) => {
            let (console, handle) = compose::Console::compose(config, lines)?;
            shell::open(console, handle, instance, link)
        }
    }
}
