//! What stops a command, in words for whoever typed it.

use std::io;

use doorward_core::{trust::TrustFault, wire::Code};
use doorward_server::{
    app::{OpenFault, Refusal},
    config::ConfigFault,
    secrets::DataFault,
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
    Trust(#[from] TrustFault),
    #[error(transparent)]
    GatewayConfig(#[from] doorward_gateway::ConfigFault),
    #[error(transparent)]
    Gateway(#[from] doorward_gateway::StartFault),
    #[error("the trust file cannot be written down: {0}")]
    Unwritable(#[from] toml::ser::Error),
    #[error("{what}: {fault}")]
    Machine { what: String, fault: io::Error },
    #[error("{0}")]
    Refused(String),
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
    /// A fault of the machine while `what` was done.
    pub fn machine(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        move |fault| Self::Machine { what: what.into(), fault }
    }
}
