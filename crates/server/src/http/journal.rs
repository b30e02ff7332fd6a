//! Gateways' journals on the wire.

use axum::{Json, extract::State};
use doorward_core::wire::{JournalBatch, JournalTaken};

use super::{
    Shared,
    input::{Asking, Input},
    problem::Shape,
};
use crate::app::Refusal;

/// Take over what a gateway noted, in order and once; without records, say how far its journal is here
#[utoipa::path(post, path = "/v1/journal", tag = "journal", security(("follower" = [])), request_body = JournalBatch,
    responses((status = 200, body = JournalTaken), (status = "4XX", body = Shape)))]
pub(super) async fn take(
    State(app): Shared,
    Asking(bearer): Asking,
    Input(batch): Input<JournalBatch>,
) -> Result<Json<JournalTaken>, Refusal> {
    let gateway = app.gateway(&bearer).await?;
    app.take_journal(gateway, batch).await.map(Json)
}
