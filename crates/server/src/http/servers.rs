//! Servers on the wire.

use axum::{Json, extract::State, http::StatusCode};
use doorward_core::{
    id::{CertificateSerial, HostId},
    wire::{HostConnections, PutHost, Servers},
};

use super::{
    Shared,
    input::{Asking, At, Input},
    problem::Shape,
};
use crate::app::Refusal;

/// The hosts that one's roles are for, and who may be on them
#[utoipa::path(get, path = "/v1/servers", tag = "servers", security(("sign-in" = [])),
    responses((status = 200, body = Servers), (status = "4XX", body = Shape)))]
pub(super) async fn list(State(app): Shared, Asking(bearer): Asking) -> Result<Json<Servers>, Refusal> {
    let caller = app.caller(&bearer).await?;
    app.servers(caller).await.map(Json)
}

/// Revoke one's own certificate: whoever is connected by it is out
#[utoipa::path(delete, path = "/v1/certificates/{serial}", tag = "servers", security(("sign-in" = [])),
    params(("serial" = u64, Path)), responses((status = 204), (status = "4XX", body = Shape)))]
pub(super) async fn revoke(
    State(app): Shared,
    Asking(bearer): Asking,
    At(serial): At<CertificateSerial>,
) -> Result<StatusCode, Refusal> {
    let caller = app.caller(&bearer).await?;
    app.revoke_own_certificate(caller, serial).await.map(|()| StatusCode::NO_CONTENT)
}

/// Add a host, or change how it is reached
#[utoipa::path(put, path = "/v1/vendor/hosts/{host}", tag = "vendor", security(("vendor" = [])),
    params(("host" = String, Path)), request_body = PutHost,
    responses((status = 204), (status = "4XX", body = Shape)))]
pub(super) async fn put(
    State(app): Shared,
    Asking(bearer): Asking,
    At(host): At<HostId>,
    Input(put): Input<PutHost>,
) -> Result<StatusCode, Refusal> {
    let vendor = app.vendor(&bearer).await?;
    app.put_host(vendor, host, put).await.map(|()| StatusCode::NO_CONTENT)
}

/// Remove a host: whoever is connected is out
#[utoipa::path(delete, path = "/v1/vendor/hosts/{host}", tag = "vendor", security(("vendor" = [])),
    params(("host" = String, Path)), responses((status = 204), (status = "4XX", body = Shape)))]
pub(super) async fn remove(
    State(app): Shared,
    Asking(bearer): Asking,
    At(host): At<HostId>,
) -> Result<StatusCode, Refusal> {
    let vendor = app.vendor(&bearer).await?;
    app.remove_host(vendor, host).await.map(|()| StatusCode::NO_CONTENT)
}

/// Tell who is connected to a host, as its agent sees it
#[utoipa::path(put, path = "/v1/hosts/{host}/connections", tag = "servers", security(("follower" = [])),
    params(("host" = String, Path)), request_body = HostConnections,
    responses((status = 204), (status = "4XX", body = Shape)))]
pub(super) async fn told(
    State(app): Shared,
    Asking(bearer): Asking,
    At(host): At<HostId>,
    Input(told): Input<HostConnections>,
) -> Result<StatusCode, Refusal> {
    let agent = app.gateway(&bearer).await?;
    app.told_connections(agent, host, told).await.map(|()| StatusCode::NO_CONTENT)
}
