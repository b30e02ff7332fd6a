//! The hardware key as the controller sees it, and the one ceremony that may be under way.
//!
//! A PIN is passed on and never kept.

use std::sync::Arc;

use doorward_client::keys::{KeyDriver, KeyFault, KeyState, KeyUi, RegisterAsk, SignAsk, Signed, Unavailable};
use doorward_core::wire::WebAuthnJson;
use secrecy::SecretString;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Controller, Then, request::Answer};
use crate::view::{ConsoleEvent, ErrorCode, KeyPrompt, KeyPurpose, KeyStep, Pin, Problem};

/// What is wanted of the key, by the options the server sent.
pub(super) enum KeyAsk {
    /// A new credential, for enrolment.
    Make(WebAuthnJson),
    /// A touch with one of the credentials named.
    Touch(WebAuthnJson),
}

/// Says a ceremony's steps to the controller.
#[derive(Clone)]
pub(super) struct Voice {
    ceremony: u64,
    back: mpsc::UnboundedSender<Then>,
}

impl Voice {
    pub fn say(&self, step: KeyStep) {
        let ceremony = self.ceremony;
        let _closing = self.back.send(Box::new(move |console| console.key_says(ceremony, step)));
    }
}

/// The ceremony under way.
pub(super) struct Ceremony {
    number: u64,
    purpose: KeyPurpose,
    step: Option<KeyStep>,
    pins: mpsc::Sender<SecretString>,
    cancel: CancellationToken,
}

/// What a task needs to ask the key and to come back.
pub(super) struct Asking {
    pub number: u64,
    cancel: CancellationToken,
    voice: Voice,
    ui: KeyUi,
    key: Arc<dyn KeyDriver>,
}

impl Asking {
    /// The key's answer; then the server has the word.
    pub async fn answer(self, ask: KeyAsk) -> Answer<WebAuthnJson> {
        self.ask(|key, ui| async move { answered(&*key, ask, ui).await }).await
    }

    /// The key's answer to this very challenge, and the secret that goes with it.
    pub async fn signed(self, ask: SignAsk) -> Answer<Signed> {
        self.ask(|key, ui| async move { key.sign(ask, ui).await }).await
    }

    async fn ask<T, F>(self, asked: impl FnOnce(Arc<dyn KeyDriver>, KeyUi) -> F) -> Answer<T>
    where
        F: Future<Output = Result<T, KeyFault>>,
    {
        let Self { cancel, voice, ui, key, .. } = self;
        let answer = match asked(key, ui).await {
            Ok(answer) => answer,
            Err(fault) => {
                if let Some(step) = dead_end(fault) {
                    // Nothing goes on with this key: the step says why, and stays until the person has seen it.
                    voice.say(step);
                    cancel.cancelled().await;
                }
                return Err(code(fault).into());
            }
        };
        if cancel.is_cancelled() {
            return Err(ErrorCode::Cancelled.into());
        }
        voice.say(KeyStep::Checking);
        Ok(answer)
    }
}

async fn answered(key: &dyn KeyDriver, ask: KeyAsk, ui: KeyUi) -> Result<WebAuthnJson, KeyFault> {
    match ask {
        KeyAsk::Make(options) => json(&key.register(RegisterAsk::from_json(&options.0)?, ui).await?),
        KeyAsk::Touch(options) => json(&key.authenticate(SignAsk::from_json(&options.0)?, ui).await?),
    }
}

pub(super) fn json(credential: &impl Serialize) -> Result<WebAuthnJson, KeyFault> {
    serde_json::to_value(credential).map(WebAuthnJson).map_err(|_| KeyFault::Failed)
}

fn dead_end(fault: KeyFault) -> Option<KeyStep> {
    match fault {
        KeyFault::NotThisKey => Some(KeyStep::NotYours),
        KeyFault::NoPinSet => Some(KeyStep::NoPinSet),
        KeyFault::PinBlocked { until_replug: true } => Some(KeyStep::BlockedUntilReplug),
        KeyFault::PinBlocked { until_replug: false } => Some(KeyStep::Blocked),
        KeyFault::Unavailable(Unavailable::Permission) => Some(KeyStep::NoPermission),
        _ => None,
    }
}

fn code(fault: KeyFault) -> ErrorCode {
    match fault {
        KeyFault::Cancelled | KeyFault::NotThisKey | KeyFault::NoPinSet | KeyFault::PinBlocked { .. } => {
            ErrorCode::Cancelled
        }
        KeyFault::TimedOut | KeyFault::NoKey => ErrorCode::KeyTimedOut,
        KeyFault::AlreadyEnrolled => ErrorCode::Conflict,
        KeyFault::WrongRp => ErrorCode::Internal,
        KeyFault::Unavailable(Unavailable::Permission) => ErrorCode::KeyNoPermission,
        KeyFault::Unplugged => ErrorCode::KeyUnplugged,
        KeyFault::Unavailable(Unavailable::System) | KeyFault::PinRefused | KeyFault::Failed => ErrorCode::KeyFailed,
    }
}

impl From<KeyState> for KeyStep {
    fn from(state: KeyState) -> Self {
        match state {
            KeyState::InsertKey => Self::Insert,
            KeyState::ChooseKey => Self::Choose,
            KeyState::EnterPin { retries_left, wrong_before } => Self::Pin { retries_left, wrong: wrong_before },
            KeyState::ChoosePin { min_length, refused } => Self::ChoosePin { min_length, refused },
            KeyState::Touch => Self::Touch,
            KeyState::Unplugged => Self::Unplugged,
        }
    }
}

impl Controller {
    /// Begins a ceremony; there is one at a time.
    pub(super) fn begin_ceremony(&mut self, purpose: KeyPurpose) -> Answer<Asking> {
        if self.ceremony.is_some() {
            return Err(ErrorCode::Conflict.into());
        }
        let (number, cancel) = (self.number(), CancellationToken::new());
        let (pins, typed) = mpsc::channel(1);
        self.ceremony = Some(Ceremony { number, purpose, step: None, pins, cancel: cancel.clone() });
        let voice = Voice { ceremony: number, back: self.back.clone() };
        let says = voice.clone();
        let ui = KeyUi::new(move |state: KeyState| says.say(state.into()), typed, cancel.clone());
        Ok(Asking { number, cancel, voice, ui, key: Arc::clone(&self.parts.keys) })
    }

    /// The ceremony came to its end. Whether it is still the one the person waits for.
    pub(super) fn end_ceremony(&mut self, number: u64) -> bool {
        let current = self.ceremony.take_if(|ceremony| ceremony.number == number);
        if current.as_ref().is_some_and(|ceremony| ceremony.step.is_some()) {
            self.parts.page.tell(ConsoleEvent::Key { prompt: None });
        }
        current.is_some()
    }

    /// Ends the ceremony at once; what still comes of it is unwanted.
    pub(super) fn drop_ceremony(&mut self) {
        if let Some(ceremony) = self.ceremony.take() {
            ceremony.cancel.cancel();
            self.parts.page.tell(ConsoleEvent::Key { prompt: None });
        }
    }

    fn key_says(&mut self, ceremony: u64, step: KeyStep) {
        let Some(current) = self.ceremony.as_mut().filter(|current| current.number == ceremony) else { return };
        current.step = Some(step);
        let prompt = self.prompt();
        self.parts.page.tell(ConsoleEvent::Key { prompt });
    }

    /// What the key asks for now.
    pub(super) fn prompt(&self) -> Option<KeyPrompt> {
        let ceremony = self.ceremony.as_ref()?;
        Some(KeyPrompt { step: ceremony.step.clone()?, purpose: ceremony.purpose.clone() })
    }

    /// Whether the ceremony under way is a sign-in.
    pub(super) fn is_signing_in(&self) -> bool {
        self.ceremony.as_ref().is_some_and(|ceremony| ceremony.purpose == KeyPurpose::SignIn)
    }

    pub(super) fn give_pin(&mut self, pin: Pin) -> Answer<()> {
        let waiting = self
            .ceremony
            .as_ref()
            .filter(|now| matches!(now.step, Some(KeyStep::Pin { .. } | KeyStep::ChoosePin { .. })));
        let waiting = waiting.ok_or(Problem::from(ErrorCode::NoKeyCeremony))?;
        waiting.pins.try_send(SecretString::from(pin.0)).map_err(|_| ErrorCode::NoKeyCeremony.into())
    }

    /// Cancels what is under way; where nothing is, nothing is to be done.
    pub(super) fn cancel_key(&mut self) -> Answer<()> {
        if let Some(ceremony) = &self.ceremony {
            ceremony.cancel.cancel();
        }
        Ok(())
    }
}
