//! The gateway: an enforcing reverse proxy in front of an HTTP API that knows nothing of Doorward.
//!
//! Each request is read strictly, looked up in the route table, held against the replica and written down before the
//! upstream sees it; when its session dies while it is under way, it is cut. Whatever is missing (a header, a
//! certificate, a route, a fresh replica, a working journal) means no. It speaks HTTP/1.1 on both sides and passes no
//! upgrade on, asks the server nothing for a request, and stores no body, query or token. What it wrote down it delivers to
//! the server behind the requests' back.

mod admin;
mod body;
mod compose;
mod config;
mod connection;
mod delivery;
mod forward;
mod gate;
mod head;
mod headers;
mod journal;
mod live;
mod peek;
mod refusal;
mod serve;
mod standing;
mod tls;
mod tokens;

pub use compose::{StartFault, run};
pub use config::{Config, ConfigFault, Limits, ServerConfig, TlsConfig, UpstreamConfig};
pub use doorward_core::trust::{TrustFault, TrustFile};
pub use forward::{Credential, Upstream, UpstreamFault};
pub use gate::{Gate, GateParts, RequestIds};
pub use journal::{Journal, JournalFault};
pub use serve::{Listeners, serve};
pub use standing::Standing;
pub use tls::{TlsFault, server_config};
