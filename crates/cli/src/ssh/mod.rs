//! `doorward ssh`: logs in to a server by a certificate for some minutes, as the console does. It signs in for this one
//! thing and out again, keeps nothing, and leaves nothing behind but the connection.

mod errand;
mod keys;
mod prompt;
mod run;
mod words;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use doorward_client::{
    clocks::{Clocks, MachineClocks},
    config::Config,
    servers::{Connection, Places, Target, public_key},
};
use doorward_core::{
    id::HostId,
    session::Reason,
    wire::{Intent, IssuedCertificate, Outcome},
};

use crate::{args::Ssh, fault::Fault};
use errand::Errand;
use prompt::Prompt;

/// Longest file that is read as a public key.
const LONGEST_KEY: u64 = 8_192;

/// Does what was asked, and gives what `ssh` ended with.
pub async fn ssh(asked: Ssh) -> Result<ExitCode, Fault> {
    let config = match &asked.config {
        Some(path) => Config::read(path),
        None => Config::find(),
    };
    let (config, prompt) = (config?, Prompt::open()?);
    // Whoever has had enough while something is asked leaves a terminal as they found it.
    let work = async {
        match (&asked.enrol, &asked.host) {
            (Some(file), _) => enrol(&config, &prompt, &asked, file).await.map(|()| None),
            (None, Some(host)) => connect(&config, &prompt, &asked, host).await.map(Some),
            (None, None) => Err(Fault::Refused("name the server".to_owned())),
        }
    };
    let connection = tokio::select! {
        done = work => done?,
        _ = tokio::signal::ctrl_c() => {
            prompt.restore();
            prompt.say("\n")?;
            return Err(Fault::Refused("called off: nothing was done that was not confirmed".to_owned()));
        }
    };
    match connection {
        // The folder goes when this returns, however that is.
        Some(connection) => run::ssh(&connection.arguments(&asked.command)).await,
        None => Ok(ExitCode::SUCCESS),
    }
}

async fn enrol(config: &Config, prompt: &Prompt, asked: &Ssh, file: &Path) -> Result<(), Fault> {
    let (public_key, fingerprint) = read_key(file)?;
    let errand = Errand::begin(config, prompt, asked.handle.clone()).await?;
    let for_what = format!("to enrol the SSH key {fingerprint}");
    let intent = Intent::EnrolSshKey { public_key };
    errand.end(async |errand| errand.intend(prompt, intent, &for_what).await).await?;
    prompt.say(&format!("Enrolled {fingerprint}.\n"))
}

/// Has a certificate issued, and lays out what `ssh` needs to use it.
async fn connect(config: &Config, prompt: &Prompt, asked: &Ssh, host: &HostId) -> Result<Connection, Fault> {
    let text = match &asked.reason {
        Some(reason) => reason.clone(),
        None => prompt.ask(&format!("Reason for logging in to {host}: ")).await?,
    };
    let reason = Reason::new(asked.ticket.as_deref(), &text).map_err(|fault| Fault::Refused(fault.to_string()))?;
    let errand = Errand::begin(config, prompt, asked.handle.clone()).await?;
    let intent = Intent::IssueCertificate { host: host.clone(), reason };
    let work = async |errand: &Errand| {
        let for_what = format!("to log in to {host} for this reason");
        let Outcome::Certified { issued } = errand.intend(prompt, intent, &for_what).await? else {
            return Err(Fault::Refused("the server answered something else than was asked".to_owned()));
        };
        let laid = lay_out(&issued, asked.identity.clone());
        if laid.is_err() && errand.give_back(issued.certificate).await.is_err() {
            prompt.say("The certificate could not be taken back: it is good for some minutes more.\n")?;
        }
        laid
    };
    errand.end(work).await
}

fn lay_out(issued: &IssuedCertificate, identity: Option<PathBuf>) -> Result<Connection, Fault> {
    let target = Target::of(issued).map_err(|fault| Fault::Refused(fault.to_string()))?;
    let (places, clocks) = (Places::usual(), MachineClocks::new().map_err(Fault::machine("the machine's clocks"))?);
    places.sweep(clocks.wall());
    let connection = places.lay_out(&target, identity, rand::random());
    connection.map_err(Fault::machine("the connection's private folder"))
}

/// The public key in the file, as it is enrolled, and its fingerprint.
fn read_key(file: &Path) -> Result<(String, String), Fault> {
    let unreadable = |what: String| Fault::Refused(format!("{}: {what}", file.display()));
    let size = fs::metadata(file).map_err(|fault| unreadable(fault.to_string()))?.len();
    if size > LONGEST_KEY {
        return Err(unreadable("it is too long".to_owned()));
    }
    let text = fs::read_to_string(file).map_err(|fault| unreadable(fault.to_string()))?;
    let (line, fingerprint) = public_key(&text).map_err(|fault| unreadable(fault.to_string()))?;
    Ok((line, fingerprint.to_string()))
}
