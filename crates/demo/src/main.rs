//! `doorward-demo`: the whole house on one machine on the sample world, with a software key. NO SECURITY; never released.
//!
//! With `--walk` it walks the main job by itself in the real window and leaves numbered pictures; otherwise it opens
//! the window and waits until it is closed.
#![expect(clippy::print_stdout, reason = "the demo talks to whoever runs it")]

mod stage;
mod walk;

use std::path::PathBuf;

use clap::Parser;
use doorward_testkit::house::Fallible;

/// The whole house on this machine, on invented customers.
#[derive(Debug, Parser)]
struct Demo {
    /// Where the house is built; what lay there is removed
    #[arg(long, default_value = ".demo")]
    folder: PathBuf,
    /// How many accounts
    #[arg(long, default_value_t = 2_000)]
    accounts: usize,
    /// Walk the main job alone and leave pictures
    #[arg(long)]
    walk: bool,
}

#[tokio::main]
async fn main() -> Fallible<()> {
    let demo = Demo::parse();
    let stage = stage::Stage::set(&demo.folder, demo.accounts).await?;
    if demo.walk { walk::walk(stage).await } else { open(&stage).await }
}

/// Opens the window and waits until it is closed.
async fn open(stage: &stage::Stage) -> Fallible<()> {
    println!("\nThe window is open. Sign in as `{}`; the software key's PIN is {}.", stage.handle, stage::PIN);
    println!("It is touched by itself a second after it blinks. Close the window to end the demo.");
    let mut console = tokio::process::Command::new(stage.program("doorward-console")?);
    let status = console.envs(stage.env()).kill_on_drop(true).status().await?;
    if status.success() { Ok(()) } else { Err(format!("the console ended with {status}").into()) }
}
