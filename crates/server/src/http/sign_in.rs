//! Sign-in on the wire.

use axum::{Json, extract::State, http::StatusCode};
use doorward_core::wire::{Answer, BeginSignIn, Ceremony, SignedIn};

use super::{
    Shared,
    input::{Asking, Input},
    problem::Shape,
};
use crate::app::Refusal;

/// Ask for the touch that signs in
#[utoipa::path(post, path = "/v1/sign-ins/begin", tag = "sign-in", request_body = BeginSignIn,
    responses((status = 200, body = Ceremony), (status = "4XX", body = Shape)))]
pub(super) async fn begin(State(app): Shared, Input(asked): Input<BeginSignIn>) -> Result<Json<Ceremony>, Refusal> {
    app.begin_sign_in(asked).await.map(Json)
}

/// Sign in by the touch, over the client certificate of this connection
#[utoipa::path(post, path = "/v1/sign-ins/finish", tag = "sign-in", request_body = Answer,
    responses((status = 200, body = SignedIn), (status = "4XX", body = Shape)))]
pub(super) async fn finish(
    State(app): Shared,
    Asking(bearer): Asking,
    Input(answer): Input<Answer>,
) -> Result<Json<SignedIn>, Refusal> {
    app.finish_sign_in(&bearer, answer).await.map(Json)
}

/// Sign out; sessions opened in this sign-in end
#[utoipa::path(delete, path = "/v1/sign-ins/current", tag = "sign-in", security(("sign-in" = [])),
    responses((status = 204), (status = "4XX", body = Shape)))]
pub(super) async fn sign_out(State(app): Shared, Asking(bearer): Asking) -> Result<StatusCode, Refusal> {
    let caller = app.caller(&bearer).await?;
    app.sign_out(caller).await.map(|()| StatusCode::NO_CONTENT)
}
