//! What can be typed.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use doorward_core::{
    id::{AccountId, CertificateSerial, HostId, StaffId},
    ssh::SshFingerprint,
};
use jiff::civil::Date;

/// The door between a vendor's staff and its customers' accounts.
#[derive(Debug, Parser)]
#[command(name = "doorward", version, arg_required_else_help = true)]
pub struct Doorward {
    #[command(flatten)]
    pub log: Log,
    #[command(subcommand)]
    pub verb: Verb,
}

/// The log goes to standard error.
#[derive(Debug, Args)]
pub struct Log {
    /// How much Doorward says of itself; libraries only ever warn
    #[arg(long, global = true, env = "DOORWARD_LOG", value_enum, default_value_t = Level::Info)]
    pub log: Level,
    /// One JSON object a line
    #[arg(long, global = true, env = "DOORWARD_LOG_JSON")]
    pub log_json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Level {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Run the server
    Serve(Server),
    /// Run the gateway in front of an HTTP API
    Gateway {
        /// The gateway's configuration
        #[arg(long, env = "DOORWARD_GATEWAY_CONFIG")]
        config: PathBuf,
    },
    /// The agent on a server host, beside its sshd
    #[command(subcommand)]
    Host(Host),
    /// Set the server up
    #[command(subcommand)]
    Admin(Admin),
    /// Check what you hold of the feed, asking nobody; ends with 1 where it is refused, with 2 where it cannot be checked
    #[command(subcommand)]
    Verify(Verify),
    /// Log in to a server: your staff key and a reason give a certificate for some minutes, and ssh is run with it
    Ssh(Ssh),
}

/// A log-in, or the key for one.
#[derive(Debug, Args)]
pub struct Ssh {
    /// The server, by its name in Doorward
    #[arg(value_parser = HostId::parse, required_unless_present = "enrol", conflicts_with = "enrol")]
    pub host: Option<HostId>,
    /// What is run there; a shell where this is missing
    #[arg(last = true)]
    pub command: Vec<OsString>,
    /// Why: it stays with the certificate; asked for where this is missing
    #[arg(long)]
    pub reason: Option<String>,
    /// The ticket it serves
    #[arg(long)]
    pub ticket: Option<String>,
    /// The handle you sign in with; asked for where this is missing
    #[arg(long = "as", env = "DOORWARD_HANDLE", value_name = "HANDLE")]
    pub handle: Option<String>,
    /// The file of your SSH key, where it is none that lies in ~/.ssh with its public half
    #[arg(long)]
    pub identity: Option<PathBuf>,
    /// Enrol the SSH key with this public half, in place of the one that goes with your staff key now
    #[arg(long, value_name = "KEY.pub")]
    pub enrol: Option<PathBuf>,
    /// The console's configuration, where it is not in its usual place
    #[arg(long, env = "DOORWARD_CONSOLE")]
    pub config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum Verify {
    /// Check a review that the console wrote: that its rows are unchanged, and its checkpoint signed
    Report {
        /// The review in rows, a .csv file
        file: PathBuf,
        /// The trust file, which `doorward admin trust` prints
        #[arg(long)]
        trust: PathBuf,
    },
    /// Check an account's history as its customer downloaded it: every record, every checkpoint, and what is told
    History {
        /// The history
        bundle: PathBuf,
        /// The trust file, which `doorward admin trust` prints
        #[arg(long)]
        trust: PathBuf,
        /// A history of the same account that was downloaded earlier: this one must go on from it
        #[arg(long)]
        earlier: Option<PathBuf>,
    },
    /// Check a proof that entries are in the feed, as the console copies it
    Proof {
        /// The proof
        file: PathBuf,
        /// The trust file, which `doorward admin trust` prints
        #[arg(long)]
        trust: PathBuf,
        /// A checkpoint that was seen earlier: the feed must begin with it
        #[arg(long)]
        seen: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub enum Host {
    /// Run the agent: it lets in whom the feed admits, and ends whoever may not stay
    Run {
        /// The agent's configuration
        #[arg(long, env = "DOORWARD_HOST_CONFIG")]
        config: PathBuf,
    },
    /// Ask the agent about a log-in: sshd runs this (AuthorizedPrincipalsCommand)
    Admit(Admit),
    /// Tell what is wrong on this host; ends with 1 where something is
    Check {
        /// The agent's configuration
        #[arg(long, env = "DOORWARD_HOST_CONFIG")]
        config: PathBuf,
    },
}

/// A log-in, as sshd tells of it. Each value stands behind its own `=`: one that begins with a hyphen is a value still.
#[derive(Debug, Args)]
pub struct Admit {
    /// Where the agent is asked
    #[arg(long, default_value = doorward_host::DEFAULT_SOCKET)]
    pub socket: PathBuf,
    /// %s
    #[arg(long, value_parser = |text: &str| text.parse().map(CertificateSerial))]
    pub serial: CertificateSerial,
    /// %i
    #[arg(long)]
    pub key_id: String,
    /// %f
    #[arg(long, value_parser = SshFingerprint::parse)]
    pub ssh_key: SshFingerprint,
    /// %F
    #[arg(long, value_parser = SshFingerprint::parse)]
    pub ca: SshFingerprint,
    /// %u
    #[arg(long)]
    pub user: String,
}

/// Which server.
#[derive(Debug, Args)]
pub struct Server {
    /// The server's configuration
    #[arg(long, env = "DOORWARD_CONFIG")]
    pub config: PathBuf,
}

#[derive(Debug, Subcommand)]
pub enum Admin {
    /// Make the first security admin and print their one-time enrolment code; the server must be stopped
    Init {
        #[command(flatten)]
        server: Server,
        /// What they type to sign in
        #[arg(long)]
        handle: String,
        /// Their name, as others see it
        #[arg(long)]
        name: String,
        /// Their id in the feed, which stays for ever: no name, no address
        #[arg(long, value_parser = StaffId::parse)]
        staff: StaffId,
    },
    /// Make an API key and print it
    ApiKey {
        #[command(flatten)]
        server: Server,
        /// Whom it is for
        kind: Kind,
        /// What it is called
        name: String,
    },
    /// Throw the SSH authority's key away; the next start draws another, which hosts believe from the first host or
    /// certificate on. The server must be stopped
    RotateSshCa {
        #[command(flatten)]
        server: Server,
        /// The key may have been stolen: nothing it signed is believed any more, from now on
        #[arg(long)]
        revoke: bool,
    },
    /// Erase the names, tickets and reasons that histories tell beside sessions, and beside certificates for servers, which
    /// are over; records and proofs stay.
    /// Copies that were downloaded before, and backups, are not reached. The server may be running
    Erase {
        #[command(flatten)]
        server: Server,
        #[command(flatten)]
        whose: Whose,
        /// Only of those that were opened or issued before this day began (UTC), as 2026-11-28
        #[arg(long)]
        before: Option<Date>,
    },
    /// Print the trust file, which gateways, consoles and hosts are configured with
    Trust(Server),
    /// Print the configuration as it holds, defaults and all
    Config(Server),
}

/// Whose sessions are meant.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct Whose {
    /// Those in this account, which may be closed
    #[arg(long, value_parser = AccountId::parse)]
    pub account: Option<AccountId>,
    /// Those of this member of staff, and without an account their certificates too; where they are suspended and nothing
    /// else is said, their name and handle go too
    #[arg(long, value_parser = StaffId::parse)]
    pub staff: Option<StaffId>,
}

/// What an API key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// The vendor's own product: registers accounts and switches settings
    Vendor,
    /// A gateway or a host's agent: follows the feed
    Follower,
}
