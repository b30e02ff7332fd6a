//! An account's history: the customer's own log of who was let in, who came in, and what they did.
//!
//! It is a Merkle log of its own beside the feed. The feed says who may enter; this says what happened, down to the
//! names of the fields that a write changed. No name and no word of a person is hashed into it: a record commits to them
//! by a salted hash, and the text lies beside it, where it can be erased without breaking a proof.

pub mod bundle;
pub mod csv;
pub mod fields;
pub mod record;
pub mod told;
