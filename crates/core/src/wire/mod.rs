//! Wire types: where server and client meet. Shapes and codes only; words live on the page.

mod changes;
mod feed;
mod history;
mod journal;
mod problem;
mod servers;
mod staff;
mod vendor;

pub use changes::*;
pub use feed::*;
pub use history::*;
pub use journal::*;
pub use problem::*;
pub use servers::*;
pub use staff::*;
pub use vendor::*;
