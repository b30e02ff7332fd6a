//! `tauri-driver` on ports of its own, in a process group of its own: nothing of it outlives the test.

use std::{
    fs::File,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use fantoccini::{Client, ClientBuilder, wd::Capabilities};
use hyper_util::client::legacy::connect::HttpConnector;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::json;

use crate::house::{Fallible, HeldPort, wait_until};

/// A driver that runs; it and all it started end when it is dropped.
pub struct Driver {
    child: Option<Child>,
    port: u16,
    _held: [HeldPort; 2],
}

impl Driver {
    /// Starts the driver; the program it will start sees `env`. What both say is added to the file `log`.
    pub fn start(env: &[(&str, &Path)], log: &Path) -> Fallible<Self> {
        let log = File::options().create(true).append(true).open(log)?;
        let held = [HeldPort::new()?, HeldPort::new()?];
        let [port, native] = held.each_ref().map(HeldPort::port);
        let mut command = Command::new("tauri-driver");
        command.args(["--port", &port.to_string(), "--native-port", &native.to_string()]);
        command.args(["--native-driver", "/usr/bin/WebKitWebDriver"]);
        command.envs(env.iter().copied()).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).process_group(0);
        let child = command.spawn().map_err(|fault| format!("tauri-driver cannot be started: {fault}"))?;
        Ok(Self { child: Some(child), port, _held: held })
    }

    /// Has the driver open `program`.
    pub async fn connect(&self, program: &Path, within: Duration) -> Fallible<Client> {
        let mut capabilities = Capabilities::new();
        capabilities.insert("tauri:options".to_owned(), json!({ "application": program }));
        capabilities.insert("browserName".to_owned(), json!("wry"));
        let url = format!("http://127.0.0.1:{}", self.port);
        let mut connected = None;
        let mut last = None;
        let try_it = async || {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            match builder.capabilities(capabilities.clone()).connect(&url).await {
                Ok(client) => connected = Some(client),
                Err(fault) => last = Some(fault.to_string()),
            }
            connected.is_some()
        };
        let waited = wait_until("the window is open", within, try_it).await;
        match (waited, connected) {
            (Ok(()), Some(client)) => Ok(client),
            (Err(fault), _) => Err(format!("{fault}; the driver said: {last:?}").into()),
            (Ok(()), None) => Err("the window did not open".into()),
        }
    }

    /// Ends the driver and the program.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
                // Gone already is as good.
                let _gone = kill_process_group(group, Signal::KILL);
            }
            let _ended = child.wait();
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.kill();
    }
}
