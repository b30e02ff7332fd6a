//! Ending a connection: what it does is told first. One's own ends without a touch, and also while no server is in reach;
//! a security admin ends anybody's by a touch.

use doorward_core::{
    id::CertificateSerial,
    wire::{CertificateView, Intent},
};

use crate::controller::{
    Controller,
    accounts::staff_ref,
    answer,
    delivery::Errand,
    memory::Disconnect,
    ms,
    request::{Answer, Reply},
    short,
};
use crate::view::{ConnectionEffects, ErrorCode, KeyPurpose, Problem};

impl Controller {
    /// What ending the connection does, as far as was told.
    pub(in crate::controller) fn connection_effects(&self, certificate: u32) -> Answer<ConnectionEffects> {
        let presence = self.signed_in()?;
        let (host, one) = self.told_certificate(certificate)?;
        Ok(ConnectionEffects {
            host,
            staff: staff_ref(&one.staff, &self.directory.names),
            mine: one.staff == presence.staff,
            connected: one.connected.map(ms),
            ends: ms(one.ends),
            queued: !self.is_online(),
        })
    }

    fn told_certificate(&self, certificate: u32) -> Answer<(String, &CertificateView)> {
        let servers = self.known_servers.told.iter().flat_map(|told| &told.servers.servers);
        let mut all = servers.flat_map(|server| server.certificates.iter().map(move |one| (&server.host, one)));
        let found = all.find(|(_, one)| short(one.certificate.0) == certificate);
        let (host, one) = found.ok_or(Problem::from(ErrorCode::NotFound))?;
        Ok((host.to_string(), one))
    }

    pub(in crate::controller) fn end_connection(&mut self, certificate: u32, reply: Reply<()>) {
        match self.connection_effects(certificate) {
            Ok(effects) if effects.mine => self.end_own_connection(certificate, reply),
            Ok(effects) => {
                let staff = effects.staff.name.unwrap_or(effects.staff.id);
                let purpose = KeyPurpose::EndConnection { host: effects.host, staff };
                let serial = CertificateSerial(u64::from(certificate));
                self.intend(Intent::RevokeCertificate { certificate: serial }, purpose, move |_, done| {
                    answer(reply, done.map(drop));
                });
            }
            Err(problem) => answer(reply, Err(problem)),
        }
    }

    /// In reach the server's word is waited for. Out of reach the certificate is gone from this machine, and the server
    /// hears of it first thing.
    fn end_own_connection(&mut self, certificate: u32, reply: Reply<()>) {
        let serial = CertificateSerial(u64::from(certificate));
        let Some(presence) = &self.presence else { return answer(reply, Err(ErrorCode::SignedOut.into())) };
        let (line, token, staff) = (presence.line.clone(), presence.token.clone(), presence.staff.clone());
        self.known_servers.held.remove(&certificate);
        if !self.is_online() {
            self.remember_disconnect(Disconnect { staff, certificate: serial });
            self.send(line, token, Errand::RevokeCertificate(serial));
            return answer(reply, Ok(()));
        }
        let work = async move { line.revoke_own_certificate(&token, serial).await };
        self.after(work, move |_, done| answer(reply, done.map_err(Into::into)));
    }
}
