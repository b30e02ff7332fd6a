//! Why a request is refused before anybody asks who sent it. Codes only: the words for them live where they are shown.

use serde::{Deserialize, Serialize};

/// The code of a refusal by the route table or by the normalisation before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum RouteRefusal {
    #[error("the method is not one this gateway passes on")]
    MethodNotAllowed,
    #[error("a header or parameter asks for another method than the one sent")]
    MethodOverride,
    #[error("a header asks for another path than the one sent")]
    PathOverride,
    #[error("the request target is not a path that begins with a slash")]
    NotOriginForm,
    #[error("the request target is too long")]
    TargetTooLong,
    #[error("the request target has a fragment")]
    Fragment,
    #[error("the request target has a character that must be escaped")]
    ForbiddenCharacter,
    #[error("the request target has a control character")]
    ControlCharacter,
    #[error("the request target is not UTF-8")]
    NotUtf8,
    #[error("a percent sign is not followed by two hexadecimal digits")]
    BadEscape,
    #[error("an escape is escaped once more")]
    DoubleEncoding,
    #[error("a slash or backslash is hidden inside a path segment")]
    HiddenSlash,
    #[error("a question mark, number sign or semicolon is hidden inside a path segment")]
    HiddenDelimiter,
    #[error("a semicolon parameter")]
    SemicolonParameter,
    #[error("a path segment is empty")]
    EmptySegment,
    #[error("a path segment is made of dots")]
    DotSegment,
    #[error("the Host header is missing")]
    HostMissing,
    #[error("more than one Host header")]
    HostRepeated,
    #[error("the Host header is not a plain lower-case host name")]
    HostMalformed,
    #[error("a header is malformed or appears more than once where it may not")]
    HeaderMalformed,
    #[error("the length of the body can be read in two ways")]
    AmbiguousLength,
    #[error("a reading request carries a body that is not JSON")]
    ReadBodyNotJson,
    #[error("the account is missing or not an exact account id")]
    AccountMalformed,
    #[error("the path would be another route if case were ignored")]
    CaseTrick,
    #[error("the route table has no such route")]
    UnknownRoute,
    #[error("the route table refuses this route")]
    RefusedRoute,
}
