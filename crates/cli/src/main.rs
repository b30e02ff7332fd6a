//! `doorward`: the server, the gateway, the agent on a host, setting them up, and staff's way to servers. Composition only:
//! it decides nothing.

mod admin;
mod args;
mod fault;
mod host;
mod house;
mod log;
mod serve;
mod ssh;
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

#[cfg(all(feature = "danger-soft-key", not(debug_assertions)))]
compile_error!("danger-soft-key never goes into a release: it stands a software key in for a hardware key");

#[tokio::main]
async fn main() -> ExitCode {
    let Doorward { log, verb } = Doorward::parse();
    log::begin(&log);
    match Box::pin(run(verb)).await {
        Ok(code) => code,
        Err(fault) => {
            // Where standard error is gone there is nobody to tell.
            let _told = writeln!(io::stderr().lock(), "doorward: {fault}");
            fault.code()
        }
    }
}

async fn run(verb: Verb) -> Result<ExitCode, Fault> {
    match verb {
        // What ssh ends with, this ends with.
        Verb::Ssh(asked) => return ssh::ssh(asked).await,
        Verb::Serve(server) => serve::serve(&server.config).await,
        Verb::Gateway { config } => serve::gateway(&config).await,
        Verb::Host(asked) => host::host(asked).await,
        Verb::Admin(asked) => admin::admin(asked).await,
        Verb::Verify(asked) => verify::verify(&asked),
    }?;
    Ok(ExitCode::SUCCESS)
}
