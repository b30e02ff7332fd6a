//! A host's revocation list of 100,000 serials, written as a file: dense ones, and random ones.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use doorward_core::{ssh::krl::Krl, time::UnixMs};
use roaring::RoaringTreemap;

use super::{
    Row,
    core_rows::{row, timed},
};

const SERIALS: usize = 100_000;
const MADE: UnixMs = UnixMs(1_764_000_000_000);

pub fn rows() -> Vec<Row> {
    let dense: Vec<u64> = (1..).filter(|serial| serial % 3 != 0).take(SERIALS).collect();
    vec![
        written(
            "a revocation list of 100,000 dense serials, every third one left out",
            &dense,
            "`ssh-keygen -k`, whose list sshd does not read",
        ),
        written("a revocation list of 100,000 random serials", &random(), "`ssh-keygen -k`"),
    ]
}

/// Different serials over the whole of u64, ascending; the same in each run.
fn random() -> Vec<u64> {
    let mut state = 1_u64;
    let mut serials = BTreeSet::new();
    while serials.len() < SERIALS {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        serials.insert((state ^ state >> 33).max(1));
    }
    serials.into_iter().collect()
}

fn written(what: &'static str, serials: &[u64], peer_is: &'static str) -> Row {
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs, specification) =
        (folder.path().join("ours"), folder.path().join("theirs"), folder.path().join("serials"));
    let lines: String = serials.iter().map(|serial| format!("serial: {serial}\n")).collect();
    fs::write(&specification, lines).unwrap();
    let revoked: RoaringTreemap = serials.iter().copied().collect();
    let best = |call: &dyn Fn()| (0..5).map(|_| timed(call)).min().unwrap_or_default();
    let mine: Duration = best(&|| {
        let mut list = Krl::new(1, MADE, "").unwrap();
        list.revoke_serials(&revoked).unwrap();
        fs::write(&ours, list.encode().unwrap()).unwrap();
    });
    row(what, mine, best(&|| keygen(&specification, &theirs)), peer_is)
}

/// `ssh-keygen -k` writes a list of what a file names.
pub fn keygen(specification: &Path, list: &Path) {
    let mut command = Command::new("ssh-keygen");
    command.args(["-q", "-k", "-s", "NONE", "-f"]).arg(list).arg(specification).stdin(Stdio::null());
    assert!(command.status().unwrap().success(), "ssh-keygen wrote no list");
}
