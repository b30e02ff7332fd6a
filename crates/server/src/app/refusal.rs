//! Refusals: a code and plain words for outside, and what the log needs for inside. Inside words never leave.

use doorward_core::{
    card::looks_like_a_card,
    policy::Denial,
    state::FoldFault,
    token::TokenFault,
    wire::{Code, Problem},
};

use super::parts::DiceFault;
use crate::store::StoreFault;

/// What a verb gives.
pub type Answer<T> = Result<T, Refusal>;

/// Refuses a text that looks like a card number before it is kept anywhere. `field` ends in `-card`.
pub(super) fn no_card(text: &str, field: &'static str) -> Answer<()> {
    if looks_like_a_card(text) { Err(Refusal::bad(field)) } else { Ok(()) }
}

/// Why a verb did not do what it was asked.
#[derive(Debug, Clone)]
pub struct Refusal {
    code: Code,
    denial: Option<Denial>,
    detail: Option<&'static str>,
    inside: Option<String>,
}

impl Refusal {
    /// A refusal with nothing to add to its code.
    pub fn new(code: Code) -> Self {
        Self { code, denial: None, detail: None, inside: None }
    }

    /// A request that is not of the documented shape; `field` names the part.
    pub fn bad(field: &'static str) -> Self {
        Self { detail: Some(field), ..Self::new(Code::BadRequest) }
    }

    /// A refusal of what the admins of an account alone may see and do.
    pub fn for_admins() -> Self {
        Self { detail: Some(FOR_ADMINS), ..Self::new(Code::Denied) }
    }

    /// A failure of ours; `inside` goes to the log and no further.
    pub fn internal(inside: impl ToString) -> Self {
        Self { inside: Some(inside.to_string()), ..Self::new(Code::Internal) }
    }

    /// Words for the log. They carry no personal data and no secret.
    #[must_use]
    pub fn because(self, inside: impl ToString) -> Self {
        Self { inside: Some(inside.to_string()), ..self }
    }

    /// The code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// Why the policy said no.
    pub fn denial(&self) -> Option<Denial> {
        self.denial
    }

    /// Which part of the request, where it was not of the documented shape.
    pub fn detail(&self) -> Option<&'static str> {
        self.detail
    }

    /// Whether it was refused because it looks like a card number.
    pub fn is_a_card(&self) -> bool {
        self.detail.is_some_and(|field| field.ends_with("-card"))
    }

    /// Whether an admin of the account would have got it.
    pub fn is_for_admins(&self) -> bool {
        self.detail == Some(FOR_ADMINS)
    }

    /// What the log is told.
    pub fn inside(&self) -> Option<&str> {
        self.inside.as_deref()
    }

    /// What the outside is told.
    pub fn problem(&self, request: &str) -> Problem {
        Problem {
            code: self.code,
            denial: self.denial,
            detail: self.detail.map(str::to_owned),
            message: if self.is_a_card() { A_CARD } else { words(self.code) }.to_owned(),
            request: request.to_owned(),
            retry_after: None,
        }
    }
}

const FOR_ADMINS: &str = "for-admins";
const A_CARD: &str = "This looks like a card number. Card numbers are never kept here; leave it out.";

fn words(code: Code) -> &'static str {
    match code {
        Code::BadRequest => "The request is not of the documented shape.",
        Code::NotSignedIn => "Sign in first, or use a key that is known here.",
        Code::OtherCertificate => "This credential belongs to another client certificate.",
        Code::Denied => "This is not permitted; the denial says why.",
        Code::NotFound => "There is nothing here.",
        Code::CeremonyGone => "This ceremony is unknown, used up or too old. Begin again.",
        Code::KeyRefused => "The key's answer was not accepted.",
        Code::CodeRefused => "This enrolment code is unknown, used up or too old.",
        Code::Conflict => "It is there already, or has changed since.",
        Code::TooManyRequests => "Too many requests. Wait a little.",
        Code::TooLarge => "The request is too large.",
        Code::TimedOut => "This took too long.",
        Code::NotFresh => "The replica is not fresh. Nothing passes until it is.",
        Code::RouteRefused => "This route is refused.",
        Code::UpstreamUnreachable => "The upstream cannot be reached.",
        Code::Unavailable => "The server cannot answer now.",
        Code::Internal => "Something failed on the server.",
    }
}

impl From<Denial> for Refusal {
    fn from(denial: Denial) -> Self {
        Self { denial: Some(denial), ..Self::new(Code::Denied) }
    }
}

impl From<StoreFault> for Refusal {
    fn from(fault: StoreFault) -> Self {
        if fault.is_conflict() { Self::new(Code::Conflict).because(fault) } else { Self::internal(fault) }
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(fault: rusqlite::Error) -> Self {
        StoreFault::from(fault).into()
    }
}

impl From<FoldFault> for Refusal {
    fn from(fault: FoldFault) -> Self {
        Self::new(Code::Conflict).because(fault)
    }
}

impl From<DiceFault> for Refusal {
    fn from(fault: DiceFault) -> Self {
        Self::internal(fault)
    }
}

impl From<TokenFault> for Refusal {
    fn from(fault: TokenFault) -> Self {
        Self::internal(fault)
    }
}
