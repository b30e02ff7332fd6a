//! What handlers take from a request: who is asking, and a body of the documented shape.

use axum::{
    RequestPartsExt,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::{header, request::Parts},
};
use doorward_core::{
    feed::tree::Hash,
    wire::{Code, Secret},
};
use serde::de::DeserializeOwned;

use crate::app::{Bearer, Refusal};

/// The SHA-256 of the certificate the client proved to hold at the TLS handshake, if any. Only the TLS listener puts
/// this into a request.
#[derive(Debug, Clone, Copy, Default)]
pub struct PeerCertificate(pub Option<Hash>);

/// The credentials of a request, not yet looked at.
pub(super) struct Asking(pub Bearer);

impl<S: Send + Sync> FromRequestParts<S> for Asking {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        let thumbprint = parts.extensions.get::<PeerCertificate>().and_then(|peer| peer.0);
        let mut given = parts.headers.get_all(header::AUTHORIZATION).iter();
        let (first, second) = (given.next(), given.next());
        if second.is_some() {
            return Err(Refusal::new(Code::NotSignedIn));
        }
        let token = first.and_then(|value| value.to_str().ok()).and_then(|text| text.strip_prefix("Bearer "));
        Ok(Self(Bearer { token: token.map(|token| Secret(token.to_owned())), thumbprint }))
    }
}

/// A JSON body. What is wrong with a bad one is not told: the words could quote it.
pub(super) struct Input<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Input<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(Refusal::bad("content-type"));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|_| Refusal::new(Code::TooLarge))?;
        serde_json::from_slice(&bytes).map(Self).map_err(|_| Refusal::bad("body"))
    }
}

/// Parts of the path.
pub(super) struct At<T>(pub T);

impl<T: DeserializeOwned + Send + 'static, S: Send + Sync> FromRequestParts<S> for At<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        let path = parts.extract::<Path<T>>().await.map_err(|_| Refusal::bad("path"))?;
        Ok(Self(path.0))
    }
}

/// The query.
pub(super) struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        let query = Query::<T>::try_from_uri(&parts.uri).map_err(|_| Refusal::bad("query"))?;
        Ok(Self(query.0))
    }
}
