//! Health and readiness. They say nothing but yes or no.

use axum::{extract::State, http::StatusCode};

use super::{Shared, problem::Shape};
use crate::app::Refusal;

/// The process answers
#[utoipa::path(get, path = "/v1/health", tag = "health", responses((status = 204)))]
pub(super) async fn health() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// The store answers
#[utoipa::path(get, path = "/v1/ready", tag = "health",
    responses((status = 204), (status = "5XX", body = Shape)))]
pub(super) async fn ready(State(app): Shared) -> Result<StatusCode, Refusal> {
    app.ready().await.map(|()| StatusCode::NO_CONTENT)
}
