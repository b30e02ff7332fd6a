//! Histories on the wire: entries about one thing, each with its proof.

use axum::{Json, extract::State};
use doorward_core::{
    feed::subject::Subject,
    time::UnixMs,
    wire::{Consistency, History, TakenGrants},
};
use serde::Deserialize;

use super::{
    Shared,
    input::{Asked, Asking, At},
    problem::Shape,
};
use crate::app::{self, Refusal};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    size: Option<u64>,
    before: Option<u64>,
    limit: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Window {
    size: Option<u64>,
    #[serde(default)]
    from: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sizes {
    from: Option<u64>,
    to: Option<u64>,
}

/// The entries about an account, staff member, grant, key, session, host or certificate, the newest first, with their proofs
#[utoipa::path(get, path = "/v1/history/{kind}/{id}", tag = "history", security(("sign-in" = [])),
    params(
        ("kind" = String, Path, description = "account, staff, grant, key, session, host or certificate"),
        ("id" = String, Path),
        ("size" = Option<u64>, Query, description = "The size of the checkpoint to prove under; the newest by default"),
        ("before" = Option<u64>, Query, description = "The entries before this one"),
        ("limit" = Option<usize>, Query, description = "At most 200")),
    responses((status = 200, body = History), (status = "4XX", body = Shape)))]
pub(super) async fn about(
    State(app): Shared,
    Asking(bearer): Asking,
    At((kind, id)): At<(String, String)>,
    Asked(part): Asked<Part>,
) -> Result<Json<History>, Refusal> {
    let caller = app.caller(&bearer).await?;
    let subject = Subject::parse(&kind, &id).ok_or(Refusal::bad("path"))?;
    let asked = app::Asked { size: part.size, before: part.before, limit: part.limit.unwrap_or(app::MOST) };
    app.history(caller, subject, asked).await.map(Json)
}

/// The grants that were taken away before their time, the last first, with their proofs
#[utoipa::path(get, path = "/v1/history/grants", tag = "history", security(("sign-in" = [])),
    params(
        ("from" = Option<i64>, Query, description = "Taken away after this, in milliseconds since 1970"),
        ("size" = Option<u64>, Query, description = "The size of the checkpoint to prove under; the newest by default")),
    responses((status = 200, body = TakenGrants), (status = "4XX", body = Shape)))]
pub(super) async fn grants(
    State(app): Shared,
    Asking(bearer): Asking,
    Asked(window): Asked<Window>,
) -> Result<Json<TakenGrants>, Refusal> {
    let caller = app.caller(&bearer).await?;
    app.taken_grants(caller, UnixMs(window.from), window.size).await.map(Json)
}

/// The proof that the feed of one size is the beginning of the feed of another
#[utoipa::path(get, path = "/v1/feed/consistency", tag = "feed", security(("sign-in" = []), ("follower" = [])),
    params(
        ("from" = u64, Query, description = "The smaller size, at least 1"),
        ("to" = Option<u64>, Query, description = "The larger size; the newest by default")),
    responses((status = 200, body = Consistency), (status = "4XX", body = Shape)))]
pub(super) async fn consistency(
    State(app): Shared,
    Asking(bearer): Asking,
    Asked(sizes): Asked<Sizes>,
) -> Result<Json<Consistency>, Refusal> {
    let follower = app.follower(&bearer).await?;
    app.consistency(&follower, sizes.from, sizes.to).await.map(Json)
}
