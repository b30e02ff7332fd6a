//! The demo's room: nothing stands in it yet.

fn main() {}
