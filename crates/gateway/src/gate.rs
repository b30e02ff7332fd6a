//! The gate: what happens to each request, in one order, with nothing skipped.

use std::{fmt, sync::Arc};

use doorward_core::{
    feed::{freshness::FreshEnough, tree::Hash},
    history::fields::Fields,
    policy::{Access, Permit},
    route::{AccountPlace, Effect, RouteFault, RouteMatch, RouteRefusal, RouteTable, RouteTableError, RouteTableSpec},
    session::Session,
    time::{Millis, UnixMs},
    token::TokenVerifier,
};
use http::{
    HeaderMap, HeaderValue, Request, Response,
    header::{CONNECTION, UPGRADE},
};
use hyper::body::{Body as _, Incoming};
use tokio_util::sync::CancellationToken;

use crate::{
    body::{Body, CutBody},
    forward::{Outbound, Upstream},
    head::HeadRead,
    journal::{Act, Answered, Journal, Noted, WriteLine},
    live::{Flight, Live, Registered},
    peek::Peeked,
    refusal::{REQUEST_HEADER, Refusal},
    standing::{Standing, decide_by},
    tokens::{Tokens, bearer},
};

/// Makes the random id of a request.
pub type RequestIds = Box<dyn Fn() -> String + Send + Sync>;

/// What a gate is made of.
pub struct GateParts {
    pub standing: Arc<dyn Standing>,
    pub verifier: TokenVerifier,
    pub routes: RouteTableSpec,
    pub upstream: Upstream,
    pub journal: Journal,
    pub request_ids: RequestIds,
    pub lease: Millis,
    /// How many verified signatures are remembered.
    pub tokens: usize,
    pub requests_per_session: usize,
}

/// The gate every request goes through.
pub struct Gate {
    standing: Arc<dyn Standing>,
    tokens: Tokens,
    routes: RouteTable,
    host_names_account: bool,
    upstream: Upstream,
    journal: Journal,
    live: Arc<Live>,
    request_ids: RequestIds,
    lease: Millis,
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").field("lease", &self.lease).finish_non_exhaustive()
    }
}

/// Whom a connection belongs to, as far as TLS tells, and how to end it.
#[derive(Debug, Clone)]
pub struct Peer {
    pub thumbprint: Option<Hash>,
    pub connection: CancellationToken,
}

impl Gate {
    /// A gate over a route table that could be read.
    pub fn new(parts: GateParts) -> Result<Self, RouteTableError> {
        let routes = RouteTable::new(&parts.routes)?;
        if parts.routes.routes.is_empty() {
            // A table without rows would refuse everything, which nobody configures on purpose.
            return Err(RouteTableError { row: None, fault: RouteFault::Template });
        }
        Ok(Self {
            standing: parts.standing,
            tokens: Tokens::new(parts.verifier, parts.tokens),
            host_names_account: matches!(parts.routes.account, AccountPlace::Host { .. }),
            routes,
            upstream: parts.upstream,
            journal: parts.journal,
            live: Live::new(parts.requests_per_session),
            request_ids: parts.request_ids,
            lease: parts.lease,
        })
    }

    /// The answer to a request whose head was read as `head`.
    pub async fn answer(&self, peer: &Peer, head: HeadRead, request: Request<Incoming>) -> Response<Body> {
        let (id, last) = ((self.request_ids)(), head.last);
        let mut response = match self.pass(peer, head, request, &id).await {
            Ok(response) => response,
            Err(refusal) => {
                tracing::info!(request = id, %refusal, "refused");
                refusal.response(&id)
            }
        };
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_HEADER, id);
        }
        if last {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }

    async fn pass(
        &self,
        peer: &Peer,
        head: HeadRead,
        request: Request<Incoming>,
        id: &str,
    ) -> Result<Response<Body>, Refusal> {
        let target = head.target?;
        let route = self.routes.find(&target)?;
        let access = access(route.effect())?;
        let (parts, body) = request.into_parts();
        refuse_upgrade(&parts.headers)?;
        let session = self.session(&parts.headers, peer)?;
        if body.size_hint().lower() > self.upstream.most_body_bytes() {
            return Err(Refusal::BodyTooLarge);
        }
        // Registered first and decided on then: a change that comes between is seen by one of the two.
        let flight = Flight::new(session, route.account().clone(), access, peer.connection.clone());
        let registered = self.live.enter(flight)?;
        // Whoever may not is told before the body is waited for, and what is permitted is decided on behind it.
        self.permit(&registered)?;
        let body = self.upstream.inbound(body, &registered);
        let progress = body.progress();
        let (body, fields) = match access {
            Access::Read => (Peeked::unread(body), Fields::default()),
            Access::Write => look(body, &parts.headers, &registered).await?,
        };
        let (permit, fresh, now) = self.permit(&registered)?;
        let session = registered.flight().session.serial;
        let noted = self.note(act(&registered.flight().session, &route), access, now, id, fields).await?;
        let write = noted.write();
        let outbound = Outbound {
            target: &target,
            host_names_account: self.host_names_account,
            request: id,
            headers: &parts.headers,
            body,
            progress,
        };
        let answer = self.upstream.forward((permit, fresh, noted), outbound, Arc::clone(&registered)).await?;
        if let (Some(write), Ok(at)) = (write, self.now()) {
            self.journal.answered(Answered { at, session, write, status: answer.status().as_u16() }).await;
        }
        Ok(answer)
    }

    /// Whether the request may pass at this moment, and which moment that is.
    fn permit(&self, registered: &Registered) -> Result<(Permit, FreshEnough, UnixMs), Refusal> {
        let now = self.now()?;
        let fresh = self.standing.fresh(now, self.lease)?;
        let permit = decide_by(self.standing.as_ref(), &registered.flight().ask(), now)?;
        Ok((permit, fresh, now))
    }

    fn now(&self) -> Result<UnixMs, Refusal> {
        self.standing.now().ok_or(Refusal::NoTime)
    }

    /// The session of the token, where it came over the certificate it is bound to and still lives.
    fn session(&self, headers: &HeaderMap, peer: &Peer) -> Result<Session, Refusal> {
        let token = bearer(headers)?;
        let thumbprint = peer.thumbprint.as_ref().ok_or(Refusal::NoCertificate)?;
        let verified = self.tokens.verified(token)?;
        Ok(verified.session(thumbprint, self.now()?)?.clone())
    }

    async fn note(
        &self,
        act: Act,
        access: Access,
        at: UnixMs,
        request: &str,
        fields: Fields,
    ) -> Result<Noted, Refusal> {
        let noted = match access {
            Access::Read => self.journal.count(act, at),
            Access::Write => self.journal.write(WriteLine { at, request: request.to_owned(), act, fields }).await,
        };
        noted.map_err(|_| Refusal::NotWrittenDown)
    }

    /// Whether requests could pass at all at this moment.
    pub fn ready(&self) -> bool {
        self.now().is_ok_and(|now| self.standing.fresh(now, self.lease).is_ok())
    }

    /// Watches requests under way and writes counted reads down, for as long as it is polled.
    pub async fn tend(&self) {
        let watch = Arc::clone(&self.live).watch(Arc::clone(&self.standing), self.lease);
        tokio::join!(watch, self.journal.flush_always());
    }

    /// Writes down what was counted and not yet written.
    pub async fn flush(&self) {
        self.journal.flush().await;
    }
}

/// The body with the names of its fields. What breaks it off is told as it is further on the way.
async fn look(
    body: CutBody<Incoming>,
    headers: &HeaderMap,
    registered: &Registered,
) -> Result<(Peeked<CutBody<Incoming>>, Fields), Refusal> {
    let progress = body.progress();
    let looked = Peeked::look(body, headers).await;
    looked.map_err(|_| progress.refusal().unwrap_or_else(|| registered.flight().why()))
}

fn access(effect: Effect) -> Result<Access, Refusal> {
    match effect {
        Effect::Read => Ok(Access::Read),
        Effect::Write => Ok(Access::Write),
        Effect::Refuse => Err(RouteRefusal::RefusedRoute.into()),
    }
}

fn act(session: &Session, route: &RouteMatch<'_>) -> Act {
    Act {
        session: session.serial,
        staff: session.staff.clone(),
        account: session.account.clone(),
        verb: route.verb().to_owned(),
        path: route.template().to_owned(),
    }
}

fn refuse_upgrade(headers: &HeaderMap) -> Result<(), Refusal> {
    if headers.contains_key(UPGRADE) { Err(Refusal::Upgrade) } else { Ok(()) }
}
