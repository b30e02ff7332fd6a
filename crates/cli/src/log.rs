//! The log: on standard error, by level. Libraries only warn, since what they trace may hold headers and bodies.

use std::io::{self, IsTerminal};

use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::args::{Level, Log};

/// Every crate of the house begins with this.
const HOUSE: &str = "doorward";

/// Begins to log.
pub fn begin(log: &Log) {
    let targets = Targets::new().with_default(LevelFilter::WARN).with_target(HOUSE, level(log.log));
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    if log.log_json {
        tracing_subscriber::registry().with(lines.json().with_ansi(false)).with(targets).init();
    } else {
        tracing_subscriber::registry().with(lines).with(targets).init();
    }
}

fn level(level: Level) -> LevelFilter {
    match level {
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
        Level::Trace => LevelFilter::TRACE,
    }
}
