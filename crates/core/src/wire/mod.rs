//! Wire types: where server and client meet. Shapes and codes only; words live on the page.

mod changes;
mod feed;
mod problem;
mod staff;
mod vendor;

pub use changes::*;
pub use feed::*;
pub use problem::*;
pub use staff::*;
pub use vendor::*;
