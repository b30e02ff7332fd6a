//! The console's program. What goes wrong at the start is told on the terminal and in the exit status.

use std::process::ExitCode;

use doorward_console::Lines;
use tracing_subscriber::{
    EnvFilter, Layer, filter::LevelFilter, filter::Targets, fmt::layer, layer::SubscriberExt, util::SubscriberInitExt,
};

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("DOORWARD_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = Lines::default();
    // Of what may be saved for support, only our own lines are kept: other people's follow other rules.
    let ours = Targets::new().with_target("doorward", LevelFilter::INFO);
    tracing_subscriber::registry()
        .with(layer().with_writer(std::io::stderr).with_filter(filter))
        .with(layer().with_ansi(false).with_writer(lines.clone()).with_filter(ours))
        .init();
    let words: Vec<_> = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    match doorward_console::run(&words, lines) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            tracing::error!(%fault, "the console cannot start");
            ExitCode::FAILURE
        }
    }
}
