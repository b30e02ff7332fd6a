//! Rate limits: few tries at the doors for each address, more of everything else for each address and each token.
//!
//! The address is the connection's own; no header is believed. Tokens are known here by their hash alone.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use doorward_core::{
    feed::tree::{Hash, plain_hash},
    wire::Code,
};
use governor::{
    DefaultKeyedRateLimiter, Quota,
    clock::{Clock, DefaultClock},
};
use serde::{Deserialize, Serialize};

use crate::{
    app::{Dice, Refusal},
    tls::PeerAddress,
};

/// How often what is no longer needed is forgotten.
const SWEEP: Duration = Duration::from_secs(60);
/// Where enrolments and sign-ins are begun and finished.
const DOORS: [&str; 2] = ["/v1/enrolments/", "/v1/sign-ins/"];

/// Requests a minute; as many may come at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rates {
    /// For each address, to begin and to finish enrolments and sign-ins, together.
    pub doors_per_minute: NonZeroU32,
    /// For each address, of everything else.
    pub address_per_minute: NonZeroU32,
    /// For each token, of everything else.
    pub token_per_minute: NonZeroU32,
}

impl Default for Rates {
    fn default() -> Self {
        let rate = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        Self { doors_per_minute: rate(20), address_per_minute: rate(12_000), token_per_minute: rate(6_000) }
    }
}

/// Counts requests.
pub struct Limiter {
    doors: DefaultKeyedRateLimiter<IpAddr>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    tokens: DefaultKeyedRateLimiter<Hash>,
    dice: Box<dyn Dice>,
}

impl Limiter {
    /// A limiter with these rates. By `dice` refused requests get their names.
    pub fn new(rates: Rates, dice: Box<dyn Dice>) -> Arc<Self> {
        Arc::new(Self {
            doors: DefaultKeyedRateLimiter::keyed(Quota::per_minute(rates.doors_per_minute)),
            addresses: DefaultKeyedRateLimiter::keyed(Quota::per_minute(rates.address_per_minute)),
            tokens: DefaultKeyedRateLimiter::keyed(Quota::per_minute(rates.token_per_minute)),
            dice,
        })
    }

    /// Puts the limiter in front of `router`.
    pub fn guard(self: &Arc<Self>, router: Router) -> Router {
        router.layer(middleware::from_fn_with_state(Arc::clone(self), limit))
    }

    /// Forgets, now and then, whoever has not asked for a while. Never ends.
    pub async fn tend(self: Arc<Self>) {
        let mut tick = tokio::time::interval(SWEEP);
        loop {
            tick.tick().await;
            self.sweep();
        }
    }

    fn sweep(&self) {
        self.doors.retain_recent();
        self.addresses.retain_recent();
        self.tokens.retain_recent();
    }

    /// How long to wait, where there have been too many.
    fn count(&self, request: &Request) -> Result<(), Duration> {
        let clock = DefaultClock::default();
        let wait = |too_many: governor::NotUntil<_>| too_many.wait_time_from(clock.now());
        let address = network(request.extensions().get::<PeerAddress>().map(|peer| peer.0.ip()));
        if at_a_door(request) {
            return self.doors.check_key(&address).map_err(wait);
        }
        // The address first: whoever makes up tokens is stopped before they are remembered.
        self.addresses.check_key(&address).map_err(wait)?;
        match request.headers().get(header::AUTHORIZATION) {
            Some(token) => self.tokens.check_key(&plain_hash(token.as_bytes())).map_err(wait),
            None => Ok(()),
        }
    }

    fn refuse(&self, wait: Duration) -> Response {
        let mut bytes = [0; 8];
        // A name that is all zeroes is a name too.
        let _thrown = self.dice.fill(&mut bytes);
        let name = hex::encode(bytes);
        tracing::info!(request = name, code = ?Code::TooManyRequests, "refused");
        let mut problem = Refusal::new(Code::TooManyRequests).problem(&name);
        let seconds = wait.as_secs().saturating_add(1);
        problem.retry_after = u32::try_from(seconds).ok();
        let headers = [
            (header::RETRY_AFTER, HeaderValue::from(seconds)),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        (StatusCode::TOO_MANY_REQUESTS, headers, Json(problem)).into_response()
    }
}

async fn limit(State(limiter): State<Arc<Limiter>>, request: Request, next: Next) -> Response {
    match limiter.count(&request) {
        Ok(()) => next.run(request).await,
        Err(wait) => limiter.refuse(wait),
    }
}

fn at_a_door(request: &Request) -> bool {
    let path = request.uri().path();
    request.method() == Method::POST && DOORS.iter().any(|door| path.starts_with(door))
}

/// What one person can be taken to hold: an IPv4 address, or an IPv6 network of 64 bits. The unknown share one.
pub(crate) fn network(address: Option<IpAddr>) -> IpAddr {
    match address.map(|address| address.to_canonical()) {
        None => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        Some(IpAddr::V6(address)) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        Some(address) => address,
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::{body::Body, routing::any};
    use doorward_core::wire::Problem;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;
    use crate::app::SystemDice;

    fn limited(doors: u32, address: u32, token: u32) -> Router {
        let rate = |n| NonZeroU32::new(n).unwrap();
        let rates =
            Rates { doors_per_minute: rate(doors), address_per_minute: rate(address), token_per_minute: rate(token) };
        Limiter::new(rates, Box::new(SystemDice)).guard(Router::new().fallback(any(async || "in")))
    }

    async fn ask(router: &Router, method: &str, path: &str, from: &str, token: Option<&str>) -> Response {
        let peer = PeerAddress(SocketAddr::new(from.parse().unwrap(), 1));
        let mut request = http::Request::builder().method(method).uri(path).extension(peer);
        if let Some(token) = token {
            request = request.header("authorization", token);
        }
        router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    async fn status(router: &Router, method: &str, path: &str, from: &str, token: Option<&str>) -> u16 {
        ask(router, method, path, from, token).await.status().as_u16()
    }

    #[tokio::test]
    async fn the_doors_are_for_few_tries_of_one_address() {
        let router = limited(2, 100, 100);
        let door = "/v1/sign-ins/begin";
        assert_eq!(status(&router, "POST", door, "192.0.2.1", None).await, 200);
        assert_eq!(status(&router, "POST", "/v1/enrolments/finish", "192.0.2.1", None).await, 200);
        let refused = ask(&router, "POST", door, "::ffff:192.0.2.1", None).await;
        assert_eq!(refused.status(), 429);
        let seconds: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=31).contains(&seconds), "{seconds}");
        let problem = refused.into_body().collect().await.unwrap().to_bytes();
        let problem: Problem = serde_json::from_slice(&problem).unwrap();
        assert_eq!((problem.code, problem.request.len()), (Code::TooManyRequests, 16));
        assert_eq!(status(&router, "POST", door, "192.0.2.2", None).await, 200);
        assert_eq!(status(&router, "DELETE", "/v1/sign-ins/current", "192.0.2.1", None).await, 200);
    }

    #[tokio::test]
    async fn neighbours_in_an_ipv6_network_count_as_one() {
        let router = limited(1, 100, 100);
        let door = "/v1/sign-ins/begin";
        assert_eq!(status(&router, "POST", door, "2001:db8::1", None).await, 200);
        assert_eq!(status(&router, "POST", door, "2001:db8::2", None).await, 429);
        assert_eq!(status(&router, "POST", door, "2001:db8:0:1::1", None).await, 200);
    }

    #[tokio::test]
    async fn a_token_is_limited_wherever_it_comes_from_and_an_address_whatever_it_brings() {
        let router = limited(100, 3, 2);
        let keys = "/v1/keys";
        assert_eq!(status(&router, "GET", keys, "192.0.2.1", Some("Bearer a")).await, 200);
        assert_eq!(status(&router, "GET", keys, "192.0.2.2", Some("Bearer a")).await, 200);
        assert_eq!(status(&router, "GET", keys, "192.0.2.3", Some("Bearer a")).await, 429);
        assert_eq!(status(&router, "GET", keys, "192.0.2.1", Some("Bearer b")).await, 200);
        assert_eq!(status(&router, "GET", keys, "192.0.2.1", None).await, 200);
        assert_eq!(status(&router, "GET", keys, "192.0.2.1", Some("Bearer c")).await, 429);
    }

    #[test]
    fn a_door_is_a_post() {
        let request = |method: &str, path: &str| {
            at_a_door(&http::Request::builder().method(method).uri(path).body(Body::empty()).unwrap())
        };
        assert!(request("POST", "/v1/enrolments/begin") && request("POST", "/v1/sign-ins/finish?x"));
        assert!(!request("DELETE", "/v1/sign-ins/current") && !request("POST", "/v1/sessions"));
    }
}
