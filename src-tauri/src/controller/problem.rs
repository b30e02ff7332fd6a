//! Problems for the page: every failure becomes one of its codes. Texts of libraries and of the server stay behind.

use doorward_client::api::ApiError;
use doorward_core::{policy::Denial, session::ReasonFault, wire::Code};

use super::house::LineFault;
use crate::view::{ErrorCode, Problem};

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Problem(problem) => Self {
                code: problem.code.into(),
                why: problem.denial.map(Into::into),
                request: Some(problem.request).filter(|request| !request.is_empty()),
                model: None,
                retry_after: problem.retry_after,
            },
            ApiError::Unreachable => ErrorCode::Offline.into(),
            ApiError::Tls => ErrorCode::TlsFailed.into(),
            ApiError::BadAnswer => ErrorCode::Internal.into(),
        }
    }
}

impl From<Denial> for Problem {
    fn from(denial: Denial) -> Self {
        Self { why: Some(denial.into()), ..ErrorCode::Denied.into() }
    }
}

impl From<LineFault> for Problem {
    fn from(_: LineFault) -> Self {
        ErrorCode::TlsFailed.into()
    }
}

impl From<ReasonFault> for Problem {
    fn from(_: ReasonFault) -> Self {
        ErrorCode::BadRequest.into()
    }
}

impl From<Code> for ErrorCode {
    fn from(code: Code) -> Self {
        match code {
            Code::BadRequest => Self::BadRequest,
            Code::NotSignedIn => Self::NotSignedIn,
            Code::OtherCertificate => Self::OtherCertificate,
            Code::Denied => Self::Denied,
            Code::NotFound => Self::NotFound,
            Code::CeremonyGone => Self::CeremonyGone,
            Code::KeyRefused => Self::KeyRefused,
            Code::CodeRefused => Self::CodeRefused,
            Code::Conflict => Self::Conflict,
            Code::TooManyRequests => Self::TooManyRequests,
            Code::TooLarge => Self::TooLarge,
            Code::TimedOut => Self::TimedOut,
            Code::NotFresh => Self::NotFresh,
            Code::RouteRefused => Self::RouteRefused,
            Code::UpstreamUnreachable => Self::UpstreamUnreachable,
            Code::Unavailable => Self::Unavailable,
            Code::Internal => Self::Internal,
        }
    }
}
