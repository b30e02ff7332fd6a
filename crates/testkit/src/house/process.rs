//! Programs of the house: started, asked, killed, and looked after until they are dropped.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tokio::time::{Instant, MissedTickBehavior, interval};

use super::Fallible;

/// A program of the house and how it is started.
pub struct Program {
    program: PathBuf,
    verb: Vec<String>,
    config: PathBuf,
    log: PathBuf,
    child: Option<Child>,
}

impl Program {
    pub(super) fn new(program: &Path, verb: &[&str], config: &Path, folder: &Path, name: &str) -> Self {
        let verb = verb.iter().map(ToString::to_string).collect();
        let log = folder.join(format!("{name}.log"));
        Self { program: program.to_owned(), verb, config: config.to_owned(), log, child: None }
    }

    /// Starts it; everything it says goes to its log.
    pub fn start(&mut self) -> Fallible<()> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let mut command = Command::new(&self.program);
        command.args(&self.verb).arg(&self.config).env("DOORWARD_LOG", "trace");
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let child = command.spawn().map_err(|fault| format!("{}: {fault}", self.program.display()))?;
        self.child = Some(child);
        Ok(())
    }

    /// What the program prints when it is asked something that it answers and ends.
    pub fn ask(&self, verb: &[&str], rest: &[&str]) -> Fallible<String> {
        let mut command = Command::new(&self.program);
        let answer = command.args(verb).arg(&self.config).args(rest).output();
        let answer = answer.map_err(|fault| format!("{}: {fault}", self.program.display()))?;
        if !answer.status.success() {
            return Err(format!("{verb:?} failed: {}", String::from_utf8_lossy(&answer.stderr)).into());
        }
        Ok(String::from_utf8(answer.stdout)?.trim_end().to_owned())
    }

    /// Ends it as a power cut would: SIGKILL, with no chance to tidy up.
    pub fn kill(&mut self) -> Fallible<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| child.try_wait().is_ok_and(|status| status.is_some()))
    }

    /// The end of its log.
    pub fn last_words(&self) -> Fallible<String> {
        let log = fs::read_to_string(&self.log)?;
        let lines: Vec<_> = log.lines().rev().take(5).collect();
        Ok(lines.into_iter().rev().collect::<Vec<_>>().join("\n"))
    }

    /// The process, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Where its log is.
    pub fn log(&self) -> &Path {
        &self.log
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // There is nobody left to tell.
        let _ended = self.kill();
    }
}

/// Waits until `holds`, looking again every 20 ms; an error after `deadline`, with what was waited for.
pub async fn wait_until(what: &str, deadline: Duration, mut holds: impl AsyncFnMut() -> bool) -> Fallible<()> {
    let began = Instant::now();
    let mut look = interval(Duration::from_millis(20));
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        look.tick().await;
        if holds().await {
            return Ok(());
        }
        if began.elapsed() > deadline {
            return Err(format!("waited {deadline:?} in vain until {what}").into());
        }
    }
}
