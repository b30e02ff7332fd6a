//! Runs the `ssh` that is installed, on this terminal. It decides nothing: what `ssh` ends with, this ends with.

use std::{
    ffi::OsString,
    os::unix::process::ExitStatusExt,
    process::{ExitCode, ExitStatus},
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    process::{Child, Command},
    signal::unix::{SignalKind, signal},
};

use crate::fault::Fault;

/// What a shell gives for a process that a signal ended: so much more than the signal.
const BY_SIGNAL: i32 = 128;

/// Runs it to its end.
pub async fn ssh(arguments: &[OsString]) -> Result<ExitCode, Fault> {
    let listen = |kind| signal(kind).map_err(Fault::machine("listen for signals"));
    let (mut interrupt, mut terminate, mut hang_up) =
        (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?, listen(SignalKind::hangup())?);
    let mut command = Command::new("ssh");
    let mut child = command.args(arguments).kill_on_drop(true).spawn().map_err(Fault::machine("ssh cannot be run"))?;
    loop {
        tokio::select! {
            ended = child.wait() => return ended.map(code).map_err(Fault::machine("wait for ssh")),
            // The terminal has sent it to ssh as well: it is for ssh to decide.
            _ = interrupt.recv() => {}
            _ = terminate.recv() => pass_on(&child, Signal::TERM),
            _ = hang_up.recv() => pass_on(&child, Signal::HUP),
        }
    }
}

fn pass_on(child: &Child, signal: Signal) {
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // It may have ended by itself this instant.
        let _gone = kill_process(pid, signal);
    }
}

fn code(status: ExitStatus) -> ExitCode {
    let code = status.code().or(status.signal().map(|signal| signal.saturating_add(BY_SIGNAL)));
    code.and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}
