//! The headers that could make an upstream see another request than the one decided on.
//!
//! It looks only at headers that name a method, a path, a host or a body's length and kind. Identity headers and
//! hop-by-hop headers are the gateway's business. Names are compared with underscores read as hyphens, because servers
//! that fold headers into environment variables cannot tell the two apart.

use super::RouteRefusal;

/// What the headers say that the route table needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HeaderFacts {
    pub host: String,
    /// Whether there is no body, or one that is declared as JSON.
    pub body_is_json_or_none: bool,
}

#[derive(Default)]
struct Seen<'a> {
    hosts: Vec<&'a [u8]>,
    lengths: Vec<&'a [u8]>,
    codings: Vec<&'a [u8]>,
    kinds: Vec<&'a [u8]>,
}

pub(super) fn read<'a>(headers: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<HeaderFacts, RouteRefusal> {
    let mut seen = Seen::default();
    for (name, value) in headers {
        seen.take(name, value)?;
    }
    let has_body = check_length(&seen)?;
    let host = read_host(&seen.hosts)?;
    let body_is_json_or_none = match seen.kinds.as_slice() {
        [] => !has_body,
        [kind] => is_json(kind),
        _ => return Err(RouteRefusal::HeaderMalformed),
    };
    Ok(HeaderFacts { host, body_is_json_or_none })
}

impl<'a> Seen<'a> {
    fn take(&mut self, name: &str, value: &'a [u8]) -> Result<(), RouteRefusal> {
        if !is_token(name) || value.iter().any(|b| matches!(b, 0 | b'\r' | b'\n')) {
            return Err(RouteRefusal::HeaderMalformed);
        }
        let folded = name.to_ascii_lowercase().replace('_', "-");
        let list = match folded.as_str() {
            "x-http-method-override" | "x-method-override" | "x-http-method" => {
                return Err(RouteRefusal::MethodOverride);
            }
            "x-original-url" | "x-rewrite-url" | "x-override-url" => return Err(RouteRefusal::PathOverride),
            "host" => &mut self.hosts,
            "content-length" => &mut self.lengths,
            "transfer-encoding" => &mut self.codings,
            "content-type" => &mut self.kinds,
            _ => return Ok(()),
        };
        if name.contains('_') {
            return Err(RouteRefusal::HeaderMalformed);
        }
        list.push(value);
        Ok(())
    }
}

/// Whether there is a body; refuses what two servers could frame in two ways.
fn check_length(seen: &Seen<'_>) -> Result<bool, RouteRefusal> {
    match (seen.lengths.as_slice(), seen.codings.as_slice()) {
        ([], []) => Ok(false),
        ([length], []) if is_number(length) => Ok(length.iter().any(|b| *b != b'0')),
        ([], [coding]) if coding.eq_ignore_ascii_case(b"chunked") => Ok(true),
        _ => Err(RouteRefusal::AmbiguousLength),
    }
}

fn is_number(value: &[u8]) -> bool {
    (1..=18).contains(&value.len()) && value.iter().all(u8::is_ascii_digit)
}

fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

fn is_json(kind: &[u8]) -> bool {
    let essence = kind.split(|b| *b == b';').next().unwrap_or(kind).trim_ascii();
    essence.eq_ignore_ascii_case(b"application/json")
}

fn read_host(hosts: &[&[u8]]) -> Result<String, RouteRefusal> {
    let host = match hosts {
        [] => return Err(RouteRefusal::HostMissing),
        [host] => std::str::from_utf8(host).map_err(|_| RouteRefusal::HostMalformed)?,
        _ => return Err(RouteRefusal::HostRepeated),
    };
    let name = without_port(host).ok_or(RouteRefusal::HostMalformed)?;
    if is_host_name(name) || is_bracketed(name) { Ok(name.to_owned()) } else { Err(RouteRefusal::HostMalformed) }
}

fn without_port(host: &str) -> Option<&str> {
    let after_bracket = host.rfind(']').map_or(0, |at| at + 1);
    let Some(colon) = host.get(after_bracket..)?.find(':').map(|at| at + after_bracket) else {
        return Some(host);
    };
    let port = host.get(colon + 1..)?;
    let port_holds = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok();
    if port_holds { host.get(..colon) } else { None }
}

/// Lower case only: an account in the host is exact, so there must be one spelling.
fn is_host_name(name: &str) -> bool {
    name.len() <= 253
        && name.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        })
}

fn is_bracketed(name: &str) -> bool {
    name.strip_prefix('[').and_then(|n| n.strip_suffix(']')).is_some_and(|n| n.parse::<std::net::Ipv6Addr>().is_ok())
}
