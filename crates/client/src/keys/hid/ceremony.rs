//! One ceremony with the keys that are plugged in: hears what the library says, passes on PINs, and knows when it is over.
//!
//! The library tells a cancelled ceremony from one that timed out by nothing, and is silent where no key is plugged in: both
//! are known here. It decides nothing about what the key answered.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, Sender},
    time::{Duration, Instant},
};

use authenticator::{
    AuthenticatorInfo, InteractiveRequest, InteractiveUpdate, ManageResult, Pin, StatusPinUv, StatusUpdate,
    errors::AuthenticatorError,
};
use secrecy::{ExposeSecret, SecretString};
use tokio_util::sync::CancellationToken;

use super::{
    sight::{Sight, look},
    translate,
};
use crate::keys::{KeyFault, KeyState, KeyUi, Unavailable};

/// How long a cancelled ceremony may go unnoticed.
const TICK: Duration = Duration::from_millis(25);
const LOOKS_APART: Duration = Duration::from_millis(250);
/// A key that was just plugged in is nobody's until the system has given it away.
const FORBIDDEN_LOOKS: u8 = 8;
/// As CTAP 2 counts a PIN's characters where the key asks for no more, and its bytes.
const SHORTEST_PIN: u8 = 4;
const LONGEST_PIN: usize = 63;
/// A key that is silent so long while it is looked at is one of U2F.
const SILENT: Duration = Duration::from_secs(3);

/// What a key that was looked at is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Peeked {
    Ready,
    /// It could have a PIN, of so many characters at least, and has none.
    NoPin {
        min_length: u8,
    },
}

pub(super) struct Ceremony {
    ui: KeyUi,
    patience: Duration,
    dropped: CancellationToken,
    look: fn() -> Sight,
    began: Instant,
    looked: Option<Instant>,
    /// A key has said something.
    engaged: bool,
    seen: bool,
    key_since: Option<Instant>,
    /// A key said nothing while it was looked at.
    silent: bool,
    forbidden: u8,
    said: Option<KeyState>,
    /// Who waits for a PIN.
    pin: Option<Sender<Pin>>,
    /// The key is being given its first PIN: whatever asks for one now is another key.
    giving: bool,
    /// The PIN that the key was just given: nobody types it a third time.
    given: Option<SecretString>,
}

impl Ceremony {
    pub fn new(ui: KeyUi, patience: Duration, dropped: CancellationToken) -> Self {
        Self {
            ui,
            patience,
            dropped,
            look,
            began: Instant::now(),
            looked: None,
            engaged: false,
            seen: false,
            key_since: None,
            silent: false,
            forbidden: 0,
            said: None,
            pin: None,
            giving: false,
            given: None,
        }
    }

    /// Nobody waits for its end any more.
    pub fn is_unwanted(&self) -> bool {
        self.dropped.is_cancelled() || self.ui.cancel().is_cancelled()
    }

    /// Waits for a key, and ends where it is one that verifies nobody: the library would make credentials with it all the
    /// same. Of several keys the one that is chosen is looked at afterwards, by its answer.
    pub fn peek(
        &mut self,
        statuses: &Receiver<StatusUpdate>,
        finished: &Receiver<Result<ManageResult, AuthenticatorError>>,
    ) -> Result<Peeked, KeyFault> {
        loop {
            for status in statuses.try_iter() {
                match status {
                    StatusUpdate::InteractiveManagement(InteractiveUpdate::StartManagement((tell, info))) => {
                        self.engaged = true;
                        let _gone = tell.send(InteractiveRequest::Quit);
                        return info.map_or(Ok(Peeked::Ready), |info| peeked(&info));
                    }
                    StatusUpdate::SelectDeviceNotice => return Ok(Peeked::Ready),
                    _ => {}
                }
            }
            self.is_still_wanted()?;
            self.look_for_keys()?;
            if self.key_since.is_some_and(|since| since.elapsed() > SILENT) {
                // Once it may only have been slow to wake.
                let again = std::mem::replace(&mut self.silent, true);
                return if again { Err(KeyFault::NoPinSet) } else { Ok(Peeked::Ready) };
            }
            match finished.recv_timeout(TICK) {
                Ok(Err(fault)) => return Err(self.why(&fault)),
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Ok(_)) | Err(RecvTimeoutError::Disconnected) => return Ok(Peeked::Ready),
            }
        }
    }

    /// Sees the ceremony to its end.
    pub fn follow<T>(
        &mut self,
        statuses: &Receiver<StatusUpdate>,
        finished: &Receiver<Result<T, AuthenticatorError>>,
    ) -> Result<T, KeyFault> {
        loop {
            statuses.try_iter().for_each(|status| self.hear(status));
            self.pass_on_pin()?;
            self.is_still_wanted()?;
            self.look_for_keys()?;
            match finished.recv_timeout(TICK) {
                Ok(result) => return result.map_err(|fault| self.why(&fault)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(KeyFault::Failed),
            }
        }
    }

    /// Sees to its end that the key is given its first PIN, which is then known for the ceremony that follows.
    pub fn follow_first_pin(
        &mut self,
        statuses: &Receiver<StatusUpdate>,
        finished: &Receiver<Result<(), AuthenticatorError>>,
        pin: SecretString,
    ) -> Result<(), KeyFault> {
        self.giving = true;
        let set = self.follow(statuses, finished);
        self.giving = false;
        set.map(|()| self.given = Some(pin))
    }

    /// The first PIN of a key that has none, as the person chose it.
    pub fn choose_pin(&mut self, min_length: u8, refused: bool) -> Result<SecretString, KeyFault> {
        let mut refused = refused;
        loop {
            self.said = Some(KeyState::ChoosePin { min_length, refused });
            self.ui.ask_for_first_pin(min_length, refused);
            let pin = self.wait_for(|ceremony| ceremony.ui.typed_pin())?;
            let text = pin.expose_secret();
            if text.chars().count() >= usize::from(min_length) && text.len() <= LONGEST_PIN {
                return Ok(pin);
            }
            refused = true;
        }
    }

    /// A key that was taken out is waited for.
    pub fn wait_for_key(&mut self) -> Result<(), KeyFault> {
        self.say(KeyState::Unplugged);
        let back = self.wait_for(|ceremony| Ok(((ceremony.look)() != Sight::Nothing).then_some(())));
        back.map_err(|fault| if fault == KeyFault::TimedOut { KeyFault::Unplugged } else { fault })
    }

    /// Whether a key was used that nobody could look at before.
    pub fn was_silent(&self) -> bool {
        self.silent
    }

    /// Everything that a key has said is forgotten, and so is the PIN it was given: another key may come.
    pub fn begin_anew(&mut self) {
        (self.looked, self.key_since, self.said, self.pin, self.given) = (None, None, None, None, None);
        (self.engaged, self.giving, self.forbidden) = (false, false, 0);
    }

    /// Waits until there is something, for as long as the ceremony is wanted and its key is there.
    fn wait_for<T>(&mut self, mut look: impl FnMut(&mut Self) -> Result<Option<T>, KeyFault>) -> Result<T, KeyFault> {
        loop {
            if let Some(found) = look(self)? {
                return Ok(found);
            }
            self.is_still_wanted()?;
            if self.engaged {
                self.look_for_keys()?;
            }
            std::thread::park_timeout(TICK);
        }
    }

    fn hear(&mut self, status: StatusUpdate) {
        self.engaged = true;
        match status {
            StatusUpdate::PresenceRequired => self.say(KeyState::Touch),
            StatusUpdate::SelectDeviceNotice => self.say(KeyState::ChooseKey),
            StatusUpdate::PinUvError(StatusPinUv::PinRequired(_) | StatusPinUv::InvalidPin(..)) if self.giving => {}
            StatusUpdate::PinUvError(StatusPinUv::PinRequired(pin)) => self.ask_for_pin(pin, None, false),
            StatusUpdate::PinUvError(StatusPinUv::InvalidPin(pin, left)) => self.ask_for_pin(pin, left, true),
            // Each of these is followed by the ceremony's end, which says the same, or by another question.
            StatusUpdate::PinUvError(_)
            | StatusUpdate::InteractiveManagement(_)
            | StatusUpdate::SelectResultNotice(..) => {}
        }
    }

    fn ask_for_pin(&mut self, pin: Sender<Pin>, left: Option<u8>, wrong: bool) {
        if let Some(given) = self.given.take() {
            let _gone = pin.send(Pin::new(given.expose_secret()));
            return;
        }
        self.pin = Some(pin);
        self.said = Some(KeyState::EnterPin { retries_left: left, wrong_before: wrong });
        self.ui.ask_for_pin(left, wrong);
    }

    fn pass_on_pin(&mut self) -> Result<(), KeyFault> {
        if self.pin.is_none() {
            return Ok(());
        }
        let Some(typed) = self.ui.typed_pin()? else { return Ok(()) };
        if let Some(waiting) = self.pin.take() {
            // The library may have given up meanwhile; its end says why.
            let _gone = waiting.send(Pin::new(typed.expose_secret()));
        }
        Ok(())
    }

    fn is_still_wanted(&self) -> Result<(), KeyFault> {
        if self.is_unwanted() {
            return Err(KeyFault::Cancelled);
        }
        if self.began.elapsed() < self.patience {
            return Ok(());
        }
        Err(if self.seen { KeyFault::TimedOut } else { KeyFault::NoKey })
    }

    fn look_for_keys(&mut self) -> Result<(), KeyFault> {
        if self.looked.is_some_and(|looked| looked.elapsed() < LOOKS_APART) {
            return Ok(());
        }
        self.looked = Some(Instant::now());
        let sight = (self.look)();
        self.forbidden = if sight == Sight::Forbidden { self.forbidden.saturating_add(1) } else { 0 };
        self.seen |= sight != Sight::Nothing;
        self.key_since = (sight == Sight::Key).then(|| self.key_since.unwrap_or_else(Instant::now));
        match sight {
            Sight::Forbidden if self.forbidden >= FORBIDDEN_LOOKS => {
                Err(KeyFault::Unavailable(Unavailable::Permission))
            }
            Sight::Nothing if self.engaged => Err(KeyFault::Unplugged),
            Sight::Nothing => {
                self.say(KeyState::InsertKey);
                Ok(())
            }
            Sight::Forbidden | Sight::Key => Ok(()),
        }
    }

    /// Says a state once.
    fn say(&mut self, state: KeyState) {
        if self.said.replace(state) != Some(state) {
            self.ui.say(state);
        }
    }

    /// Why the library ended the ceremony. Keys that are pulled out fail in many ways.
    fn why(&self, fault: &AuthenticatorError) -> KeyFault {
        match translate::fault(fault) {
            KeyFault::Failed if (self.look)() == Sight::Nothing => KeyFault::Unplugged,
            fault => fault,
        }
    }
}

/// Whether a key of this kind verifies its user, or could.
fn peeked(info: &AuthenticatorInfo) -> Result<Peeked, KeyFault> {
    if info.device_is_protected() {
        return Ok(Peeked::Ready);
    }
    // A key that says nothing of PINs can have none.
    info.options.client_pin.ok_or(KeyFault::NoPinSet)?;
    let least = info.min_pin_length.and_then(|least| u8::try_from(least).ok());
    Ok(Peeked::NoPin { min_length: least.unwrap_or(SHORTEST_PIN).max(SHORTEST_PIN) })
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use authenticator::{
        ctap2::commands::get_info::AuthenticatorOptions,
        errors::{HIDError, PinError},
    };

    use super::*;
    use crate::keys::{KeyTalk, key_talk};

    const LONG: Duration = Duration::from_secs(60);

    /// A ceremony on a thread of its own, and the library's end of it.
    struct Staged {
        status: Sender<StatusUpdate>,
        finish: Sender<Result<u8, AuthenticatorError>>,
        talk: KeyTalk,
        end: tokio::task::JoinHandle<Result<u8, KeyFault>>,
    }

    fn stage(patience: Duration, look: fn() -> Sight) -> Staged {
        let ((status, statuses), (finish, finished)) = (channel(), channel());
        let (ui, talk) = key_talk();
        let mut ceremony = Ceremony { look, ..Ceremony::new(ui, patience, CancellationToken::new()) };
        let end = tokio::task::spawn_blocking(move || ceremony.follow(&statuses, &finished));
        Staged { status, finish, talk, end }
    }

    fn pin(left: Option<u8>, wrong: bool) -> Option<KeyState> {
        Some(KeyState::EnterPin { retries_left: left, wrong_before: wrong })
    }

    #[tokio::test]
    async fn pins_go_to_the_key_and_states_to_the_person() {
        let mut staged = stage(LONG, || Sight::Key);
        let (to, typed) = channel();
        staged.status.send(StatusUpdate::PinUvError(StatusPinUv::PinRequired(to))).unwrap();
        assert_eq!(staged.talk.states.recv().await, pin(None, false));
        staged.talk.pins.send("1111".into()).await.unwrap();
        let first = tokio::task::spawn_blocking(move || typed.recv()).await.unwrap().unwrap();
        assert_eq!(first.as_bytes(), b"1111");
        let (to, typed) = channel();
        staged.status.send(StatusUpdate::PinUvError(StatusPinUv::InvalidPin(to, Some(7)))).unwrap();
        assert_eq!(staged.talk.states.recv().await, pin(Some(7), true));
        staged.talk.pins.send("2222".into()).await.unwrap();
        let second = tokio::task::spawn_blocking(move || typed.recv()).await.unwrap().unwrap();
        assert_eq!(second.as_bytes(), b"2222");
        staged.status.send(StatusUpdate::PresenceRequired).unwrap();
        assert_eq!(staged.talk.states.recv().await, Some(KeyState::Touch));
        staged.finish.send(Ok(9)).unwrap();
        assert_eq!(staged.end.await.unwrap(), Ok(9));
    }

    #[tokio::test]
    async fn without_a_key_one_is_asked_for_and_then_missed() {
        let mut staged = stage(Duration::from_millis(100), || Sight::Nothing);
        assert_eq!(staged.talk.states.recv().await, Some(KeyState::InsertKey));
        assert_eq!(staged.end.await.unwrap(), Err(KeyFault::NoKey));
        assert_eq!(staged.talk.states.recv().await, None, "asked once");
    }

    #[tokio::test]
    async fn a_key_that_nobody_answers_times_out() {
        let staged = stage(Duration::from_millis(100), || Sight::Key);
        staged.status.send(StatusUpdate::PresenceRequired).unwrap();
        assert_eq!(staged.end.await.unwrap(), Err(KeyFault::TimedOut));
    }

    #[tokio::test]
    async fn cancelling_frees_whoever_waits_for_a_pin() {
        let mut staged = stage(LONG, || Sight::Key);
        let (to, typed) = channel();
        staged.status.send(StatusUpdate::PinUvError(StatusPinUv::PinRequired(to))).unwrap();
        assert_eq!(staged.talk.states.recv().await, pin(None, false));
        staged.talk.cancel.cancel();
        assert_eq!(staged.end.await.unwrap(), Err(KeyFault::Cancelled));
        assert!(tokio::task::spawn_blocking(move || typed.recv()).await.unwrap().is_err());
    }

    #[tokio::test]
    async fn a_key_that_is_pulled_out_is_missed() {
        let staged = stage(LONG, || Sight::Nothing);
        let (to, _typed) = channel();
        staged.status.send(StatusUpdate::PinUvError(StatusPinUv::PinRequired(to))).unwrap();
        assert_eq!(staged.end.await.unwrap(), Err(KeyFault::Unplugged));
        let staged = stage(LONG, || Sight::Nothing);
        staged.finish.send(Err(AuthenticatorError::HIDError(HIDError::DeviceError))).unwrap();
        assert_eq!(staged.end.await.unwrap(), Err(KeyFault::Unplugged));
    }

    #[tokio::test]
    async fn a_key_that_may_not_be_opened_is_told_from_none() {
        let staged = stage(LONG, || Sight::Forbidden);
        assert_eq!(staged.end.await.unwrap(), Err(KeyFault::Unavailable(Unavailable::Permission)));
    }

    #[tokio::test]
    async fn what_the_key_says_last_is_the_reason() {
        let staged = stage(LONG, || Sight::Key);
        staged.status.send(StatusUpdate::PinUvError(StatusPinUv::PinNotSet)).unwrap();
        staged.finish.send(Err(AuthenticatorError::PinError(PinError::PinNotSet))).unwrap();
        assert_eq!(staged.end.await.unwrap(), Err(KeyFault::NoPinSet));
    }

    /// What a look at a key with this information comes to.
    async fn peek_at(info: Option<AuthenticatorInfo>) -> Result<Peeked, KeyFault> {
        let (ui, _talk) = key_talk();
        let mut ceremony = Ceremony { look: || Sight::Key, ..Ceremony::new(ui, LONG, CancellationToken::new()) };
        let ((status, statuses), (_finish, finished), (tell, told)) = (channel(), channel(), channel());
        let look = tokio::task::spawn_blocking(move || ceremony.peek(&statuses, &finished));
        let started = InteractiveUpdate::StartManagement((tell, info));
        status.send(StatusUpdate::InteractiveManagement(started)).unwrap();
        let result = look.await.unwrap();
        assert!(matches!(told.recv(), Ok(InteractiveRequest::Quit)), "the key is let go");
        result
    }

    #[tokio::test]
    async fn a_key_that_verifies_nobody_is_told_before_anything_is_asked() {
        let with = |client_pin, user_verification| AuthenticatorInfo {
            options: AuthenticatorOptions { client_pin, user_verification, ..AuthenticatorOptions::default() },
            ..AuthenticatorInfo::default()
        };
        let ready = Ok(Peeked::Ready);
        assert_eq!(peek_at(Some(with(Some(false), None))).await, Ok(Peeked::NoPin { min_length: 4 }));
        let strict = AuthenticatorInfo { min_pin_length: Some(6), ..with(Some(false), None) };
        assert_eq!(peek_at(Some(strict)).await, Ok(Peeked::NoPin { min_length: 6 }));
        assert_eq!(peek_at(Some(with(None, None))).await, Err(KeyFault::NoPinSet));
        assert_eq!(peek_at(Some(with(Some(true), None))).await, ready);
        assert_eq!(peek_at(Some(with(Some(false), Some(true)))).await, ready, "a fingerprint verifies too");
        assert_eq!(peek_at(None).await, ready, "its answer is looked at");
    }

    #[tokio::test]
    async fn a_first_pin_is_asked_for_until_it_is_long_enough_and_then_typed_by_nobody_again() {
        let (ui, mut talk) = key_talk();
        let mut ceremony = Ceremony { look: || Sight::Key, ..Ceremony::new(ui, LONG, CancellationToken::new()) };
        let ((status, statuses), (finish, finished), (set, was_set)) = (channel(), channel(), channel());
        let chosen = tokio::task::spawn_blocking(move || {
            let pin = ceremony.choose_pin(6, false)?;
            set.send(Ok(())).unwrap();
            ceremony.follow_first_pin(&channel().1, &was_set, pin)?;
            ceremony.follow(&statuses, &finished)
        });
        let ask = |refused| Some(KeyState::ChoosePin { min_length: 6, refused });
        assert_eq!(talk.states.recv().await, ask(false));
        talk.pins.send("12345".into()).await.unwrap();
        assert_eq!(talk.states.recv().await, ask(true));
        talk.pins.send("123456".into()).await.unwrap();
        let (to, typed) = channel();
        status.send(StatusUpdate::PinUvError(StatusPinUv::PinRequired(to))).unwrap();
        let typed = tokio::task::spawn_blocking(move || typed.recv()).await.unwrap().unwrap();
        assert_eq!(typed.as_bytes(), b"123456");
        finish.send(Ok(7)).unwrap();
        assert_eq!(chosen.await.unwrap(), Ok(7));
        assert_eq!(talk.states.recv().await, None, "nothing more was asked");
    }

    #[tokio::test]
    async fn a_key_with_a_pin_of_its_own_is_not_given_another() {
        let (ui, mut talk) = key_talk();
        let mut ceremony = Ceremony { look: || Sight::Key, ..Ceremony::new(ui, LONG, CancellationToken::new()) };
        let ((status, statuses), (finish, finished), (to, typed)) = (channel(), channel(), channel());
        status.send(StatusUpdate::PinUvError(StatusPinUv::PinRequired(to))).unwrap();
        let giving =
            tokio::task::spawn_blocking(move || ceremony.follow_first_pin(&statuses, &finished, "123456".into()));
        assert!(tokio::task::spawn_blocking(move || typed.recv()).await.unwrap().is_err(), "it gets no PIN to change");
        finish.send(Err(AuthenticatorError::CancelledByUser)).unwrap();
        assert!(giving.await.unwrap().is_err());
        assert_eq!(talk.states.recv().await, None);
    }

    #[tokio::test]
    async fn a_key_that_was_pulled_out_is_waited_for_as_long_as_there_is_patience() {
        let wait = |look: fn() -> Sight, patience| {
            let (ui, talk) = key_talk();
            let mut ceremony = Ceremony { look, ..Ceremony::new(ui, patience, CancellationToken::new()) };
            ceremony.seen = true;
            (talk, tokio::task::spawn_blocking(move || ceremony.wait_for_key()))
        };
        let (mut talk, back) = wait(|| Sight::Key, LONG);
        assert_eq!(talk.states.recv().await, Some(KeyState::Unplugged));
        assert_eq!(back.await.unwrap(), Ok(()));
        let (_talk, gone) = wait(|| Sight::Nothing, Duration::from_millis(100));
        assert_eq!(gone.await.unwrap(), Err(KeyFault::Unplugged));
        let (talk, cancelled) = wait(|| Sight::Nothing, LONG);
        talk.cancel.cancel();
        assert_eq!(cancelled.await.unwrap(), Err(KeyFault::Cancelled));
    }

    #[tokio::test]
    async fn nothing_is_left_running_where_nobody_waits() {
        let (dropped, (ui, _talk)) = (CancellationToken::new(), key_talk());
        let mut ceremony = Ceremony { look: || Sight::Key, ..Ceremony::new(ui, LONG, dropped.clone()) };
        let ((_status, statuses), (_finish, finished)) = (channel(), channel::<Result<u8, _>>());
        let end = tokio::task::spawn_blocking(move || ceremony.follow(&statuses, &finished));
        drop(dropped.drop_guard());
        assert_eq!(end.await.unwrap(), Err(KeyFault::Cancelled));
    }
}
