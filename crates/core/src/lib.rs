//! Doorward's pure core: ids, grants, staff, sessions, the decision, the feed, the route table, wire types.
//!
//! It reads no clock, no disk and no network, and knows nothing of async: time and randomness are arguments.

pub mod card;
pub mod feed;
pub mod grant;
pub mod history;
pub mod id;
pub mod offer;
pub mod policy;
pub mod report;
pub mod route;
pub mod session;
pub mod ssh;
pub mod staff;
pub mod state;
pub mod time;
pub mod token;
pub mod trust;
pub mod wire;
