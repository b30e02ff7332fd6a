//! Who is connected: sshd's process for each connection, and the certificate it came by.
//!
//! Each is in a file of its own before sshd hears yes, so that an agent that was killed knows its connections again. It is
//! known by the process's number, the moment it was started, and the boot it belongs to.

use std::{
    collections::{BTreeMap, HashMap},
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use doorward_core::{
    id::CertificateSerial,
    time::UnixMs,
    wire::{HostConnection, HostConnections},
};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::{
    files::{is_draft, own_folder, put, remove},
    plan::Connected,
    processes::{ProcessId, Stat, user},
};

/// Every connection, in memory and on disk.
#[derive(Debug)]
pub struct Connections {
    folder: PathBuf,
    boot: String,
    all: Mutex<BTreeMap<ProcessId, Held>>,
    changed: watch::Sender<u64>,
}

/// What is known of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The certificate it last came by: the one that let it in asked last. None where it cannot be read any more.
    certificate: Option<CertificateSerial>,
    since: UnixMs,
    /// How often it was looked at and found past sshd's own checks.
    inside: u8,
}

/// As it is on disk.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    boot: String,
    certificate: CertificateSerial,
    since: UnixMs,
}

/// Between sshd's checks and the session there is a moment without either: one look is not enough.
const LOOKS: u8 = 2;

impl Connections {
    /// The connections that are kept in `folder`; those of another boot, and those that have ended, are forgotten.
    pub fn open(folder: &Path, boot: &str) -> io::Result<Self> {
        own_folder(folder)?;
        let mut all = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let Ok(name) = entry?.file_name().into_string() else { continue };
            if is_draft(&name) {
                // Half written: sshd was never answered.
                remove(folder, &name)?;
                continue;
            }
            let Some(id) = read_name(&name) else {
                tracing::warn!(name, "a file that is none of the agent's lies among its connections");
                continue;
            };
            let kept = fs::read(folder.join(&name)).ok().and_then(|text| serde_json::from_slice::<Kept>(&text).ok());
            let here = kept.as_ref().is_none_or(|kept| kept.boot == boot);
            if !here || !id.lives() {
                remove(folder, &name)?;
                continue;
            }
            let since = kept.as_ref().map_or(UnixMs(0), |kept| kept.since);
            // What cannot be read any more may not stay: nobody knows by what it came.
            all.insert(id, Held { certificate: kept.map(|kept| kept.certificate), since, inside: LOOKS - 1 });
        }
        let (all, changed) = (Mutex::new(all), watch::Sender::new(0));
        Ok(Self { folder: folder.to_owned(), boot: boot.to_owned(), all, changed })
    }

    /// Writes down that `id` comes by `certificate`, durably, and says what was known of it before.
    pub fn enter(&self, id: ProcessId, certificate: CertificateSerial, since: UnixMs) -> io::Result<Option<Held>> {
        let mut all = self.all();
        let before = all.get(&id).copied();
        if before.is_some_and(|before| before.certificate == Some(certificate)) {
            return Ok(before);
        }
        let kept = Kept { boot: self.boot.clone(), certificate, since };
        put(&self.folder, &name(id), &serde_json::to_vec(&kept)?)?;
        all.insert(id, Held { certificate: Some(certificate), since, inside: 0 });
        Ok(before)
    }

    /// Takes back what was entered for `id`: what was known before holds again.
    pub fn take_back(&self, id: ProcessId, before: Option<Held>) -> io::Result<()> {
        match before.and_then(|before| Some((before.certificate?, before.since))) {
            Some((certificate, since)) => self.enter(id, certificate, since).map(|_| ()),
            None => self.forget(id),
        }
    }

    /// Forgets those that have ended.
    pub fn forget_ended(&self) {
        let ended: Vec<_> = self.all().keys().copied().filter(|id| !id.lives()).collect();
        for id in ended {
            if let Err(fault) = self.forget(id) {
                tracing::warn!(%fault, "a connection that has ended cannot be forgotten");
            }
        }
    }

    fn forget(&self, id: ProcessId) -> io::Result<()> {
        let known = self.all().remove(&id);
        if known.is_some_and(|known| known.inside >= LOOKS) {
            self.tell();
        }
        remove(&self.folder, &name(id))
    }

    /// Looks which of those that came have passed sshd's own checks meanwhile: then nobody of `unprivileged` works for
    /// them any more. Says whether all have.
    pub fn look_inside(&self, unprivileged: u32) -> io::Result<bool> {
        let outside: Vec<_> = self.all().iter().filter(|(_, held)| held.inside < LOOKS).map(|(id, _)| *id).collect();
        if outside.is_empty() {
            return Ok(true);
        }
        let mut children: HashMap<i32, Vec<i32>> = HashMap::new();
        Stat::all()?.into_iter().filter(|stat| !stat.over).for_each(|stat| {
            children.entry(stat.parent).or_default().push(stat.id.pid);
        });
        let checked = |id: &ProcessId| {
            let own = children.get(&id.pid).map(Vec::as_slice).unwrap_or_default();
            own.iter().any(|child| user(*child).is_ok_and(|user| user == unprivileged))
        };
        let mut inside = false;
        for id in outside.iter().filter(|id| id.lives()) {
            let looks = !checked(id);
            if let Some(held) = self.all().get_mut(id) {
                held.inside = if looks { held.inside.saturating_add(1) } else { 0 };
                inside |= held.inside == LOOKS;
            }
        }
        if inside {
            self.tell();
        }
        Ok(self.all().values().all(|held| held.inside >= LOOKS))
    }

    /// Everyone who is connected or on the way in.
    pub fn list(&self) -> Vec<Connected> {
        let all = self.all();
        all.iter().map(|(id, held)| Connected { process: *id, certificate: held.certificate }).collect()
    }

    /// Everyone who is connected, as the server wants it: a certificate is named once, since the first of them came.
    pub fn told(&self) -> HostConnections {
        let mut first = BTreeMap::new();
        let all = self.all();
        for (certificate, since) in all.values().filter(|held| held.inside >= LOOKS).filter_map(Held::known) {
            let known = first.entry(certificate.0).or_insert(since);
            *known = (*known).min(since);
        }
        let told = first.into_iter();
        HostConnections {
            connections: told
                .map(|(certificate, since)| HostConnection { certificate: CertificateSerial(certificate), since })
                .collect(),
        }
    }

    /// Wakes whenever who is connected has changed.
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    fn tell(&self) {
        self.changed.send_modify(|turn| *turn = turn.wrapping_add(1));
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<ProcessId, Held>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn known(&self) -> Option<(CertificateSerial, UnixMs)> {
        Some((self.certificate?, self.since))
    }
}

/// What a connection's file is called.
fn name(id: ProcessId) -> String {
    format!("{}-{}", id.pid, id.started)
}

fn read_name(text: &str) -> Option<ProcessId> {
    let (pid, started) = text.split_once('-')?;
    let id = ProcessId { pid: pid.parse().ok()?, started: started.parse().ok()? };
    (name(id) == text).then_some(id)
}

#[cfg(test)]
#[path = "connections_tests.rs"]
mod tests;
