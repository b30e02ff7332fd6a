//! Servers: the hosts that somebody's roles are for, and who is on them, as the server last told and the copy has them since.
//!
//! In reach the server's word is told. Out of reach what it told last is told again, also from the sealed cache, without
//! what the copy knows to be over; nothing opens.

mod connect;
mod end;

use std::collections::BTreeMap;

use doorward_core::{
    policy::{Ask, By, Denial, decide},
    state::AccessState,
    time::UnixMs,
    wire,
};
use serde::{Deserialize, Serialize};

use super::{
    Controller,
    accounts::staff_ref,
    answer,
    cache::is_kept,
    ms,
    request::{Answer, Reply},
    short,
};
use crate::view::{CertificateOn, ErrorCode, OwnSshKey, ServerView, ServersView};

use connect::Held;
pub use connect::Terminal;

/// Under which name the servers lie in the cache.
const SERVERS: &str = "servers";

/// The servers as they were last told, and the connections whose folders this console keeps.
#[derive(Default)]
pub(super) struct KnownServers {
    told: Option<Told>,
    held: BTreeMap<u32, Held>,
}

/// What the server told, and when.
#[derive(Clone, Serialize, Deserialize)]
struct Told {
    at: UnixMs,
    servers: wire::Servers,
}

impl Controller {
    pub(super) fn servers(&mut self, reply: Reply<ServersView>) {
        if self.viewer().is_none() {
            return answer(reply, Err(ErrorCode::SignedOut.into()));
        }
        let Ok(presence) = self.signed_in_online() else { return self.servers_of_old(reply) };
        let (line, token) = (presence.line.clone(), presence.token.clone());
        let work = async move { line.servers(&token).await };
        self.after(work, move |console, told| match told {
            Ok(servers) => {
                console.learn_servers(servers);
                answer(reply, console.servers_view(true));
            }
            Err(doorward_client::api::ApiError::Unreachable) => console.servers_of_old(reply),
            Err(error) => answer(reply, Err(error.into())),
        });
    }

    /// What was told last, here or in an earlier run.
    fn servers_of_old(&mut self, reply: Reply<ServersView>) {
        let cache = self.cache.as_ref().filter(|_| self.known_servers.told.is_none()).map(|open| open.cache.clone());
        let Some(cache) = cache else { return answer(reply, self.servers_view(false)) };
        let work = async move { cache.take_down(SERVERS).await };
        self.after(work, move |console, written| {
            let told = written.and_then(|written| serde_json::from_slice(&written).ok());
            if console.viewer().is_some() && console.known_servers.told.is_none() {
                console.known_servers.told = told;
            }
            answer(reply, console.servers_view(false));
        });
    }

    fn learn_servers(&mut self, servers: wire::Servers) {
        let (Some(at), true) = (self.now(), self.presence.is_some()) else { return };
        let told = Told { at, servers };
        let kept = self.cache.as_ref().filter(|open| is_kept(open)).map(|open| open.cache.clone());
        if let (Some(cache), Ok(written)) = (kept, serde_json::to_vec(&told)) {
            tokio::spawn(async move {
                if let Err(fault) = cache.put_up(SERVERS, written).await {
                    tracing::warn!(%fault, "the servers could not be kept");
                }
            });
        }
        self.known_servers.told = Some(told);
    }

    fn servers_view(&self, fresh: bool) -> Answer<ServersView> {
        let (Some(viewer), Some(now)) = (self.viewer(), self.now()) else { return Err(ErrorCode::SignedOut.into()) };
        let told = self.known_servers.told.as_ref().ok_or(ErrorCode::Offline)?;
        let by = By { staff: &viewer.staff, key: viewer.key };
        Ok(self.parts.standing.with_state(|state| {
            let there = |server: &&wire::ServerView| fresh || state.servers().host(&server.host).is_some();
            let servers = told.servers.servers.iter().filter(there);
            let ssh_key = state.servers().ssh_key(viewer.key).or(told.servers.ssh_key.as_ref());
            ServersView {
                servers: servers.map(|server| self.server_view(state, server, &by, fresh, now)).collect(),
                ssh_key: ssh_key.map(ToString::to_string),
                as_of: (!fresh).then(|| ms(told.at)),
            }
        }))
    }

    fn server_view(
        &self,
        state: &AccessState,
        server: &wire::ServerView,
        by: &By<'_>,
        fresh: bool,
        now: UnixMs,
    ) -> ServerView {
        let wire::ServerView { host, label, reach, told, certificates } = server;
        let ask = Ask::Certify { by: By { staff: by.staff, key: by.key }, host, touched: true };
        let here = |one: &&wire::CertificateView| {
            let stays = match decide(state, &Ask::Stay { host, certificate: one.certificate }, now) {
                // The copy may not have heard of it yet.
                Ok(_) | Err(Denial::UnknownCertificate) => one.connected.is_some() || now < one.ends,
                Err(_) => fresh && one.connected.is_some(),
            };
            stays && !self.memory.disconnect.iter().any(|gone| gone.certificate == one.certificate)
        };
        ServerView {
            host: host.to_string(),
            label: (*label).into(),
            address: reach.address.clone(),
            port: reach.port,
            login: reach.login.clone(),
            told: told.map(ms),
            why_not: decide(state, &ask, now).err().map(Into::into),
            certificates: certificates.iter().filter(here).map(|one| self.certificate_on(one, by)).collect(),
        }
    }

    fn certificate_on(&self, one: &wire::CertificateView, by: &By<'_>) -> CertificateOn {
        let certificate = short(one.certificate.0);
        CertificateOn {
            certificate,
            staff: staff_ref(&one.staff, &self.directory.names),
            mine: one.staff == *by.staff,
            ticket: one.reason.as_ref().and_then(|reason| reason.ticket()).map(str::to_owned),
            reason: one.reason.as_ref().map(|reason| reason.text().to_owned()),
            issued: ms(one.issued),
            ends: ms(one.ends),
            connection_ends: ms(one.connection_ends),
            connected: one.connected.map(ms),
            command: self.known_servers.held.get(&certificate).map(|held| held.command.clone()),
        }
    }

    /// The SSH keys of whoever has this machine's home, by their public halves.
    pub(super) fn ssh_keys(&self, reply: Reply<Vec<OwnSshKey>>) {
        if let Err(problem) = self.signed_in() {
            return answer(reply, Err(problem));
        }
        let folder = self.parts.places.keys.clone();
        tokio::task::spawn_blocking(move || {
            let keys = folder.map(|folder| doorward_client::servers::own_keys(&folder)).unwrap_or_default();
            let view = |key: doorward_client::servers::OwnKey| OwnSshKey {
                file: key.identity.to_string_lossy().into_owned(),
                line: key.line,
                fingerprint: key.fingerprint.to_string(),
                in_hardware: key.in_hardware,
            };
            answer(reply, Ok(keys.into_iter().map(view).collect()));
        });
    }

    /// Folders go when their certificates open nothing any more.
    pub(super) fn watch_connections(&mut self) {
        let Some(now) = self.now().filter(|_| !self.known_servers.held.is_empty()) else { return };
        let standing = self.parts.standing.clone();
        self.known_servers
            .held
            .retain(|_, held| now < held.ends && standing.with_state(|state| !held.is_revoked(state)));
    }
}
