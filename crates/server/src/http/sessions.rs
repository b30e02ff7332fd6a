//! Sessions on the wire.

use axum::{Json, extract::State, http::StatusCode};
use doorward_core::{
    id::SessionSerial,
    wire::{OpenSession, OpenedSession, SessionToken, Sessions},
};

use super::{
    Shared,
    input::{Asking, At, Input},
    problem::Shape,
};
use crate::app::Refusal;

/// One's own sessions; a security admin's answer has everybody's
#[utoipa::path(get, path = "/v1/sessions", tag = "sessions", security(("sign-in" = [])),
    responses((status = 200, body = Sessions), (status = "4XX", body = Shape)))]
pub(super) async fn list(State(app): Shared, Asking(bearer): Asking) -> Result<Json<Sessions>, Refusal> {
    let caller = app.caller(&bearer).await?;
    app.sessions(caller).await.map(Json)
}

/// Open a read-only session
#[utoipa::path(post, path = "/v1/sessions", tag = "sessions", security(("sign-in" = [])), request_body = OpenSession,
    responses((status = 200, body = OpenedSession), (status = "4XX", body = Shape)))]
pub(super) async fn open(
    State(app): Shared,
    Asking(bearer): Asking,
    Input(wish): Input<OpenSession>,
) -> Result<Json<OpenedSession>, Refusal> {
    let caller = app.caller(&bearer).await?;
    app.open_session(caller, wish).await.map(Json)
}

/// End one's own session
#[utoipa::path(delete, path = "/v1/sessions/{serial}", tag = "sessions", security(("sign-in" = [])),
    params(("serial" = u64, Path)), responses((status = 204), (status = "4XX", body = Shape)))]
pub(super) async fn end(
    State(app): Shared,
    Asking(bearer): Asking,
    At(serial): At<SessionSerial>,
) -> Result<StatusCode, Refusal> {
    let caller = app.caller(&bearer).await?;
    app.end_own_session(caller, serial).await.map(|()| StatusCode::NO_CONTENT)
}

/// A new token for one's own session
#[utoipa::path(post, path = "/v1/sessions/{serial}/token", tag = "sessions", security(("sign-in" = [])),
    params(("serial" = u64, Path)), responses((status = 200, body = SessionToken), (status = "4XX", body = Shape)))]
pub(super) async fn renew(
    State(app): Shared,
    Asking(bearer): Asking,
    At(serial): At<SessionSerial>,
) -> Result<Json<SessionToken>, Refusal> {
    let caller = app.caller(&bearer).await?;
    app.renew_token(caller, serial).await.map(Json)
}
