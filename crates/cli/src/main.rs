//! The command line's room: nothing stands in it yet.

fn main() {}
