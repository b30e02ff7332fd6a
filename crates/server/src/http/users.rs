//! Users of accounts on the wire, as the vendor's own product says who they are.

use axum::{extract::State, http::StatusCode};
use doorward_core::{
    id::{AccountId, UserId},
    wire::PutUser,
};

use super::{
    Shared,
    input::{Asking, At, Input},
    problem::Shape,
};
use crate::app::Refusal;

/// Register a user of an account and invite them by mail, or change their name and membership
#[utoipa::path(put, path = "/v1/vendor/accounts/{account}/users/{user}", tag = "vendor", security(("vendor" = [])),
    params(("account" = String, Path), ("user" = String, Path)), request_body = PutUser,
    responses((status = 204), (status = "4XX", body = Shape)))]
pub(super) async fn put(
    State(app): Shared,
    Asking(bearer): Asking,
    At((account, user)): At<(AccountId, UserId)>,
    Input(put): Input<PutUser>,
) -> Result<StatusCode, Refusal> {
    let vendor = app.vendor(&bearer).await?;
    app.put_user(vendor, account, user, put).await.map(|()| StatusCode::NO_CONTENT)
}

/// Remove a user of an account, and sign them out everywhere
#[utoipa::path(delete, path = "/v1/vendor/accounts/{account}/users/{user}", tag = "vendor", security(("vendor" = [])),
    params(("account" = String, Path), ("user" = String, Path)),
    responses((status = 204), (status = "4XX", body = Shape)))]
pub(super) async fn remove(
    State(app): Shared,
    Asking(bearer): Asking,
    At((account, user)): At<(AccountId, UserId)>,
) -> Result<StatusCode, Refusal> {
    let vendor = app.vendor(&bearer).await?;
    app.remove_user(vendor, account, user).await.map(|()| StatusCode::NO_CONTENT)
}
