//! The route table: which method and path of an upstream reads, writes or is refused, and which account it is about.
//!
//! Two steps, always in this order: [`RequestTarget::read`] brings what was sent into one strict canonical form or
//! refuses it, then [`RouteTable::find`] looks the canonical form up. What goes upstream is the canonical form, never
//! what was sent, so that the upstream cannot read something else than what was decided on.
//!
//! It refuses to repair: anything that two servers could read in two ways is refused, never cleaned. It opens no socket,
//! reads no file and decides nothing about staff; it only says what a request would do and to whom.

mod headers;
mod path;
mod refusal;
mod table;
mod target;
mod template;

#[cfg(test)]
mod prop_tests;
#[cfg(test)]
mod table_tests;
#[cfg(test)]
mod target_tests;

pub use refusal::RouteRefusal;
pub use table::{AccountPlace, Effect, Route, RouteMatch, RouteSpec, RouteTable, RouteTableSpec};
pub use table::{RouteFault, RouteTableError};
pub use target::{Method, RequestTarget};
