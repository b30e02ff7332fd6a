//! The talk between a key and the person: the key says what it waits for, the person gives PINs or cancels.
//!
//! It keeps no PIN: each is asked for when it is needed, and given to nobody but the key.

use std::fmt;

use secrecy::SecretString;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::KeyFault;

/// What a key waits for. What ends a ceremony is a [`KeyFault`] instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// No key is plugged in.
    InsertKey,
    /// Several keys are plugged in: touch the right one.
    ChooseKey,
    /// `retries_left` is absent where the key has not said; `wrong_before` after a PIN that was not right.
    EnterPin {
        retries_left: Option<u8>,
        wrong_before: bool,
    },
    /// The key has no PIN yet, and one of so many characters at least is to be chosen. `refused` after one that the key
    /// did not take.
    ChoosePin {
        min_length: u8,
        refused: bool,
    },
    Touch,
    /// The key was taken out on the way: once it is back, all begins anew by itself.
    Unplugged,
}

/// The key's end of the talk.
pub struct KeyUi {
    say: Box<dyn Fn(KeyState) + Send + Sync>,
    pins: mpsc::Receiver<SecretString>,
    cancel: CancellationToken,
}

/// The person's end of the talk.
pub struct KeyTalk {
    pub states: mpsc::UnboundedReceiver<KeyState>,
    pub pins: mpsc::Sender<SecretString>,
    pub cancel: CancellationToken,
}

/// Both ends of a talk.
pub fn key_talk() -> (KeyUi, KeyTalk) {
    let (said, states) = mpsc::unbounded_channel();
    let (pins, typed) = mpsc::channel(1);
    let cancel = CancellationToken::new();
    let say = move |state| {
        // Nobody may be listening any more; the ceremony ends by its own means.
        let _unheard = said.send(state);
    };
    (KeyUi::new(say, typed, cancel.clone()), KeyTalk { states, pins, cancel })
}

impl KeyUi {
    /// A talk whose states go to `say`.
    pub fn new(
        say: impl Fn(KeyState) + Send + Sync + 'static,
        pins: mpsc::Receiver<SecretString>,
        cancel: CancellationToken,
    ) -> Self {
        Self { say: Box::new(say), pins, cancel }
    }

    /// Says what the key waits for now.
    pub fn say(&self, state: KeyState) {
        (self.say)(state);
    }

    /// Fires when the person has had enough.
    pub fn cancel(&self) -> &CancellationToken {
        &self.cancel
    }

    /// Asks for the PIN. One that was typed before it was asked for is forgotten.
    pub async fn pin(&mut self, retries_left: Option<u8>, wrong_before: bool) -> Result<SecretString, KeyFault> {
        self.ask_for_pin(retries_left, wrong_before);
        self.given_pin().await
    }

    /// Asks for the first PIN of a key that has none.
    pub async fn first_pin(&mut self, min_length: u8, refused: bool) -> Result<SecretString, KeyFault> {
        self.ask_for_first_pin(min_length, refused);
        self.given_pin().await
    }

    async fn given_pin(&mut self) -> Result<SecretString, KeyFault> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(KeyFault::Cancelled),
            pin = self.pins.recv() => pin.ok_or(KeyFault::Cancelled),
        }
    }

    /// Asks for the PIN without waiting for it.
    pub fn ask_for_pin(&mut self, retries_left: Option<u8>, wrong_before: bool) {
        self.ask(KeyState::EnterPin { retries_left, wrong_before });
    }

    /// Asks for a first PIN without waiting for it.
    pub fn ask_for_first_pin(&mut self, min_length: u8, refused: bool) {
        self.ask(KeyState::ChoosePin { min_length, refused });
    }

    fn ask(&mut self, state: KeyState) {
        while self.pins.try_recv().is_ok() {}
        self.say(state);
    }

    /// The PIN, where it was given since it was asked for. Cancelled where nobody can give one any more.
    pub fn typed_pin(&mut self) -> Result<Option<SecretString>, KeyFault> {
        match self.pins.try_recv() {
            Ok(pin) => Ok(Some(pin)),
            Err(mpsc::error::TryRecvError::Empty) => Ok(None),
            Err(mpsc::error::TryRecvError::Disconnected) => Err(KeyFault::Cancelled),
        }
    }
}

impl fmt::Debug for KeyUi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyUi(…)")
    }
}

impl fmt::Debug for KeyTalk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyTalk(…)")
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[tokio::test]
    async fn a_pin_is_heard_only_after_it_was_asked_for() {
        let (mut ui, mut person) = key_talk();
        person.pins.try_send("typed too early".into()).unwrap();
        let answer = async {
            let asked = person.states.recv().await;
            person.pins.send("1234".into()).await.unwrap();
            asked
        };
        let (pin, asked) = tokio::join!(ui.pin(Some(7), true), answer);
        assert_eq!(pin.unwrap().expose_secret(), "1234");
        assert_eq!(asked, Some(KeyState::EnterPin { retries_left: Some(7), wrong_before: true }));
    }

    #[tokio::test]
    async fn cancelling_ends_the_wait_for_a_pin() {
        let (mut ui, person) = key_talk();
        person.cancel.cancel();
        assert_eq!(ui.pin(None, false).await.unwrap_err(), KeyFault::Cancelled);
    }

    #[tokio::test]
    async fn a_person_who_went_away_has_cancelled() {
        let (mut ui, person) = key_talk();
        drop(person);
        assert_eq!(ui.pin(None, false).await.unwrap_err(), KeyFault::Cancelled);
        assert_eq!(ui.typed_pin().unwrap_err(), KeyFault::Cancelled);
    }

    #[tokio::test]
    async fn no_pin_is_in_debug_output() {
        let (mut ui, person) = key_talk();
        let (pin, _sent) = tokio::join!(ui.pin(None, false), person.pins.send("2718281".into()));
        assert_eq!(pin.as_ref().unwrap().expose_secret(), "2718281");
        let shown = format!("{pin:?} {person:?}");
        assert!(!shown.contains("2718281"), "{shown}");
        assert!(!format!("{ui:?}").contains("2718281"));
    }
}
