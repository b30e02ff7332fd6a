//! `doorward-demo`: the whole house on one machine on the sample world, with a software key. NO SECURITY; never released.
//!
//! With `--walk` it walks the main job by itself in the real window and leaves numbered pictures; otherwise it opens
//! the window and waits until it is closed.
#![expect(clippy::print_stdout, reason = "the demo talks to whoever runs it")]

mod walk;

use std::{path::PathBuf, time::Instant};

use clap::Parser;
use doorward_testkit::{
    house::{Fallible, PASSWORD, PIN},
    stage::{Stage, USER},
};
use tokio::signal::unix::{SignalKind, signal};

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
    // Dropped on a signal, the house and the window end with the demo.
    tokio::select! {
        shown = show(demo) => shown,
        stopped = stopped() => stopped,
    }
}

async fn show(demo: Demo) -> Fallible<()> {
    let began = Instant::now();
    let say = |what: &str| println!("{:6.1} s  {what}", began.elapsed().as_secs_f64());
    let here = std::env::current_exe()?;
    let programs = here.parent().ok_or("the demo lies nowhere")?;
    let stage = Stage::set(&demo.folder, programs, demo.accounts, say).await?;
    if demo.walk { walk::walk(stage).await } else { open(&stage).await }
}

/// Waits for Ctrl+C or a termination.
async fn stopped() -> Fallible<()> {
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminated.recv() => (),
    }
    Err("stopped before its end".into())
}

/// Opens the window and waits until it is closed.
async fn open(stage: &Stage) -> Fallible<()> {
    println!("\nThe window is open. Sign in as `{}`; the software key's PIN is {}.", stage.handle, PIN);
    println!("Sign in as `{}` to see servers: an infrastructure engineer, with the same key.", stage.engineer);
    println!(
        "The customer's page is {}. Sign in as {USER}@customer.example, with \"{PASSWORD}\";",
        stage.house.pages_url()
    );
    println!("the mail that confirms it is written into {}.", stage.mail().display());
    println!("The key is touched by itself a second after it blinks. Close the window to end the demo.");
    let mut console = tokio::process::Command::new(stage.program("doorward-console")?);
    let status = console.envs(stage.env()).kill_on_drop(true).status().await?;
    if status.success() { Ok(()) } else { Err(format!("the console ended with {status}").into()) }
}
