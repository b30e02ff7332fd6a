//! Where each part of the API is found, and the route table that tells a gateway what each does.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{MethodRouter, delete, get, post, put},
};
use doorward_core::route::RouteTableSpec;

use super::{Upstream, reads, streams, writes};

/// The route table for this API, as a gateway is given it.
pub const SAMPLE_ROUTES: &str = include_str!("../../data/routes.toml");

/// The route table for this API.
pub fn sample_routes() -> Result<RouteTableSpec, toml::de::Error> {
    toml::from_str(SAMPLE_ROUTES)
}

type Served = (&'static str, &'static str, MethodRouter<Upstream>);

pub(super) fn router() -> Router<Upstream> {
    let router = served().into_iter().fold(Router::new(), |router, (_, path, handler)| router.route(path, handler));
    router.layer(DefaultBodyLimit::disable())
}

pub(super) fn served() -> Vec<Served> {
    let mut served = vec![
        ("GET", "/v1/workspaces", get(reads::workspaces)),
        ("GET", "/v1/customers", get(reads::people_by_email)),
        ("POST", "/v1/customers", post(reads::search)),
        ("POST", "/v1/customers/attributes", post(reads::people)),
        ("GET", "/v1/customers/{id}/attributes", get(reads::person)),
        ("GET", "/v1/customers/{id}/activities", get(reads::person_activities)),
        ("GET", "/v1/customers/{id}/messages", get(reads::person_messages)),
        ("GET", "/v1/customers/{id}/segments", get(reads::person_segments)),
        ("GET", "/v1/activities", get(reads::activities)),
        ("GET", "/v1/activities/stream", get(streams::watch_activities)),
        ("GET", "/v1/messages", get(reads::messages)),
        ("GET", "/v1/messages/{id}", get(reads::message)),
        ("GET", "/v1/messages/{id}/archived_message", get(reads::archived_message)),
        ("GET", "/v1/segments", get(reads::segments)),
        ("GET", "/v1/segments/{id}", get(reads::segment)),
        ("GET", "/v1/segments/{id}/membership", get(reads::segment_people)),
        ("GET", "/v1/segments/{id}/customer_count", get(reads::segment_count)),
        ("GET", "/v1/campaigns", get(reads::campaigns)),
        ("GET", "/v1/campaigns/{id}", get(reads::campaign)),
        ("GET", "/v1/campaigns/{id}/actions", get(reads::campaign_actions)),
        ("GET", "/v1/campaigns/{id}/messages", get(reads::campaign_messages)),
        ("GET", "/v1/exports", get(reads::exports)),
        ("GET", "/v1/exports/{id}", get(reads::export)),
        ("GET", "/v1/exports/{id}/download", get(streams::download)),
        ("GET", "/api/v1/accounts/region", get(reads::region)),
    ];
    served.extend(served_writes());
    served
}

fn served_writes() -> Vec<Served> {
    vec![
        ("POST", "/v1/exports", post(writes::create_export)),
        ("POST", "/v1/imports", post(writes::import)),
        ("PUT", "/api/v1/customers/{id}", put(writes::update_person)),
        ("DELETE", "/api/v1/customers/{id}", delete(writes::delete_person)),
        ("POST", "/api/v1/customers/{id}/events", post(writes::event)),
        ("POST", "/api/v1/customers/{id}/suppress", post(writes::suppress)),
        ("POST", "/api/v1/customers/{id}/unsuppress", post(writes::unsuppress)),
        ("POST", "/api/v1/segments/{id}/add_customers", post(writes::add_to_segment)),
        ("POST", "/api/v1/segments/{id}/remove_customers", post(writes::remove_from_segment)),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use doorward_core::route::{Effect, RouteTable};

    use super::*;

    #[test]
    fn the_route_table_is_read_and_names_everything_that_is_served() {
        let spec = sample_routes().unwrap();
        RouteTable::new(&spec).unwrap();
        let listed: BTreeSet<_> = spec
            .routes
            .iter()
            .filter(|row| row.effect != Effect::Refuse)
            .map(|row| (row.method.clone(), row.path.clone()))
            .collect();
        let served: BTreeSet<_> =
            served().into_iter().map(|(method, path, _)| (method.to_owned(), path.to_owned())).collect();
        assert_eq!(listed, served);
    }

    #[test]
    fn what_a_route_does_is_not_told_by_its_method() {
        let spec = sample_routes().unwrap();
        let row = |method: &str, path: &str| {
            let row = spec.routes.iter().find(|row| row.method == method && row.path == path).unwrap();
            (row.effect, row.verb.as_str())
        };
        assert_eq!(row("POST", "/v1/customers").0, Effect::Read);
        assert_eq!(row("POST", "/v1/customers/attributes").0, Effect::Read);
        assert_eq!(row("POST", "/v1/exports").0, Effect::Write);
        assert_eq!(row("GET", "/v1/messages/{id}/archived_message"), (Effect::Read, "read-message-body"));
        let bodies = spec.routes.iter().filter(|row| row.verb == "read-message-body").count();
        assert_eq!(bodies, 1, "reading what a message said has a verb of its own");
    }
}
