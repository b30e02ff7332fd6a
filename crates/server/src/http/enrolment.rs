//! Enrolment on the wire.

use axum::{Json, extract::State};
use doorward_core::wire::{BeginEnrolment, Ceremony, Enrolled, FinishEnrolment};

use super::{Shared, input::Input, problem::Shape};
use crate::app::Refusal;

/// Begin to enrol a key by a one-time code
#[utoipa::path(post, path = "/v1/enrolments/begin", tag = "enrolment", request_body = BeginEnrolment,
    responses((status = 200, body = Ceremony), (status = "4XX", body = Shape)))]
pub(super) async fn begin(State(app): Shared, Input(asked): Input<BeginEnrolment>) -> Result<Json<Ceremony>, Refusal> {
    app.begin_enrolment(asked).await.map(Json)
}

/// Enrol the key that answers
#[utoipa::path(post, path = "/v1/enrolments/finish", tag = "enrolment", request_body = FinishEnrolment,
    responses((status = 200, body = Enrolled), (status = "4XX", body = Shape)))]
pub(super) async fn finish(
    State(app): Shared,
    Input(answer): Input<FinishEnrolment>,
) -> Result<Json<Enrolled>, Refusal> {
    app.finish_enrolment(answer).await.map(Json)
}
