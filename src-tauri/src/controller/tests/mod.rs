//! The controller with a page that listens, a house of its own, and a clock that stands still. NO SECURITY: the house
//! believes everybody, and decides by the same policy as the real one.

mod accounts;
mod desktop;
mod endings;
mod endpoint;
mod histories;
mod history;
mod house;
mod idle;
mod key;
mod lock;
mod offline;
mod reviews;
mod security;
mod servers;
mod sessions;
mod sign_in;
mod staff_keys;
mod stage;
