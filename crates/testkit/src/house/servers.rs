//! Servers of the house: registered as an operator's automation does, and told of as their agents would. No machine is
//! behind them.

use doorward_core::{
    id::{CertificateSerial, HostId},
    policy::HostLabel,
    session::Reason,
    time::{Millis, UnixMs},
    wire::{HostConnection, HostConnections, HostReach, Intent, IssuedCertificate, Outcome, PutHost},
};
use reqwest::Method;

use super::{Fallible, House, Person};

/// Everybody's host key: nobody connects to them.
const HOST_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHlJwVIZ548kG5Z9tZEPXAYY4123eS91zc7jK8io0HsV";
/// The SSH key of the sample engineer.
const SSH_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEOSK9M4cWaXuQkJXetVVGC/QSSFa3yvzJR8XO5P730+";
const SAMPLE: &[(&str, HostLabel, &str, &str)] = &[
    ("api-1", HostLabel::Infrastructure, "10.20.0.11", "ops"),
    ("api-2", HostLabel::Infrastructure, "10.20.0.12", "ops"),
    ("queue-1", HostLabel::Infrastructure, "10.20.0.31", "ops"),
    ("web-1", HostLabel::Infrastructure, "10.20.0.21", "ops"),
    ("web-2", HostLabel::Infrastructure, "10.20.0.22", "ops"),
    ("db-1", HostLabel::Maintenance, "10.20.1.5", "postgres"),
];

impl House {
    /// The operator's automation registers a host, or changes how it is reached.
    pub async fn put_host(&self, host: &HostId, put: &PutHost) -> Fallible<()> {
        self.ask_vendor(Method::PUT, &format!("hosts/{host}"), put).await.map(drop)
    }

    /// The operator's automation removes a host.
    pub async fn remove_host(&self, host: &HostId) -> Fallible<()> {
        self.ask_vendor(Method::DELETE, &format!("hosts/{host}"), &serde_json::json!({})).await.map(drop)
    }

    /// Registers some sample hosts.
    pub async fn put_sample_hosts(&self) -> Fallible<usize> {
        for (id, label, address, login) in SAMPLE {
            let (address, login) = ((*address).to_owned(), (*login).to_owned());
            let reach = HostReach { address, port: 22, login, host_keys: vec![HOST_KEY.to_owned()] };
            self.put_host(&HostId::parse(id)?, &PutHost { label: *label, reach }).await?;
        }
        Ok(SAMPLE.len())
    }

    /// A host's agent tells who is connected.
    pub async fn tell_connections(&self, host: &HostId, connected: &[(CertificateSerial, UnixMs)]) -> Fallible<()> {
        let connection = |(certificate, since): &(CertificateSerial, UnixMs)| HostConnection {
            certificate: *certificate,
            since: *since,
        };
        let told = HostConnections { connections: connected.iter().map(connection).collect() };
        let url = format!("{}/v1/hosts/{host}/connections", self.server_url());
        let http = self.vendor.as_ref().ok_or("the server was never started")?;
        let key = std::fs::read_to_string(self.folder.join("follower-key"))?;
        let answer = http.put(url).bearer_auth(key.trim()).json(&told).send().await?;
        if answer.status().is_success() {
            Ok(())
        } else {
            Err(format!("an agent was refused: {}", answer.status()).into())
        }
    }
}

impl Person {
    /// Enrols the sample SSH key.
    pub async fn enrol_ssh_key(&mut self) -> Fallible<()> {
        self.intend(Intent::EnrolSshKey { public_key: SSH_KEY.to_owned() }).await.map(drop)
    }

    /// Gets a certificate for a host.
    pub async fn certify(&mut self, host: &HostId, reason: Reason) -> Fallible<IssuedCertificate> {
        match self.intend(Intent::IssueCertificate { host: host.clone(), reason }).await? {
            Outcome::Certified { issued } => Ok(issued),
            other => Err(format!("no certificate came of it: {other:?}").into()),
        }
    }

    /// Somebody at work on two of the sample hosts: connected to one, and about to connect to the other.
    pub async fn work_on_servers(&mut self, house: &House, now: UnixMs) -> Fallible<()> {
        self.enrol_ssh_key().await?;
        let (api, queue) = (HostId::parse("api-1")?, HostId::parse("queue-1")?);
        let issued =
            self.certify(&api, Reason::new(Some("OPS-311"), "The mail relay's certificate is renewed by hand")?);
        let since = UnixMs(now.0.saturating_sub(i64::try_from(Millis::minutes(1).0)?));
        house.tell_connections(&api, &[(issued.await?.certificate, since)]).await?;
        self.certify(&queue, Reason::new(None, "The import queue stands still")?).await?;
        for host in ["api-2", "web-1", "web-2", "queue-1"] {
            house.tell_connections(&HostId::parse(host)?, &[]).await?;
        }
        Ok(())
    }
}
