//! Staff keys on the wire.

use axum::{Json, extract::State, http::StatusCode};
use doorward_core::{id::KeySerial, wire::Keys};

use super::{
    Shared,
    input::{Asking, At},
    problem::Shape,
};
use crate::app::Refusal;

/// One's own keys; a security admin's answer has everybody's
#[utoipa::path(get, path = "/v1/keys", tag = "keys", security(("sign-in" = [])),
    responses((status = 200, body = Keys), (status = "4XX", body = Shape)))]
pub(super) async fn list(State(app): Shared, Asking(bearer): Asking) -> Result<Json<Keys>, Refusal> {
    let caller = app.caller(&bearer).await?;
    app.keys(caller).await.map(Json)
}

/// Revoke one's own key
#[utoipa::path(delete, path = "/v1/keys/{serial}", tag = "keys", security(("sign-in" = [])),
    params(("serial" = u64, Path)), responses((status = 204), (status = "4XX", body = Shape)))]
pub(super) async fn revoke(
    State(app): Shared,
    Asking(bearer): Asking,
    At(serial): At<KeySerial>,
) -> Result<StatusCode, Refusal> {
    let caller = app.caller(&bearer).await?;
    app.revoke_own_key(caller, serial).await.map(|()| StatusCode::NO_CONTENT)
}
