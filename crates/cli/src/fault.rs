//! What stops a command, in words for whoever typed it.

use std::{io, process::ExitCode};

use doorward_core::{trust::TrustFault, wire::Code};
use doorward_server::{
    app::{OpenFault, Refusal},
    config::ConfigFault,
    mail::MailFault,
    secrets::DataFault,
    stripe::StripeFault,
    tls::TlsFault,
};

#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error(transparent)]
    Config(#[from] ConfigFault),
    #[error(transparent)]
    Data(#[from] DataFault),
    #[error(transparent)]
    Open(#[from] OpenFault),
    #[error(transparent)]
    Tls(#[from] TlsFault),
    #[error(transparent)]
    Mail(#[from] MailFault),
    #[error(transparent)]
    Stripe(#[from] StripeFault),
    #[error(transparent)]
    ConsoleConfig(#[from] doorward_client::config::ConfigFault),
    #[error(transparent)]
    Trust(#[from] TrustFault),
    #[error(transparent)]
    GatewayConfig(#[from] doorward_gateway::ConfigFault),
    #[error(transparent)]
    Gateway(#[from] doorward_gateway::StartFault),
    #[error(transparent)]
    HostConfig(#[from] doorward_host::ConfigFault),
    #[error(transparent)]
    Host(#[from] doorward_host::StartFault),
    #[error("the trust file cannot be written down: {0}")]
    Unwritable(#[from] toml::ser::Error),
    #[error("{what}: {fault}")]
    Machine { what: String, fault: io::Error },
    #[error("{0}")]
    Refused(String),
    #[error("REFUSED: {0}")]
    Unproven(String),
    #[error("cannot be checked: {0}")]
    Unchecked(String),
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        let problem = refusal.problem("");
        let words = match (refusal.code(), problem.detail) {
            (Code::BadRequest, Some(field)) => format!("`{field}` is empty, too long, or holds what it may not"),
            _ => problem.message,
        };
        let inside = refusal.inside().map(|inside| format!(" ({inside})")).unwrap_or_default();
        Self::Refused(format!("{words}{inside}"))
    }
}

impl Fault {
    /// What was checked and is not so.
    pub fn unproven(why: impl ToString) -> Self {
        Self::Unproven(why.to_string())
    }

    /// What the command ends with.
    pub fn code(&self) -> ExitCode {
        match self {
            Self::Unchecked(_) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }

    /// A fault of the machine while `what` was done.
    pub fn machine(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        move |fault| Self::Machine { what: what.into(), fault }
    }
}
