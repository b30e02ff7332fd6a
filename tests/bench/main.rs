//! `make bench`: how fast the house is, each number beside a peer measured in the same run.
//!
//! Nothing here passes or fails; a machine's moods are not a verdict.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark stops at the first thing that is wrong, and prints"
)]

mod console_rows;
mod core_rows;
mod gateway_rows;
mod hosts_rows;
mod krl_rows;
#[path = "../servers/sshd/mod.rs"]
#[allow(dead_code, reason = "the tests use the rest of it")]
mod sshd;

/// One line of the table: what was measured, ours, the peer's, and what the peer is.
pub struct Row {
    pub what: String,
    pub ours: String,
    pub peer: String,
    pub peer_is: &'static str,
    pub ratio: f64,
}

/// `cargo bench -p doorward-tests -- hosts` measures one room alone.
fn main() {
    println!("| measured | Doorward | peer | the peer | ratio |\n|---|---|---|---|---|");
    let asked = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let doorward = program();
    let programs = doorward.parent().unwrap();
    let rooms: [(&str, &dyn Fn() -> Vec<Row>); 5] = [
        ("core", &core_rows::rows),
        ("krl", &krl_rows::rows),
        ("gateway", &|| gateway_rows::rows(&doorward)),
        ("hosts", &hosts_rows::rows),
        ("console", &|| console_rows::rows(programs)),
    ];
    for (_, rows) in rooms.iter().filter(|(room, _)| asked.as_deref().is_none_or(|asked| asked == *room)) {
        for row in rows() {
            println!("| {} | {} | {} | {} | {:.2} |", row.what, row.ours, row.peer, row.peer_is, row.ratio);
        }
    }
}

/// The `doorward` program built beside this one.
fn program() -> std::path::PathBuf {
    let here = std::env::current_exe().unwrap();
    let program = here.parent().and_then(std::path::Path::parent).unwrap().join("doorward");
    assert!(program.exists(), "{} is not there: `make bench` builds it", program.display());
    program
}
