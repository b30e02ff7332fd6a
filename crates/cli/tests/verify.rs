//! `doorward verify` with the committed proofs: good ones are believed, each bad one is refused for its reason, and no
//! server is asked.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use doorward_core::{
    feed::{checkpoint::Checkpoint, note::NoteSigner},
    grant::Setting,
    id::GrantSerial,
    report::{Report, ReportRow},
    time::UnixMs,
    trust::TrustFile,
};
use tempfile::TempDir;

fn proofs() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../core/tests/vectors/proofs"))
}

/// The committed trust file, as `doorward admin trust` prints one.
fn trust(folder: &TempDir) -> PathBuf {
    let text = fs::read_to_string(proofs().join("trust.json")).unwrap();
    let trust: TrustFile = serde_json::from_str(&text).unwrap();
    let path = folder.path().join("trust.toml");
    fs::write(&path, toml::to_string(&trust).unwrap()).unwrap();
    path
}

/// A review as the console writes one, under the committed trust file's log key.
fn review() -> Report {
    let key = NoteSigner::from_seed("doorward.example/log", &[1; 32]).unwrap();
    let (origin, at) = ("doorward.example/feed".to_owned(), UnixMs(1_764_000_000_000));
    let note = Checkpoint { origin: origin.clone(), size: 11, root: [4; 32], at }.sign(&key);
    let row = ReportRow {
        account: "acme".to_owned(),
        name: Some("Acme".to_owned()),
        premium: true,
        setting: Setting::SupportTeamAccess,
        grant: GrantSerial(1),
        by: None,
        from: at,
        until: None,
        primary_csm: None,
    };
    let root = note.lines().nth(2).unwrap().to_owned();
    Report { origin, size: 11, root, as_of: at, note: Some(note), rows: vec![row] }
}

#[test]
fn a_review_is_believed_as_it_was_written_and_refused_where_a_row_was_changed() {
    let folder = TempDir::new().unwrap();
    let (trust, file) = (trust(&folder), folder.path().join("review.csv"));
    let check = |text: String| {
        fs::write(&file, text).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
        said(&command.args(["verify", "report"]).arg(&file).arg("--trust").arg(&trust).output().unwrap())
    };
    let (code, out, err) = check(review().csv());
    assert!(code == 0 && out.starts_with("verified: the 1 rows are those that were written"), "{out}{err}");
    let (code, out, err) = check(review().csv().replace("Acme", "Acne"));
    assert!(code == 1 && out.is_empty() && err.contains("REFUSED: its rows are not those"), "{out}{err}");
}

fn verify(file: &Path, trust: &Path, seen: Option<&Path>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
    command.args(["verify", "proof"]).arg(file).arg("--trust").arg(trust);
    if let Some(seen) = seen {
        command.arg("--seen").arg(seen);
    }
    command.output().unwrap()
}

fn said(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn each_committed_proof_is_believed_or_refused_for_its_reason() {
    let folder = TempDir::new().unwrap();
    let trust = trust(&folder);
    let expected = fs::read_to_string(proofs().join("expected.json")).unwrap();
    let expected: BTreeMap<String, Option<String>> = serde_json::from_str(&expected).unwrap();
    assert!(expected.len() > 25);
    for (name, reason) in expected {
        let (code, out, err) = said(&verify(&proofs().join(format!("{name}.proof")), &trust, None));
        match reason {
            None => {
                assert!(code == 0 && out.starts_with("verified: the log key of doorward.example/feed"), "{name}: {err}")
            }
            Some(reason) => {
                assert_eq!((code, out.as_str(), err), (1, "", format!("doorward: REFUSED: {reason}\n")), "{name}")
            }
        }
    }
}

#[test]
fn what_is_proven_is_said_in_words() {
    let folder = TempDir::new().unwrap();
    let (code, out, _) = said(&verify(&proofs().join("good-history.proof"), &trust(&folder), None));
    assert_eq!(code, 0);
    for words in [
        "signed a feed of 11 entries at 2025-11-24T16:00:00Z",
        "in it: entry 7 of 2025-11-24T16:01:00Z: {\"is\":\"session-opened\"",
        "it only grew since it had 6 entries",
        "does not show that nothing was left out",
    ] {
        assert!(out.contains(words), "{words}: {out}");
    }
}

#[test]
fn a_checkpoint_that_was_seen_is_held_against_the_proof() {
    let folder = TempDir::new().unwrap();
    let trust = trust(&folder);
    let good = fs::read_to_string(proofs().join("good-history.proof")).unwrap();
    let newest = folder.path().join("newest");
    fs::write(&newest, good.split_once("\n\n").unwrap().1).unwrap();
    let note = |name: &str| {
        let text = fs::read_to_string(proofs().join(format!("{name}.proof"))).unwrap();
        let lines = text.lines().filter_map(|line| line.strip_prefix("older")).map(str::trim_start);
        let path = folder.path().join(name);
        fs::write(&path, lines.map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        path
    };
    let (six, forked) = (note("good-history"), note("bad-forked"));
    let check = |name: &str, seen: &Path| said(&verify(&proofs().join(format!("{name}.proof")), &trust, Some(seen)));
    for (name, seen) in [("good-history", &six), ("good-history", &newest), ("good-one-entry", &newest)] {
        let (code, out, err) = check(name, seen);
        assert!(code == 0 && out.contains("entries that were seen"), "{name}: {out}{err}");
    }
    for (name, seen, words) in [
        ("good-history", &forked, "another than the one that was seen: a fork"),
        ("good-one-entry", &six, "says nothing about the checkpoint that was seen"),
    ] {
        let (code, out, err) = check(name, seen);
        assert!(code == 1 && out.is_empty() && err.contains(words), "{name}: {out}{err}");
    }
    // A proof of the feed as it was when it had six entries, for somebody who saw eleven.
    let old = folder.path().join("old.proof");
    let rolled_back = fs::read_to_string(proofs().join("bad-rolled-back.proof")).unwrap();
    let note = rolled_back.split_once("\n\n").unwrap().1;
    let empty_path = format!(
        "doorward-proof/v1\n{}\n{note}",
        note.lines().map(|line| format!("older {line}\n")).collect::<String>().replace("older \n", "older\n")
    );
    fs::write(&old, empty_path).unwrap();
    let (code, _, err) = said(&verify(&old, &trust, Some(&newest)));
    assert!(code == 1 && err.contains("smaller feed than the one that was seen: a rollback"), "{err}");
}

#[test]
fn what_cannot_be_checked_is_not_refused() {
    let folder = TempDir::new().unwrap();
    let (trust, good) = (trust(&folder), proofs().join("good-one-entry.proof"));
    let nowhere = folder.path().join("nowhere");
    for (file, trust, seen) in
        [(&nowhere, &trust, None), (&good, &nowhere, None), (&good, &good, None), (&good, &trust, Some(&good))]
    {
        let (code, out, err) = said(&verify(file, trust, seen.map(PathBuf::as_path)));
        assert!(code == 2 && out.is_empty() && err.starts_with("doorward: cannot be checked: "), "{code} {out}{err}");
    }
}

#[test]
fn each_committed_history_is_told_or_refused_for_its_reason_and_with_its_exit_code() {
    let folder = TempDir::new().unwrap();
    let histories = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../core/tests/vectors/histories"));
    let trust_file: TrustFile =
        serde_json::from_str(&fs::read_to_string(histories.join("trust.json")).unwrap()).unwrap();
    let trust = folder.path().join("trust.toml");
    fs::write(&trust, toml::to_string(&trust_file).unwrap()).unwrap();
    let expected: BTreeMap<String, Option<String>> =
        serde_json::from_str(&fs::read_to_string(histories.join("expected.json")).unwrap()).unwrap();
    let check = |name: &str, earlier: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
        command.args(["verify", "history"]).arg(histories.join(format!("{name}.history"))).arg("--trust").arg(&trust);
        if let Some(earlier) = earlier {
            command.arg("--earlier").arg(histories.join(format!("{earlier}.history")));
        }
        said(&command.output().unwrap())
    };
    for (name, reason) in &expected {
        let (code, out, err) = check(name, name.starts_with("after-").then_some("good"));
        match reason {
            None => {
                assert!(code == 0 && out.starts_with("verified: the history of account acme, "), "{name}: {out}{err}")
            }
            Some(reason) => {
                assert!(
                    code == 1 && out.is_empty() && err.contains(&format!("REFUSED: {reason}")),
                    "{name}: {out}{err}"
                );
            }
        }
    }
    let (_, out, _) = check("after-good-erased", Some("good"));
    assert!(out.contains("2 sessions, 12 reads, 1 writes") && out.contains("of 1 sessions the name"), "{out}");
    assert!(out.contains("its first 6 records are the same"), "{out}");
    let (code, out, err) = check("after-good-continuation", Some("bad-told-salt"));
    assert!(code == 2 && out.is_empty() && err.contains("cannot be checked: the earlier history"), "{out}{err}");
    assert_eq!(check("no-such-file", None).0, 2);
}
