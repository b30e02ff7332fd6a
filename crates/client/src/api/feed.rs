//! The feed's calls: the stream, the delta and the snapshot. Nothing here is verified; the replica does that.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use doorward_core::{
    feed::batch::Batch,
    wire::{Delta, Fresh, SignedSnapshot},
};
use eventsource_stream::{Event, Eventsource};
use futures::{Stream, StreamExt};
use reqwest::Method;
use secrecy::SecretString;

use super::{Api, ApiError, accepted, bounded, why};

/// Longest snapshot.
const MAX_SNAPSHOT: usize = 512 << 20;
/// Longest event: a batch of entries of the longest kind, and room for its JSON.
const MAX_EVENT: usize = 4 << 20;
const SNAPSHOT: Duration = Duration::from_secs(120);

/// An event of the feed's stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedEvent {
    Entries(Batch),
    Fresh(Fresh),
}

impl Api {
    /// `GET /v1/feed/stream?after=N`
    pub async fn feed_stream(
        &self,
        token: &SecretString,
        after: u64,
    ) -> Result<impl Stream<Item = Result<FeedEvent, ApiError>> + Send + Unpin + use<>, ApiError> {
        let request = self.request(Method::GET, &format!("/v1/feed/stream?after={after}"), Some(token));
        let answer = accepted(request.send().await.map_err(|e| why(&e))?).await?;
        let events = limited(answer.bytes_stream().map(|chunk| chunk.map_err(|e| why(&e)))).eventsource();
        Ok(Box::pin(events.filter_map(|event| async { read(event.map_err(|_| ApiError::Unreachable)).transpose() })))
    }

    /// `GET /v1/feed/entries?after=N`
    pub async fn feed_delta(&self, token: &SecretString, after: u64) -> Result<Delta, ApiError> {
        self.call(Method::GET, &format!("/v1/feed/entries?after={after}"), Some(token), None::<&()>).await
    }

    /// `GET /v1/feed/snapshot`: the note and the body it signs.
    pub async fn feed_snapshot(&self, token: &SecretString) -> Result<(String, Vec<u8>), ApiError> {
        let request = self.request(Method::GET, "/v1/feed/snapshot", Some(token)).timeout(SNAPSHOT);
        let answer = accepted(request.send().await.map_err(|e| why(&e))?).await?;
        let bytes = bounded(answer, MAX_SNAPSHOT).await?;
        let signed: SignedSnapshot = serde_json::from_slice(&bytes).map_err(|_| ApiError::BadAnswer)?;
        let body = STANDARD.decode(signed.body).map_err(|_| ApiError::BadAnswer)?;
        Ok((signed.note, body))
    }
}

/// An event that is none of ours is passed over: a later server may send more kinds.
fn read(event: Result<Event, ApiError>) -> Result<Option<FeedEvent>, ApiError> {
    let event = event?;
    let bad = |_| ApiError::BadAnswer;
    match event.event.as_str() {
        "entries" => serde_json::from_str(&event.data).map(FeedEvent::Entries).map(Some).map_err(bad),
        "fresh" => serde_json::from_str(&event.data).map(FeedEvent::Fresh).map(Some).map_err(bad),
        _ => Ok(None),
    }
}

/// Ends the stream where an event would not end: what reads it keeps all of an event in memory.
fn limited(
    chunks: impl Stream<Item = Result<Bytes, ApiError>> + Send,
) -> impl Stream<Item = Result<Bytes, ApiError>> + Send {
    let mut since_an_end = 0_usize;
    chunks.map(move |chunk| {
        let chunk = chunk?;
        let ends = chunk.windows(2).any(|pair| pair == b"\n\n");
        since_an_end = if ends { 0 } else { since_an_end.saturating_add(chunk.len()) };
        if since_an_end > MAX_EVENT { Err(ApiError::BadAnswer) } else { Ok(chunk) }
    })
}
