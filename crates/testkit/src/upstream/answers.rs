//! What the sample API answers when it cannot do what was asked, in the shape its readers know.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// What a handler gives back.
pub(super) type Answer = Result<Json<Value>, Fault>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Unauthorized,
    NotFound,
    BadRequest(&'static str),
    /// The request is well formed, but not possible for this thing.
    Unprocessable(&'static str),
}

impl Fault {
    fn told(self) -> (StatusCode, &'static str) {
        match self {
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not found"),
            Self::BadRequest(detail) => (StatusCode::BAD_REQUEST, detail),
            Self::Unprocessable(detail) => (StatusCode::UNPROCESSABLE_ENTITY, detail),
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let (status, detail) = self.told();
        (status, Json(json!({ "errors": [{ "detail": detail, "status": status.as_str() }] }))).into_response()
    }
}
