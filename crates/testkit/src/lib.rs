//! The testkit: what tests and the demo use, and nothing else.

pub mod clock;
pub mod dice;
pub mod house;
pub mod softkey;
pub mod stage;
pub mod upstream;
pub mod window;
pub mod world;
