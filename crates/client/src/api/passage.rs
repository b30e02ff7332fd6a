//! A request that is passed on as it comes, and its answer: bodies flow through, and nothing of them is kept or read.

use bytes::Bytes;
use http::{HeaderMap, Method, Response, header};
use http_body_util::{BodyExt, combinators::BoxBody};
use secrecy::SecretString;

use super::{Api, ApiError, why};

/// A body on its way. Why one breaks off is nobody's business but the connection's.
pub type Flow = BoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;

/// What is about one connection, or about who asks: it never goes from one side to the other.
const OF_THE_CONNECTION: [header::HeaderName; 11] = [
    header::AUTHORIZATION,
    header::CONNECTION,
    header::COOKIE,
    header::EXPECT,
    header::HOST,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];
const OLD_ONES: [&str; 3] = ["keep-alive", "proxy-connection", "http2-settings"];

/// A request to pass on. It may hold customer data: it has no Debug.
pub struct Passage {
    pub method: Method,
    /// Already encoded.
    pub path_and_query: String,
    /// What is about the connection is left out.
    pub headers: HeaderMap,
    pub body: Flow,
}

/// The answer, without what is about the connection.
pub type Passed = Response<Flow>;

impl Api {
    /// Passes a request on with `token`, and gives the answer as soon as its head is there.
    pub async fn pass(&self, token: &SecretString, ask: Passage) -> Result<Passed, ApiError> {
        let request = self
            .request(ask.method, &ask.path_and_query, None)
            .headers(without_connection(ask.headers))
            .bearer_auth(secrecy::ExposeSecret::expose_secret(token))
            .body(reqwest::Body::wrap(ask.body));
        let answer: Response<reqwest::Body> = request.send().await.map_err(|e| why(&e))?.into();
        let (mut parts, body) = answer.into_parts();
        parts.headers = without_connection(parts.headers);
        Ok(Response::from_parts(parts, body.map_err(Into::into).boxed()))
    }
}

/// The headers that are about the request or the answer itself.
pub fn without_connection(mut headers: HeaderMap) -> HeaderMap {
    let named = headers.get_all(header::CONNECTION).iter().filter_map(|value| value.to_str().ok());
    let named: Vec<String> = named.flat_map(|value| value.split(',')).map(|name| name.trim().to_owned()).collect();
    OF_THE_CONNECTION.iter().for_each(|name| drop(headers.remove(name)));
    OLD_ONES.iter().for_each(|name| drop(headers.remove(*name)));
    named.iter().for_each(|name| drop(headers.remove(name.as_str())));
    headers
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn what_is_about_the_connection_stays_and_the_rest_goes() {
        let sent = [
            ("authorization", "Bearer mine"),
            ("connection", "close, X-Mine"),
            ("cookie", "a=b"),
            ("keep-alive", "timeout=5"),
            ("transfer-encoding", "chunked"),
            ("x-mine", "1"),
            ("accept", "application/json"),
            ("content-type", "application/json"),
        ];
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let left = without_connection(headers);
        let mut names: Vec<_> = left.keys().map(header::HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["accept", "content-type"]);
    }
}
