//! Intents on the wire.

use axum::{Json, extract::State};
use doorward_core::wire::{BeginIntent, ConfirmIntent, IntentBegun, Outcome};

use super::{
    Shared,
    input::{Asking, At, Input},
    problem::Shape,
};
use crate::app::Refusal;

/// Ask for the touch that something needs
#[utoipa::path(post, path = "/v1/intents", tag = "intents", security(("sign-in" = [])), request_body = BeginIntent,
    responses((status = 200, body = IntentBegun), (status = "4XX", body = Shape)))]
pub(super) async fn begin(
    State(app): Shared,
    Asking(bearer): Asking,
    Input(asked): Input<BeginIntent>,
) -> Result<Json<IntentBegun>, Refusal> {
    let caller = app.caller(&bearer).await?;
    app.begin_intent(caller, asked).await.map(Json)
}

/// Do exactly what the touch was asked for
#[utoipa::path(post, path = "/v1/intents/{ceremony}/confirm", tag = "intents", security(("sign-in" = [])),
    params(("ceremony" = String, Path)), request_body = ConfirmIntent,
    responses((status = 200, body = Outcome), (status = "4XX", body = Shape)))]
pub(super) async fn confirm(
    State(app): Shared,
    Asking(bearer): Asking,
    At(ceremony): At<String>,
    Input(answer): Input<ConfirmIntent>,
) -> Result<Json<Outcome>, Refusal> {
    let caller = app.caller(&bearer).await?;
    app.confirm_intent(caller, &ceremony, answer).await.map(Json)
}
