//! Connecting: a certificate for one host and reason by one touch, laid out for the `ssh` that is installed, and a terminal
//! opened with it. Also the touch by which an SSH key is enrolled.
//!
//! No private key is opened here: `ssh` asks the user's own file, hardware key or agent.

use std::path::Path;

use doorward_client::servers::{Connection, Target, command_line, public_key};
use doorward_core::{
    id::{CertificateSerial, HostId, StaffId},
    policy::{Ask, decide},
    session::Reason,
    state::AccessState,
    time::UnixMs,
    wire::{BeginIntent, ConfirmIntent, Intent, IssuedCertificate, Outcome},
};

use crate::controller::{
    Controller, answer,
    delivery::Errand,
    key::{Asking, KeyAsk},
    memory::Disconnect,
    ms,
    request::{Answer, Reply},
    short,
};
use crate::view::{ConnectAsk, Connected, ConsoleEvent, ErrorCode, KeyPurpose, Problem};

/// The desktop's terminal.
pub trait Terminal: Send + Sync {
    /// Opens one that runs the shell's script. False where none is known.
    fn open(&self, script: &Path) -> bool;
}

/// A connection whose folder this console keeps, until its certificate opens nothing any more.
pub(super) struct Held {
    target: Target,
    pub command: String,
    pub ends: UnixMs,
    /// With it the folder goes.
    _connection: Connection,
}

impl Held {
    pub fn is_revoked(&self, state: &AccessState) -> bool {
        state.servers().certificate(self.target.serial).is_some_and(|known| known.revoked)
    }
}

/// A connection as it was laid out.
struct LaidOut {
    held: Held,
    terminal: bool,
    needs_agent: bool,
}

impl Controller {
    /// Connects. The touch is bound to exactly this host and reason.
    pub(in crate::controller) fn connect(&mut self, ask: ConnectAsk, reply: Reply<Connected>) {
        let begun = self.begin_connect(&ask);
        let (intent, asking) = match begun {
            Ok(begun) => begun,
            Err(problem) => return answer(reply, Err(problem)),
        };
        let Ok(presence) = self.signed_in() else { return answer(reply, Err(ErrorCode::SignedOut.into())) };
        let (line, token, number) = (presence.line.clone(), presence.token.clone(), asking.number);
        let staff = presence.staff.clone();
        let work = async move {
            let begun = line.begin_intent(&token, BeginIntent { intent }).await?;
            let credential = asking.answer(KeyAsk::Touch(begun.options)).await?;
            match line.confirm_intent(&token, begun.ceremony, ConfirmIntent { credential }).await? {
                Outcome::Certified { issued } => Ok(issued),
                _ => Err(Problem::from(ErrorCode::Internal)),
            }
        };
        self.after(work, move |console, issued| {
            let wanted = console.end_ceremony(number);
            match issued {
                Ok(issued) if wanted => console.certified(&issued, staff, ask.terminal, reply),
                Ok(issued) => answer(reply, Err(console.give_back(staff, issued.certificate, ErrorCode::Cancelled))),
                Err(problem) => answer(reply, Err(problem)),
            }
        });
    }

    /// What cannot be permitted is refused before anybody touches anything.
    fn begin_connect(&mut self, ask: &ConnectAsk) -> Answer<(Intent, Asking)> {
        let presence = self.signed_in_online()?;
        let host = HostId::parse(&ask.host).map_err(|_| Problem::from(ErrorCode::BadRequest))?;
        let reason = Reason::new(ask.ticket.as_deref(), &ask.reason)?;
        let now = self.now().ok_or(Problem::from(ErrorCode::Offline))?;
        let certify = Ask::Certify { by: presence.by(), host: &host, touched: true };
        self.parts.standing.with_state(|state| decide(state, &certify, now).map(drop))?;
        let purpose = KeyPurpose::Connect { host: host.to_string() };
        Ok((Intent::IssueCertificate { host, reason }, self.begin_ceremony(purpose)?))
    }

    /// A certificate came that somebody waits for.
    fn certified(&mut self, issued: &IssuedCertificate, staff: StaffId, terminal: bool, reply: Reply<Connected>) {
        let serial = issued.certificate;
        let target = match Target::of(issued) {
            Ok(target) => target,
            Err(fault) => {
                tracing::error!(%fault, "a certificate was not used");
                return answer(reply, Err(self.give_back(staff, serial, ErrorCode::Internal)));
            }
        };
        let (places, dice) = (self.parts.places.clone(), (self.parts.dice)());
        let opener = terminal.then(|| self.parts.terminal.clone());
        let laying = tokio::task::spawn_blocking(move || -> std::io::Result<LaidOut> {
            let connection = places.lay_out(&target, None, dice)?;
            let line = command_line("ssh", &connection.arguments(&[]));
            let script = connection.script(&line)?;
            let terminal = opener.is_some_and(|opener| opener.open(&script));
            let (command, ends) = (line.to_string_lossy().into_owned(), target.ends);
            let needs_agent = !connection.has_file();
            Ok(LaidOut { held: Held { target, command, ends, _connection: connection }, terminal, needs_agent })
        });
        self.after(laying, move |console, laid| {
            let laid = laid.ok().and_then(|laid| {
                laid.inspect_err(|fault| tracing::warn!(%fault, "a connection could not be laid out")).ok()
            });
            let stays = console.presence.as_ref().is_some_and(|presence| presence.staff == staff);
            let connected = match laid {
                Some(laid) if stays => Ok(console.hold(laid)),
                Some(_) => Err(console.give_back(staff, serial, ErrorCode::SignedOut)),
                None => Err(console.give_back(staff, serial, ErrorCode::NotSaved)),
            };
            answer(reply, connected);
        });
    }

    /// A certificate that nobody uses is revoked by whom it was for: at once, or as soon as they are signed in again.
    fn give_back(&mut self, staff: StaffId, certificate: CertificateSerial, why: ErrorCode) -> Problem {
        match self.presence.as_ref().filter(|presence| presence.staff == staff) {
            Some(presence) => {
                let (line, token) = (presence.line.clone(), presence.token.clone());
                self.send(line, token, Errand::RevokeCertificate(certificate));
            }
            None => self.remember_disconnect(Disconnect { staff, certificate }),
        }
        why.into()
    }

    /// Keeps the folder.
    fn hold(&mut self, laid: LaidOut) -> Connected {
        let LaidOut { held, terminal, needs_agent } = laid;
        let certificate = short(held.target.serial.0);
        let connected = Connected {
            certificate,
            command: held.command.clone(),
            ends: ms(held.ends),
            connection_ends: ms(held.target.connection_ends),
            terminal,
            needs_agent,
        };
        self.known_servers.held.insert(certificate, held);
        connected
    }

    /// Has an SSH key go with the staff key signed in with, by a touch of that.
    pub(in crate::controller) fn enrol_ssh_key(&mut self, line: &str, reply: Reply<()>) {
        let Ok((public_key, fingerprint)) = public_key(line) else {
            return answer(reply, Err(ErrorCode::BadRequest.into()));
        };
        let purpose = KeyPurpose::EnrolSshKey { fingerprint: fingerprint.to_string() };
        self.intend(Intent::EnrolSshKey { public_key }, purpose, move |console, done| {
            if done.is_ok() {
                console.parts.page.tell(ConsoleEvent::KeysChanged);
            }
            answer(reply, done.map(drop));
        });
    }
}
