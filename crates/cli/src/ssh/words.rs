//! What is said on the terminal: what the key waits for, and why nothing came of it.

use doorward_client::{
    api::ApiError,
    keys::{KeyFault, KeyState, Unavailable},
};
use doorward_core::{
    policy::Denial,
    wire::{Code, Problem},
};

use crate::fault::Fault;

/// What the key asks for before a PIN is typed.
pub fn pin(retries_left: Option<u8>, wrong_before: bool, for_what: &str) -> String {
    let wrong = if wrong_before { "That PIN was not right.\n" } else { "" };
    let left = retries_left.map(|left| format!(" ({left} tries left)")).unwrap_or_default();
    format!("{wrong}PIN of your staff key, {for_what}{left}: ")
}

/// What the key waits for.
pub fn state(state: KeyState, for_what: &str) -> String {
    match state {
        KeyState::InsertKey => "Plug in your staff key.\n".to_owned(),
        KeyState::ChooseKey => "Several keys are plugged in: touch the right one.\n".to_owned(),
        KeyState::Touch => format!("Touch your staff key {for_what}.\n"),
        KeyState::Unplugged => "The key was pulled out. Plug it in again.\n".to_owned(),
        // Both are asked for and not only said.
        KeyState::EnterPin { .. } | KeyState::ChoosePin { .. } => String::new(),
    }
}

/// Why the key gave nothing.
pub fn of_key(fault: KeyFault) -> Fault {
    let words = match fault {
        KeyFault::Cancelled => "called off",
        KeyFault::TimedOut => "the key was not touched in time",
        KeyFault::NoKey => "no key was plugged in",
        KeyFault::NotThisKey => "this is not one of your staff keys",
        KeyFault::AlreadyEnrolled => "the key is enrolled already",
        KeyFault::NoPinSet => "the key has no PIN, so it is not one that was enrolled",
        KeyFault::PinRefused => "the key does not take this PIN",
        KeyFault::PinBlocked { until_replug: true } => "too many wrong PINs: take the key out and plug it in again",
        KeyFault::PinBlocked { until_replug: false } => "too many wrong PINs: the key has locked itself for good",
        KeyFault::WrongRp => "the server asks for a key of another house than the one that is configured",
        KeyFault::Unavailable(Unavailable::Permission) => "this user may not open security keys on this computer",
        KeyFault::Unavailable(Unavailable::System) => "security keys cannot be talked to on this computer",
        KeyFault::Unplugged => "the key was pulled out and did not come back",
        KeyFault::Failed => "the key broke off without saying why",
    };
    Fault::Refused(words.to_owned())
}

/// Why the server did not do it.
pub fn of(error: ApiError) -> Fault {
    let words = match error {
        ApiError::Problem(problem) => refusal(&problem),
        ApiError::Unreachable => "the server cannot be reached: a certificate needs it, and none is kept".to_owned(),
        ApiError::Tls => "whoever answers is not the server that is trusted".to_owned(),
        ApiError::BadAnswer => "the server's answer cannot be read".to_owned(),
    };
    Fault::Refused(words)
}

fn refusal(problem: &Problem) -> String {
    let words = match (problem.code, problem.denial) {
        (_, Some(Denial::SshKeyMissing)) => {
            "no SSH key is enrolled for this staff key: `doorward ssh --enrol KEY.pub` enrols one"
        }
        (_, Some(Denial::UnknownHost)) => "no server is registered under this name",
        (_, Some(Denial::NoRole)) => "your role is not for this server",
        (_, Some(Denial::StaffSuspended)) => "you are suspended",
        (_, Some(Denial::KeyRevoked)) => "this staff key was revoked",
        (Code::KeyRefused, _) => "the server did not accept this handle and this key",
        (Code::Conflict, _) => "this SSH key was enrolled before, by you or somebody else: make another",
        _ => problem.message.as_str(),
    };
    let number = if problem.request.is_empty() { String::new() } else { format!(" (request {})", problem.request) };
    format!("{words}{number}")
}
