//! `doorward`: the server, the gateway, the agent on a host, and setting them up. Composition only: it decides nothing.

mod admin;
mod args;
mod fault;
mod host;
mod house;
mod log;
mod serve;
mod verify;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Parser;

use self::{
    args::{Doorward, Verb},
    fault::Fault,
};

#[tokio::main]
async fn main() -> ExitCode {
    let Doorward { log, verb } = Doorward::parse();
    log::begin(&log);
    match Box::pin(run(verb)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            // Where standard error is gone there is nobody to tell.
            let _told = writeln!(io::stderr().lock(), "doorward: {fault}");
            fault.code()
        }
    }
}

async fn run(verb: Verb) -> Result<(), Fault> {
    match verb {
        Verb::Serve(server) => serve::serve(&server.config).await,
        Verb::Gateway { config } => serve::gateway(&config).await,
        Verb::Host(asked) => host::host(asked).await,
        Verb::Admin(asked) => admin::admin(asked).await,
        Verb::Verify(asked) => verify::verify(&asked),
    }
}
