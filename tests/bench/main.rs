//! `make bench`: how fast the house is, each number beside a peer measured in the same run.
//!
//! Nothing here passes or fails; a machine's moods are not a verdict.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark stops at the first thing that is wrong, and prints"
)]

mod core_rows;

/// One line of the table: what was measured, ours, the peer's, and what the peer is.
pub struct Row {
    pub what: &'static str,
    pub ours: String,
    pub peer: String,
    pub peer_is: &'static str,
    pub ratio: f64,
}

fn main() {
    println!("| measured | Doorward | peer | the peer | ratio |\n|---|---|---|---|---|");
    for row in core_rows::rows() {
        println!("| {} | {} | {} | {} | {:.2} |", row.what, row.ours, row.peer, row.peer_is, row.ratio);
    }
}
