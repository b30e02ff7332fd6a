//! The feed on the wire: a stream of server-sent events, and plain answers for whoever cannot stream.

use std::convert::Infallible;

use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use doorward_core::{
    feed::batch::MAX_BATCH,
    wire::{Delta, SignedSnapshot},
};
use futures::{Stream, StreamExt};
use serde::Deserialize;
use tokio_stream::wrappers::ReceiverStream;

use super::{
    Shared,
    input::{Asked, Asking},
    problem::Shape,
};
use crate::app::{FeedEvent, Refusal};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct After {
    #[serde(default)]
    after: u64,
    limit: Option<usize>,
}

/// Everything after an entry, and then everything that happens: `entries` and `fresh`
#[utoipa::path(get, path = "/v1/feed/stream", tag = "feed", security(("sign-in" = []), ("follower" = [])),
    params(("after" = Option<u64>, Query), ("last-event-id" = Option<u64>, Header)),
    responses((status = 200, content_type = "text/event-stream", body = String), (status = "4XX", body = Shape)))]
pub(super) async fn stream(
    State(app): Shared,
    Asking(bearer): Asking,
    Asked(query): Asked<After>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let follower = app.follower(&bearer).await?;
    let after = resume(&headers)?.unwrap_or(query.after);
    let events = ReceiverStream::new(app.follow(follower, after).await?);
    // Proxies that buffer would hold back what takes access away.
    Ok(([("x-accel-buffering", "no")], Sse::new(written(events))).into_response())
}

/// At most 1,000 entries after an entry
#[utoipa::path(get, path = "/v1/feed/entries", tag = "feed", security(("sign-in" = []), ("follower" = [])),
    params(("after" = Option<u64>, Query), ("limit" = Option<usize>, Query)),
    responses((status = 200, body = Delta), (status = "4XX", body = Shape)))]
pub(super) async fn entries(
    State(app): Shared,
    Asking(bearer): Asking,
    Asked(query): Asked<After>,
) -> Result<Json<Delta>, Refusal> {
    let follower = app.follower(&bearer).await?;
    app.delta(&follower, query.after, query.limit.unwrap_or(MAX_BATCH)).await.map(Json)
}

/// The fold as it is now, signed
#[utoipa::path(get, path = "/v1/feed/snapshot", tag = "feed", security(("sign-in" = []), ("follower" = [])),
    responses((status = 200, body = SignedSnapshot), (status = "4XX", body = Shape)))]
pub(super) async fn snapshot(State(app): Shared, Asking(bearer): Asking) -> Result<Json<SignedSnapshot>, Refusal> {
    let follower = app.follower(&bearer).await?;
    Ok(Json(app.snapshot(&follower).await?.as_ref().clone()))
}

fn resume(headers: &HeaderMap) -> Result<Option<u64>, Refusal> {
    let Some(id) = headers.get("last-event-id") else { return Ok(None) };
    let id = id.to_str().ok().and_then(|id| id.parse().ok());
    id.map(Some).ok_or(Refusal::bad("last-event-id"))
}

fn written(events: impl Stream<Item = FeedEvent>) -> impl Stream<Item = Result<Event, Infallible>> {
    events.map(|event| {
        Ok(match event {
            FeedEvent::Entries { last, json } => Event::default().event("entries").id(last.to_string()).data(json),
            FeedEvent::Fresh { last, fresh } => {
                let json = serde_json::to_string(&fresh).unwrap_or_default();
                Event::default().event("fresh").id(last.to_string()).data(json)
            }
        })
    })
}
