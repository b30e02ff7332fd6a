//! The testkit: what tests and the demo use, and nothing else. Nothing stands in it yet.
