//! The rules of the house, read off the tree itself: who may import whom, what may stand in a file, what must never come in.
//! Each failure says where and why. It runs no program of ours and judges no behaviour; that is the other tests' work.

mod arrows;
mod capabilities;
mod clocks;
mod danger;
mod files;
mod lock;
mod papers;
mod sleeps;
mod tree;
mod words;

/// Fails with every offence and the reason for the rule, so that nobody has to look it up.
fn expect_none(offences: &[String], why: &str) {
    assert!(offences.is_empty(), "{why}\n  {}\n", offences.join("\n  "));
}
