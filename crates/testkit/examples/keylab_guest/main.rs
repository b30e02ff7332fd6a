//! The lab's program: our hardware-key code against a key on a real `/dev/hidraw0`, with a relying party in process.
//!
//! `keylab_guest make DIR` makes the key's attestation; `keylab_guest run DIR TOUCH PLUG` is run in the guest, where TOUCH is the
//! file by which the key is touched, and PLUG the program that plugs it in and pulls it out. One line for each case, then how many passed. It believes no key by itself: only the relying
//! party's verdict counts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and its output is its result"
)]

mod attestation;
mod cases;
mod lab;
mod ssh;

use std::{
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use lab::Lab;

const PATIENCE: Duration = Duration::from_secs(90);

#[tokio::main]
async fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["make", dir] => {
            attestation::make(Path::new(dir));
            ExitCode::SUCCESS
        }
        ["run", dir, touch, plug] => run(Lab::open(Path::new(dir), Path::new(touch), Path::new(plug))).await,
        _ => {
            println!("keylab_guest make DIR | keylab_guest run DIR TOUCH PLUG");
            ExitCode::FAILURE
        }
    }
}

/// Runs each case in its turn: they share one key, and each finds it as the one before left it.
async fn run(lab: Lab) -> ExitCode {
    let (mut lab, mut passed, mut failed) = (lab, 0, 0);
    for (name, case) in cases::all() {
        let began = Instant::now();
        let task = tokio::spawn(async move {
            case(&mut lab).await;
            lab
        });
        match tokio::time::timeout(PATIENCE, task).await {
            Ok(Ok(used)) => {
                println!("ok   {name} ({} ms)", began.elapsed().as_millis());
                (passed, lab) = (passed + 1, used);
            }
            unfit => {
                let why = if unfit.is_err() { "it came to no end" } else { "see the panic above" };
                println!("FAIL {name}: {why}");
                failed += 1;
                break;
            }
        }
    }
    let left = cases::all().len() - passed - failed;
    println!("keylab: {passed} passed, {} failed", failed + left);
    if failed + left == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
