//! HTTP: routes and shapes. A handler finds out who is asking, calls one verb and writes down its answer; it decides
//! nothing.

mod accounts;
mod enrolment;
mod feed;
mod health;
mod history;
mod input;
mod intents;
mod journal;
mod keys;
mod pages;
mod problem;
mod servers;
mod sessions;
mod sign_in;
mod staff;
mod users;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    middleware,
    routing::get,
};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub use self::{
    input::PeerCertificate,
    pages::{Link, PageRoute, Reach, Site, page_routes, pages},
};
use crate::app::App;

const MAX_BODY: usize = 64 * 1_024;

/// What handlers share.
type Shared = State<Arc<App>>;

#[derive(OpenApi)]
#[openapi(
    info(title = "Doorward", description = "Sign-in, sessions, grants and the feed.", version = "1"),
    components(schemas(problem::Shape)),
    modifiers(&Schemes)
)]
struct Doc;

struct Schemes;

impl Modify for Schemes {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let components = api.components.get_or_insert_default();
        let tokens = [
            ("sign-in", "A sign-in's token, over the client certificate it is bound to (RFC 8705)."),
            ("vendor", "The API key of the vendor's own product."),
            ("follower", "A follower's API key."),
        ];
        for (name, words) in tokens {
            let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(words)).build();
            components.add_security_scheme(name, SecurityScheme::Http(bearer));
        }
    }
}

fn documented() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(Doc::openapi())
        .routes(routes!(enrolment::begin))
        .routes(routes!(enrolment::finish))
        .routes(routes!(sign_in::begin))
        .routes(routes!(sign_in::finish))
        .routes(routes!(sign_in::sign_out))
        .routes(routes!(intents::begin))
        .routes(routes!(intents::confirm))
        .routes(routes!(sessions::list, sessions::open))
        .routes(routes!(sessions::end))
        .routes(routes!(sessions::renew))
        .routes(routes!(keys::list))
        .routes(routes!(keys::revoke))
        .routes(routes!(staff::names))
        .routes(routes!(accounts::names))
        .routes(routes!(accounts::put, accounts::close))
        .routes(routes!(accounts::switch_on, accounts::switch_off))
        .routes(routes!(users::put, users::remove))
        .routes(routes!(servers::list))
        .routes(routes!(servers::revoke))
        .routes(routes!(servers::put, servers::remove))
        .routes(routes!(servers::told))
        .routes(routes!(feed::stream))
        .routes(routes!(feed::entries))
        .routes(routes!(feed::snapshot))
        .routes(routes!(history::consistency))
        .routes(routes!(history::about))
        .routes(routes!(history::grants))
        .routes(routes!(journal::take))
        .routes(routes!(health::health))
        .routes(routes!(health::ready))
}

/// The API's description, OpenAPI 3.1, made from the routes themselves.
pub fn openapi() -> utoipa::openapi::OpenApi {
    documented().into_openapi()
}

/// Every route over `app`. Requests must carry [`PeerCertificate`] from the TLS listener.
pub fn router(app: Arc<App>) -> Router {
    let (routes, api) = documented().split_for_parts();
    let api = Arc::new(api);
    routes
        .route("/v1/openapi.json", get(move || async move { Json(api.as_ref().clone()) }))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), problem::shape))
        .with_state(app)
}
