//! The directory of staff on the wire.

use axum::{Json, extract::State};
use doorward_core::wire::StaffNames;

use super::{Shared, input::Asking, problem::Shape};
use crate::app::Refusal;

/// Everybody's handle and name
#[utoipa::path(get, path = "/v1/directory/staff", tag = "directory", security(("sign-in" = [])),
    responses((status = 200, body = StaffNames), (status = "4XX", body = Shape)))]
pub(super) async fn names(State(app): Shared, Asking(bearer): Asking) -> Result<Json<StaffNames>, Refusal> {
    let caller = app.caller(&bearer).await?;
    app.staff_names(caller).await.map(Json)
}
