//! Paths and queries: one strict reading of what was sent, or a refusal.
//!
//! A segment is decoded once and must then hold nothing that a second decoder, a case-folder, a parameter parser or a
//! path joiner could act on. It refuses to normalise dots, slashes or case away.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::RouteRefusal;

/// What stands unescaped in a canonical path segment: RFC 3986 `pchar` without the semicolon.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// The decoded segments of a path that passed every check.
pub(super) fn clean_segments(path: &str) -> Result<Vec<String>, RouteRefusal> {
    let rest = path.strip_prefix('/').ok_or(RouteRefusal::NotOriginForm)?;
    if rest.is_empty() {
        return Ok(Vec::new());
    }
    rest.split('/').map(clean_segment).collect()
}

/// The one spelling of a path with these decoded segments.
pub(super) fn canonical_path<'a>(segments: impl IntoIterator<Item = &'a str>) -> String {
    let mut path = String::new();
    for segment in segments {
        path.push('/');
        path.extend(utf8_percent_encode(segment, SEGMENT));
    }
    if path.is_empty() { "/".to_owned() } else { path }
}

/// Checks a query; it goes upstream as it was sent.
pub(super) fn check_query(query: &str) -> Result<(), RouteRefusal> {
    check_escapes(query)?;
    query.bytes().try_for_each(check_query_byte)?;
    for parameter in query.split('&') {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let name = decode(name)?;
        if is_double_encoded(&name) {
            return Err(RouteRefusal::DoubleEncoding);
        }
        if is_method_parameter(&name) {
            return Err(RouteRefusal::MethodOverride);
        }
        decode(value)?;
    }
    Ok(())
}

fn clean_segment(raw: &str) -> Result<String, RouteRefusal> {
    if raw.is_empty() {
        return Err(RouteRefusal::EmptySegment);
    }
    raw.bytes().try_for_each(check_segment_byte)?;
    check_escapes(raw)?;
    let segment = decode(raw)?;
    if segment.contains(is_slash) {
        return Err(RouteRefusal::HiddenSlash);
    }
    if segment.contains(['?', '#', ';']) {
        return Err(RouteRefusal::HiddenDelimiter);
    }
    if is_double_encoded(&segment) {
        return Err(RouteRefusal::DoubleEncoding);
    }
    // Some servers trim a segment before they resolve dots, and some resolve more than two.
    if segment.trim().chars().all(is_dot) {
        return Err(RouteRefusal::DotSegment);
    }
    Ok(segment)
}

fn check_segment_byte(byte: u8) -> Result<(), RouteRefusal> {
    match byte {
        b'\\' => Err(RouteRefusal::HiddenSlash),
        b';' => Err(RouteRefusal::SemicolonParameter),
        b'%' => Ok(()),
        _ if SEGMENT_PLAIN.contains(&byte) || byte.is_ascii_alphanumeric() => Ok(()),
        _ => Err(RouteRefusal::ForbiddenCharacter),
    }
}

const SEGMENT_PLAIN: &[u8] = b"-._~!$&'()*+,=:@";

fn check_query_byte(byte: u8) -> Result<(), RouteRefusal> {
    match byte {
        b'/' | b'?' | b'[' | b']' => Ok(()),
        byte => check_segment_byte(byte),
    }
}

/// `percent_decode_str` passes a lone percent sign through; here it is refused.
fn check_escapes(raw: &str) -> Result<(), RouteRefusal> {
    let escapes_hold = raw.split('%').skip(1).all(|after| starts_with_hex_pair(after.as_bytes()));
    if escapes_hold { Ok(()) } else { Err(RouteRefusal::BadEscape) }
}

fn decode(raw: &str) -> Result<String, RouteRefusal> {
    let text = percent_decode_str(raw).decode_utf8().map_err(|_| RouteRefusal::NotUtf8)?;
    if text.chars().any(char::is_control) {
        return Err(RouteRefusal::ControlCharacter);
    }
    Ok(text.into_owned())
}

fn is_double_encoded(decoded: &str) -> bool {
    decoded.split('%').skip(1).any(|after| starts_with_hex_pair(after.as_bytes()) || after.starts_with(['u', 'U']))
}

fn starts_with_hex_pair(bytes: &[u8]) -> bool {
    matches!(bytes, [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit())
}

/// Slashes, and the characters that compatibility normalisation turns into slashes.
fn is_slash(c: char) -> bool {
    matches!(c, '/' | '\\' | '\u{ff0f}' | '\u{ff3c}' | '\u{fe68}')
}

/// Dots, and the characters that compatibility normalisation turns into dots.
fn is_dot(c: char) -> bool {
    matches!(c, '.' | '\u{ff0e}' | '\u{fe52}' | '\u{2024}' | '\u{2025}' | '\u{2026}')
}

/// Frameworks read `_method`, `_METHOD` and `_method[]` from the query as the method to run.
fn is_method_parameter(name: &str) -> bool {
    name.replace('+', " ").trim().to_lowercase().replace('-', "_").starts_with("_method")
}
