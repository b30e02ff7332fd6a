//! Mail by SMTP. What the mail server says goes no further than here: it may quote addresses.

use std::{path::PathBuf, sync::Arc, time::Duration};

use futures::future::BoxFuture;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::authentication::Credentials,
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::app::{
    App,
    users::{Letter, Post, PostFault},
};

/// How often mail is looked for when nobody rings.
const LOOK: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_secs(20);

/// How the connection to the mail server is kept to ourselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encryption {
    /// From the first byte (RFC 8314).
    Tls,
    /// By STARTTLS, which must succeed.
    Starttls,
    /// None: only for a mail server on this machine.
    LoopbackOnly,
}

/// Where mail is handed in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    pub host: String,
    pub port: u16,
    pub encryption: Encryption,
    /// `Name <address>`, as readers see it.
    pub from: String,
    #[serde(default)]
    pub username: Option<String>,
    /// A file that holds the password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
}

/// Why mail cannot be sent as configured.
#[derive(Debug, thiserror::Error)]
pub enum MailFault {
    #[error("`mail.from` is not of the form `Name <address>`")]
    From,
    #[error("`mail.encryption` is \"loopback-only\", and `mail.host` is not this machine")]
    NotLoopback,
    #[error("`mail.username` and `mail.password_file` go together")]
    HalfACredential,
    #[error("{path} cannot be read: {fault}")]
    Password { path: PathBuf, fault: std::io::Error },
    #[error("the mail server cannot be used: {0}")]
    Transport(#[from] lettre::transport::smtp::Error),
}

/// Hands mail in by SMTP.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Smtp {
    /// As `config` says.
    pub fn new(config: &MailConfig) -> Result<Self, MailFault> {
        let from = config.from.parse().map_err(|_| MailFault::From)?;
        let builder = match config.encryption {
            Encryption::Tls => AsyncSmtpTransport::<Tokio1Executor>::relay(&config.host)?,
            Encryption::Starttls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(&config.host)?,
            Encryption::LoopbackOnly if is_loopback(&config.host) => {
                AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)
            }
            Encryption::LoopbackOnly => return Err(MailFault::NotLoopback),
        };
        let builder = builder.port(config.port).timeout(Some(LONGEST));
        let builder = match (&config.username, &config.password_file) {
            (None, None) => builder,
            (Some(name), Some(path)) => {
                let password = std::fs::read_to_string(path).map(Zeroizing::new);
                let password = password.map_err(|fault| MailFault::Password { path: path.clone(), fault })?;
                builder.credentials(Credentials::new(name.clone(), password.trim_end().to_owned()))
            }
            _ => return Err(MailFault::HalfACredential),
        };
        Ok(Self { transport: builder.build(), from })
    }

    async fn hand_in(&self, letter: Letter) -> Result<(), PostFault> {
        let to = letter.to.parse().map_err(|_| PostFault("the address cannot be written to"))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(letter.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text)
            .map_err(|_| PostFault("the mail cannot be put together"))?;
        let sent = self.transport.send(message).await;
        sent.map(|_| ()).map_err(|fault| {
            PostFault(match () {
                () if fault.is_permanent() => "it refuses the mail",
                () if fault.is_transient() => "it asks to try later",
                () if fault.is_timeout() => "it does not answer in time",
                () if fault.is_tls() => "no secure connection",
                () => "it cannot be reached",
            })
        })
    }
}

impl Post for Smtp {
    fn send(&self, letter: Letter) -> BoxFuture<'_, Result<(), PostFault>> {
        Box::pin(self.hand_in(letter))
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Sends mail as it comes up. Never ends.
pub async fn deliver(app: Arc<App>, post: Arc<dyn Post>) {
    loop {
        if let Err(refusal) = app.send_mail(post.as_ref()).await {
            tracing::error!(inside = refusal.inside().unwrap_or_default(), "mail could not be looked for");
        }
        let _rung = tokio::time::timeout(LOOK, app.mail_waits()).await;
    }
}
