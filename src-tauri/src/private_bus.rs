//! A bus of a test's own, by the real daemon. Nobody else is on it, and nothing is started on it by being called.
#![cfg(test)]

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use tokio::time::timeout;
use zbus::{Connection, connection::Builder, fdo::DBusProxy};

/// How long anything on it may take.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// It ends with this value.
pub struct PrivateBus {
    daemon: Child,
    pub address: String,
    /// For what a program on this bus keeps.
    pub folder: TempDir,
}

impl PrivateBus {
    pub fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let config = folder.path().join("bus.conf");
        let text = format!(
            "<busconfig><type>session</type><listen>unix:path={}</listen><policy context=\"default\">\
             <allow send_destination=\"*\"/><allow own=\"*\"/><allow eavesdrop=\"true\"/></policy></busconfig>",
            folder.path().join("bus").display()
        );
        std::fs::write(&config, text).unwrap();
        let mut daemon = Command::new("dbus-daemon")
            .arg("--config-file")
            .arg(config)
            .args(["--print-address", "--nofork", "--nopidfile"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { daemon, address: address.trim().to_owned(), folder }
    }

    pub async fn connect(&self) -> Connection {
        Builder::address(self.address.as_str()).unwrap().build().await.unwrap()
    }

    /// Waits until somebody has this name.
    pub async fn has(&self, name: &str) {
        let bus = self.connect().await;
        let names = DBusProxy::new(&bus).await.unwrap();
        let there = async {
            while !names.name_has_owner(name.try_into().unwrap()).await.unwrap() {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, there).await.unwrap_or_else(|_| panic!("nobody takes the name {name}"));
    }
}

impl Drop for PrivateBus {
    fn drop(&mut self) {
        end(&mut self.daemon);
    }
}

pub fn end(program: &mut Child) {
    let _over = program.kill();
    let _reaped = program.wait();
}
