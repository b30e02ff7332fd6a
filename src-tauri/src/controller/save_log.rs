//! A log for support: what the console said lately, and how it stands, without anybody's data.

use super::{Controller, answer, request::Reply};
use crate::{
    log::Facts,
    view::{ConnectionState, ErrorCode, SavedLog},
};

impl Controller {
    /// Writes it into the folder where the person's downloads go.
    pub(super) fn save_log(&self, reply: Reply<SavedLog>) {
        let connection = match self.connection().state {
            ConnectionState::Online => "online",
            ConnectionState::Reconnecting => "reconnecting",
            ConnectionState::Offline => "offline",
        };
        let (now, feed_size) = (self.now(), self.parts.standing.size());
        let facts = Facts { now, feed_size, connection, signed_in: self.presence.is_some() };
        let book = self.parts.log.clone();
        tokio::task::spawn_blocking(move || {
            let saved = book.save(&facts).map_err(|fault| {
                tracing::warn!(%fault, "the log could not be saved");
                ErrorCode::NotSaved.into()
            });
            let saved = saved.map(|(path, lines)| SavedLog {
                path: path.to_string_lossy().into_owned(),
                lines: u32::try_from(lines).unwrap_or(u32::MAX),
            });
            answer(reply, saved);
        });
    }
}
