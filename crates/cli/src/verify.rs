//! Checking what somebody holds of the feed, with the trust file alone: no server is asked, and nothing is believed that
//! its log key did not sign.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read, Write},
    path::Path,
};

use doorward_core::{
    feed::{
        checkpoint::{Checkpoint, FeedTrust},
        entry::Entry,
        proof_file::{MAX_PROOF_BYTES, Proof, VerifiedProof},
    },
    history::bundle::{HistoryFault, MAX_LINE_BYTES, VerifiedHistory, Verifier},
    report::verify_csv,
    time::UnixMs,
    trust::TrustFile,
};

use crate::{args::Verify, fault::Fault};

/// Checks what was asked, and says on standard output what is proven.
pub fn verify(asked: &Verify) -> Result<(), Fault> {
    match asked {
        Verify::Proof { file, trust, seen } => proof(file, &read_trust(trust)?, seen.as_deref()),
        Verify::History { bundle, trust, earlier } => history(bundle, &read_trust(trust)?, earlier.as_deref()),
        Verify::Report { file, trust } => report(file, &read_trust(trust)?),
    }
}

/// A review says of itself which rows it had; what the feed says is not in it.
fn report(file: &Path, trust: &FeedTrust) -> Result<(), Fault> {
    let (checkpoint, rows) = verify_csv(&read(file)?, trust).map_err(Fault::unproven)?;
    let Checkpoint { origin, size, at, .. } = checkpoint;
    let said = writeln!(
        io::stdout().lock(),
        "verified: the {rows} rows are those that were written, from a copy whose checkpoint the log key of {origin} \
         signed at {}: {size} entries\nThat the rows are what the feed says, only a console or a gateway that folds it \
         can show.",
        instant(at)
    );
    said.map_err(Fault::machine("write to standard output"))
}

/// A history is read a line at a time: it may be longer than the memory.
fn history(bundle: &Path, trust: &FeedTrust, earlier: Option<&Path>) -> Result<(), Fault> {
    let earlier = earlier.map(|path| {
        let verified = read_history(path, trust, None)?;
        verified.map_err(|fault| Fault::Unchecked(format!("the earlier history {}: {fault}", path.display())))
    });
    let earlier = earlier.transpose()?;
    let verified = read_history(bundle, trust, earlier.as_ref())?.map_err(Fault::unproven)?;
    say_history(&verified, earlier.as_ref()).map_err(Fault::machine("write to standard output"))
}

fn read_history(
    path: &Path,
    trust: &FeedTrust,
    earlier: Option<&VerifiedHistory>,
) -> Result<Result<VerifiedHistory, HistoryFault>, Fault> {
    let unchecked = |fault: io::Error| Fault::Unchecked(format!("{}: {fault}", path.display()));
    let mut lines = BufReader::new(File::open(path).map_err(unchecked)?);
    let most = u64::try_from(MAX_LINE_BYTES).unwrap_or(u64::MAX).saturating_add(2);
    let mut verifier = Verifier::new(trust, earlier);
    loop {
        let mut line = Vec::new();
        lines.by_ref().take(most).read_until(b'\n', &mut line).map_err(unchecked)?;
        let long = line.len() > MAX_LINE_BYTES;
        match line.strip_suffix(b"\n") {
            None if !long => return Ok(verifier.finish()),
            whole => {
                // What is not UTF-8 is no line of a bundle; its length alone is told.
                let text = String::from_utf8_lossy(whole.unwrap_or(&line));
                if let Err(fault) = verifier.push(&text) {
                    return Ok(Err(fault));
                }
            }
        }
    }
}

fn say_history(verified: &VerifiedHistory, earlier: Option<&VerifiedHistory>) -> io::Result<()> {
    let (Checkpoint { origin, size, at, .. }, counts) = (verified.checkpoint(), verified.counts());
    let (account, mut out) = (verified.account(), io::stdout().lock());
    writeln!(
        out,
        "verified: the history of account {account}, {size} records, as the log of {origin} was signed at {}",
        instant(*at)
    )?;
    writeln!(out, "in it: {} sessions, {} reads, {} writes", counts.sessions, counts.reads, counts.writes)?;
    if counts.erased > 0 {
        writeln!(
            out,
            "of {} sessions the name and the reason were erased; that they were opened is proven",
            counts.erased
        )?;
    }
    writeln!(out, "every record leads to the newest of its {} checkpoints", verified.checkpoints())?;
    if let Some(earlier) = earlier.map(VerifiedHistory::checkpoint) {
        writeln!(out, "it goes on from the earlier history: its first {} records are the same", earlier.size)?;
    }
    writeln!(out, "It shows what was written down. What a history leaves out: docs/what-the-history-leaves-out.md")
}

fn proof(file: &Path, trust: &FeedTrust, seen: Option<&Path>) -> Result<(), Fault> {
    let seen = seen.map(|path| read_seen(path, trust)).transpose()?;
    let verified = Proof::parse(&read(file)?).and_then(|proof| proof.verify(trust)).map_err(Fault::unproven)?;
    let seen = seen.map(|seen| follows(&seen, &verified)).transpose()?;
    say(&verified, seen.as_deref()).map_err(Fault::machine("write to standard output"))
}

fn read(path: &Path) -> Result<String, Fault> {
    let unchecked = |why: String| Fault::Unchecked(format!("{}: {why}", path.display()));
    let size = fs::metadata(path).map_err(|fault| unchecked(fault.to_string()))?.len();
    if size > MAX_PROOF_BYTES.try_into().unwrap_or(u64::MAX) {
        return Err(unchecked("it is too long".to_owned()));
    }
    fs::read_to_string(path).map_err(|fault| unchecked(fault.to_string()))
}

fn read_trust(path: &Path) -> Result<FeedTrust, Fault> {
    let unchecked = |why: String| Fault::Unchecked(format!("{}: {why}", path.display()));
    let file: TrustFile = toml::from_str(&read(path)?).map_err(|_| unchecked("it is no trust file".to_owned()))?;
    file.feed().map_err(|fault| unchecked(fault.to_string()))
}

fn read_seen(path: &Path, trust: &FeedTrust) -> Result<Checkpoint, Fault> {
    Checkpoint::open(&read(path)?, trust).map_err(|fault| Fault::Unchecked(format!("{}: {fault}", path.display())))
}

/// What was seen earlier must be what the proof goes back to, or reach as far as it does: nothing else follows from it.
fn follows(seen: &Checkpoint, verified: &VerifiedProof) -> Result<String, Fault> {
    let newest = verified.checkpoint();
    if newest.size < seen.size {
        return Err(Fault::unproven("its checkpoint is of a smaller feed than the one that was seen: a rollback"));
    }
    let known = [Some(newest), verified.older()].into_iter().flatten().find(|known| known.size == seen.size);
    match known {
        Some(known) if known.root == seen.root => {
            Ok(format!("the feed begins with the {} entries that were seen", seen.size))
        }
        Some(_) => Err(Fault::unproven("its feed is another than the one that was seen: a fork")),
        None => Err(Fault::unproven("it says nothing about the checkpoint that was seen")),
    }
}

fn say(verified: &VerifiedProof, seen: Option<&str>) -> io::Result<()> {
    let (checkpoint, mut out) = (verified.checkpoint(), io::stdout().lock());
    let Checkpoint { origin, size, at, .. } = checkpoint;
    writeln!(out, "verified: the log key of {origin} signed a feed of {size} entries at {}", instant(*at))?;
    for entry in verified.entries() {
        writeln!(out, "in it: entry {} of {}: {}", entry.seq, instant(entry.at), what(entry))?;
    }
    if let Some(older) = verified.older() {
        writeln!(out, "it only grew since it had {} entries, at {}", older.size, instant(older.at))?;
    }
    if let Some(seen) = seen {
        writeln!(out, "{seen}")?;
    }
    writeln!(out, "A proof shows what is in the feed. It does not show that nothing was left out of the proof.")
}

/// What the entry reports, as it stands in it.
fn what(entry: &Entry) -> String {
    serde_json::to_string(&entry.what).unwrap_or_default()
}

fn instant(at: UnixMs) -> String {
    jiff::Timestamp::from_millisecond(at.0).map_or_else(|_| format!("{} ms", at.0), |at| at.to_string())
}
