//! A request's target after one strict reading. It can be made in one way only, so whoever holds one holds a checked one.
//!
//! It does not know which routes exist and refuses nothing for being unknown; that is the table's part.

use std::fmt;

use super::{RouteRefusal, headers, path};

/// The longest target that is looked at, in bytes.
const LONGEST_TARGET: usize = 8 * 1024;

/// The methods that may reach an upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

/// What is asked for: a method, a canonical path and query, and the host it was sent to.
#[derive(Clone, PartialEq, Eq)]
pub struct RequestTarget {
    method: Method,
    segments: Vec<String>,
    query: Option<String>,
    host: String,
    body_is_json_or_none: bool,
}

impl Method {
    /// Methods are exact: `get` is not `GET`.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "GET" => Self::Get,
            "HEAD" => Self::Head,
            "POST" => Self::Post,
            "PUT" => Self::Put,
            "PATCH" => Self::Patch,
            "DELETE" => Self::Delete,
            _ => return None,
        })
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl RequestTarget {
    /// Reads a request line and its headers as they were sent, all of them, before anything else looks at them.
    ///
    /// For HTTP/2 the caller presents `:authority` as a `host` header.
    pub fn read<'a>(
        method: &str,
        target: &[u8],
        headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<Self, RouteRefusal> {
        let method = Method::parse(method).ok_or(RouteRefusal::MethodNotAllowed)?;
        let facts = headers::read(headers)?;
        let (path, query) = split(target)?;
        let segments = path::clean_segments(path)?;
        if let Some(query) = query {
            path::check_query(query)?;
        }
        Ok(Self {
            method,
            segments,
            query: query.map(str::to_owned),
            host: facts.host,
            body_is_json_or_none: facts.body_is_json_or_none,
        })
    }

    pub fn method(&self) -> Method {
        self.method
    }

    /// The canonical path, as it goes upstream.
    pub fn path(&self) -> String {
        path::canonical_path(self.segments.iter().map(String::as_str))
    }

    pub fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// The canonical path with the query, as it goes upstream.
    pub fn path_and_query(&self) -> String {
        let mut text = self.path();
        if let Some(query) = &self.query {
            text.push('?');
            text.push_str(query);
        }
        text
    }

    /// The host it was sent to, without a port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The decoded segments of the path.
    pub(super) fn segments(&self) -> &[String] {
        &self.segments
    }

    pub(super) fn body_is_json_or_none(&self) -> bool {
        self.body_is_json_or_none
    }
}

/// Paths and queries hold people's identifiers and addresses, so they stay out of logs.
impl fmt::Debug for RequestTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestTarget").field("method", &self.method).finish_non_exhaustive()
    }
}

fn split(target: &[u8]) -> Result<(&str, Option<&str>), RouteRefusal> {
    if target.len() > LONGEST_TARGET {
        return Err(RouteRefusal::TargetTooLong);
    }
    if target.iter().any(u8::is_ascii_control) {
        return Err(RouteRefusal::ControlCharacter);
    }
    let text = std::str::from_utf8(target).map_err(|_| RouteRefusal::NotUtf8)?;
    if text.contains('#') {
        return Err(RouteRefusal::Fragment);
    }
    Ok(text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query))))
}
