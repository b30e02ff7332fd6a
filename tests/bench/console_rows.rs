//! The console beside an empty Tauri window: from its start to its page loaded, and the memory of both with all their
//! webview's processes.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

use doorward_testkit::{house::Fallible, stage::Stage};

use super::Row;

const STARTS: usize = 11;
const PATIENCE: Duration = Duration::from_secs(30);
/// The memory is read when it has not grown for so long.
const STILL: Duration = Duration::from_millis(1_500);
const ACCOUNTS: usize = 60;

struct Start {
    loaded: Duration,
    kilobytes: u64,
}

/// The rows; none without a display.
pub fn rows(programs: &Path) -> Vec<Row> {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stage = runtime.block_on(Stage::set(folder.path(), programs, ACCOUNTS, |_| {})).unwrap();
    let env = stage.env();
    let [console, empty] = [programs.join("doorward-console"), programs.join("examples/empty-window")];
    let mut starts = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        starts.0.push(start(&console, &env).unwrap());
        starts.1.push(start(&empty, &env).unwrap());
    }
    let (ours, peer) = (typical(&starts.0), typical(&starts.1));
    let (mib, ms) =
        (|start: &Start| start.kilobytes as f64 / 1_024.0, |start: &Start| start.loaded.as_secs_f64() * 1e3);
    let row = |what: &str, unit: &str, (ours, peer): (f64, f64)| Row {
        what: what.to_owned(),
        ours: format!("{ours:.0} {unit}"),
        peer: format!("{peer:.0} {unit}"),
        peer_is: "an empty Tauri window",
        ratio: ours / peer,
    };
    vec![
        row("the console, from its start to its page loaded (median)", "ms", (ms(&ours), ms(&peer))),
        row("the console's memory with its webview's, PSS (median)", "MiB", (mib(&ours), mib(&peer))),
    ]
}

/// The median of each measure.
fn typical(starts: &[Start]) -> Start {
    let mut loaded: Vec<_> = starts.iter().map(|start| start.loaded).collect();
    let mut kilobytes: Vec<_> = starts.iter().map(|start| start.kilobytes).collect();
    loaded.sort_unstable();
    kilobytes.sort_unstable();
    let middle = starts.len() / 2;
    Start { loaded: loaded[middle], kilobytes: kilobytes[middle] }
}

fn start(program: &Path, env: &[(&'static str, PathBuf)]) -> Fallible<Start> {
    let mut command = Command::new(program);
    command.envs(env.iter().map(|(name, value)| (name, value))).env("DOORWARD_LOG", "info");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).process_group(0);
    let began = Instant::now();
    let mut child = command.spawn()?;
    let lines = lines(&mut child)?;
    while !lines.recv_timeout(PATIENCE)?.contains("page-loaded") {}
    let loaded = began.elapsed();
    let mut kilobytes = memory(child.id());
    // Nothing wakes this up but the program: what it says, or the time.
    let (mut grown, until) = (Instant::now(), Instant::now() + PATIENCE);
    while grown.elapsed() < STILL && Instant::now() < until {
        let _said = lines.recv_timeout(Duration::from_millis(100));
        let now = memory(child.id());
        if now > kilobytes + 256 {
            (kilobytes, grown) = (now, Instant::now());
        }
    }
    end(child)?;
    Ok(Start { loaded, kilobytes })
}

fn lines(child: &mut Child) -> Fallible<Receiver<String>> {
    let said = child.stderr.take().ok_or("the program's words are not heard")?;
    let (send, receive) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(said).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                return;
            }
        }
    });
    Ok(receive)
}

/// Ends the program with its webview.
fn end(mut child: Child) -> Fallible<()> {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        rustix::process::kill_process_group(group, rustix::process::Signal::KILL)?;
    }
    child.wait()?;
    Ok(())
}

/// The proportional set size of a process and all under it, in kilobytes.
fn memory(root: u32) -> u64 {
    let processes: Vec<(u32, u32)> = fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            Some((id, parent(id)?))
        })
        .collect();
    let mut family = vec![root];
    let mut next = 0;
    while let Some(&of) = family.get(next) {
        family.extend(processes.iter().filter(|(_, parent)| *parent == of).map(|(id, _)| *id));
        next += 1;
    }
    family.into_iter().filter_map(pss).sum()
}

fn parent(id: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

fn pss(id: u32) -> Option<u64> {
    let rollup = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?;
    rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?.trim().trim_end_matches(" kB").parse().ok()
}
