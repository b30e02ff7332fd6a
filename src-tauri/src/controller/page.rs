//! The page as the controller sees it: somebody who is told things. It gives nothing back.

use crate::view::ConsoleEvent;

/// Hears every event, in order.
pub trait Page: Send + Sync {
    fn tell(&self, event: ConsoleEvent);
}
