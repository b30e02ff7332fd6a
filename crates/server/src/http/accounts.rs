//! Accounts on the wire: their names for staff, and what the vendor's own product says of them.

use axum::{Json, extract::State, http::StatusCode};
use doorward_core::{
    grant::Setting,
    id::AccountId,
    wire::{AccountNames, AccountStanding, PutAccount, SwitchOff, SwitchOn},
};
use serde::Deserialize;

use super::{
    Shared,
    input::{Asked, Asking, At, Input},
    problem::Shape,
};
use crate::app::Refusal;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    after: Option<AccountId>,
}

/// Names of accounts, a page at a time
#[utoipa::path(get, path = "/v1/directory/accounts", tag = "directory", security(("sign-in" = [])),
    params(("after" = Option<String>, Query, description = "Begin after this account")),
    responses((status = 200, body = AccountNames), (status = "4XX", body = Shape)))]
pub(super) async fn names(
    State(app): Shared,
    Asking(bearer): Asking,
    Asked(page): Asked<Page>,
) -> Result<Json<AccountNames>, Refusal> {
    let caller = app.caller(&bearer).await?;
    app.account_names(caller, page.after).await.map(Json)
}

/// Register an account, or change its name and plan
#[utoipa::path(put, path = "/v1/vendor/accounts/{account}", tag = "vendor", security(("vendor" = [])),
    params(("account" = String, Path)), request_body = PutAccount,
    responses((status = 200, body = AccountStanding), (status = "4XX", body = Shape)))]
pub(super) async fn put(
    State(app): Shared,
    Asking(bearer): Asking,
    At(account): At<AccountId>,
    Input(put): Input<PutAccount>,
) -> Result<Json<AccountStanding>, Refusal> {
    let vendor = app.vendor(&bearer).await?;
    app.put_account(vendor, account, put).await.map(Json)
}

/// Close an account and erase its names
#[utoipa::path(delete, path = "/v1/vendor/accounts/{account}", tag = "vendor", security(("vendor" = [])),
    params(("account" = String, Path)), responses((status = 204), (status = "4XX", body = Shape)))]
pub(super) async fn close(
    State(app): Shared,
    Asking(bearer): Asking,
    At(account): At<AccountId>,
) -> Result<StatusCode, Refusal> {
    let vendor = app.vendor(&bearer).await?;
    app.close_account(vendor, account).await.map(|()| StatusCode::NO_CONTENT)
}

/// Switch a setting on
#[utoipa::path(put, path = "/v1/vendor/accounts/{account}/settings/{setting}", tag = "vendor",
    security(("vendor" = [])), params(("account" = String, Path), ("setting" = Setting, Path)),
    request_body = SwitchOn, responses((status = 200, body = AccountStanding), (status = "4XX", body = Shape)))]
pub(super) async fn switch_on(
    State(app): Shared,
    Asking(bearer): Asking,
    At((account, setting)): At<(AccountId, Setting)>,
    Input(wish): Input<SwitchOn>,
) -> Result<Json<AccountStanding>, Refusal> {
    let vendor = app.vendor(&bearer).await?;
    app.switch_on(vendor, account, setting, wish).await.map(Json)
}

/// Switch a setting off, at once
#[utoipa::path(delete, path = "/v1/vendor/accounts/{account}/settings/{setting}", tag = "vendor",
    security(("vendor" = [])), params(("account" = String, Path), ("setting" = Setting, Path)),
    request_body = SwitchOff, responses((status = 200, body = AccountStanding), (status = "4XX", body = Shape)))]
pub(super) async fn switch_off(
    State(app): Shared,
    Asking(bearer): Asking,
    At((account, setting)): At<(AccountId, Setting)>,
    Input(wish): Input<SwitchOff>,
) -> Result<Json<AccountStanding>, Refusal> {
    let vendor = app.vendor(&bearer).await?;
    app.switch_off(vendor, account, setting, wish).await.map(Json)
}
