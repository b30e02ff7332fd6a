//! The agent on a server, and the two that ask it: sshd's command and whoever sets the host up.

use std::{
    io::{self, Write},
    path::Path,
};

use doorward_host::{Config, Grave, LogIn, check};

use crate::{
    args::{Admit, Host},
    fault::Fault,
    serve::told_to_stop,
};

/// Does what was asked.
pub async fn host(asked: Host) -> Result<(), Fault> {
    match asked {
        Host::Run { config } => run(&config).await,
        Host::Admit(asked) => admit(asked),
        Host::Check { config } => look(&config),
    }
}

async fn run(path: &Path) -> Result<(), Fault> {
    let shutdown = told_to_stop()?;
    let config = Config::read(path)?;
    doorward_host::run(config, shutdown).await?;
    tracing::info!("the agent has stopped");
    Ok(())
}

/// sshd reads the principals from standard output; where there are none, nobody gets in. Why, the agent's log says.
fn admit(asked: Admit) -> Result<(), Fault> {
    let Admit { socket, serial, key_id, ssh_key, ca, user } = asked;
    let log_in = LogIn { certificate: serial, key_id, ssh_key, ca, user };
    match doorward_host::admit(&socket, log_in).map_err(|silence| Fault::Refused(silence.to_string()))? {
        Ok(principal) => say(&principal),
        Err(why) => {
            tracing::debug!(%why, "refused");
            Ok(())
        }
    }
}

fn look(path: &Path) -> Result<(), Fault> {
    let found = check(path)?;
    for finding in &found {
        let grave = match finding.grave {
            Grave::Wrong => "wrong  ",
            Grave::Warning => "warning",
        };
        say(&format!("{grave} {}: {}", finding.code, finding.words))?;
    }
    if found.iter().any(|finding| finding.grave == Grave::Wrong) {
        return Err(Fault::Refused("this host is not as it is to be".to_owned()));
    }
    say("nothing is wrong on this host")
}

fn say(text: &str) -> Result<(), Fault> {
    writeln!(io::stdout().lock(), "{text}").map_err(Fault::machine("write to standard output"))
}
