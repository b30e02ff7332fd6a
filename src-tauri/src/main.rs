//! The console's program: nothing stands in it yet but the contract in the library.

fn main() {}
