//! Keys that are plugged in: CTAP 2 over HID, by Mozilla's `authenticator`.
//!
//! Each ceremony has a thread of its own, and there is one at a time. U2F keys are refused, for they verify nobody.
//! `authenticator` writes PIN hashes and tokens to its log at the levels debug and trace: these levels are compiled out of the
//! `log` crate, and a test says so.

mod ceremony;
mod sight;
mod translate;

use std::{
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

use authenticator::{
    Pin, StatusUpdate, authenticatorservice::AuthenticatorService, errors::AuthenticatorError,
    statecallback::StateCallback,
};
use futures::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use webauthn_rs_proto::RegisterPublicKeyCredential;

use super::{KeyDriver, KeyFault, KeySite, KeyUi, RegisterAsk, SignAsk, Signed, Unavailable};
use ceremony::{Ceremony, Peeked};
use translate::Given;

/// The crate's own time-out is no help: at its end it waits for a PIN that nobody will type. Ours ends each ceremony before.
const LIBRARY_PATIENCE_MS: u64 = 600_000;
/// How long after its patience a ceremony may take to let go of the key.
const GRACE: Duration = Duration::from_secs(5);

type Done<T> = StateCallback<Result<T, AuthenticatorError>>;
type Finished<T> = mpsc::Receiver<Result<T, AuthenticatorError>>;
type Start<T> = dyn Fn(&mut AuthenticatorService, mpsc::Sender<StatusUpdate>, Done<T>) -> authenticator::Result<()>;

/// What is done with a key before it is asked for anything.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// It is looked at: one that verifies nobody is no use.
    Peek,
    /// And one that has no PIN yet is given one.
    FirstPin,
    Nothing,
}

/// The keys that are plugged into this machine. Clones share them.
#[derive(Clone)]
pub struct HidKeys {
    site: KeySite,
    /// Held by whoever talks to a key.
    key: Arc<Mutex<()>>,
}

impl HidKeys {
    /// Keys that sign for `site` and for no other.
    pub fn new(site: KeySite) -> Self {
        Self { site, key: Arc::default() }
    }

    /// Gives a key its PIN. A key that has one asks for it first.
    pub fn set_pin(
        &self,
        pin: SecretString,
        patience: Duration,
        ui: KeyUi,
    ) -> BoxFuture<'static, Result<(), KeyFault>> {
        self.run(ui, patience, Before::Nothing, move |keys, status, done| {
            keys.set_pin(LIBRARY_PATIENCE_MS, Pin::new(pin.expose_secret()), status, done)
        })
    }

    /// Runs a ceremony on a thread of its own, for the crate's calls block.
    fn run<T: Given + Send + 'static>(
        &self,
        ui: KeyUi,
        patience: Duration,
        before: Before,
        start: impl Fn(&mut AuthenticatorService, mpsc::Sender<StatusUpdate>, Done<T>) -> authenticator::Result<()>
        + Send
        + 'static,
    ) -> BoxFuture<'static, Result<T, KeyFault>> {
        let key = Arc::clone(&self.key);
        Box::pin(async move {
            let cancelled = ui.cancel().clone();
            let dropped = CancellationToken::new();
            let _cancel_when_dropped = dropped.clone().drop_guard();
            let (answer, answered) = oneshot::channel();
            let talk = move || {
                let _mine = key.lock().unwrap_or_else(PoisonError::into_inner);
                hold(Ceremony::new(ui, patience, dropped), before, &start, answer);
            };
            thread::Builder::new()
                .name("hardware-key".to_owned())
                .spawn(talk)
                .map_err(|_| KeyFault::Unavailable(Unavailable::System))?;
            tokio::select! {
                biased;
                () = cancelled.cancelled() => Err(KeyFault::Cancelled),
                answer = tokio::time::timeout(patience + GRACE, answered) => match answer {
                    Ok(answer) => answer.unwrap_or(Err(KeyFault::Failed)),
                    Err(_) => Err(KeyFault::TimedOut),
                },
            }
        })
    }
}

/// Sees a ceremony to its end, and answers; then lets go of the key, which takes a moment. With a key that is pulled out
/// and comes back it begins anew.
fn hold<T: Given + Send + 'static>(
    mut ceremony: Ceremony,
    before: Before,
    start: &Start<T>,
    answer: oneshot::Sender<Result<T, KeyFault>>,
) {
    if ceremony.is_unwanted() {
        return;
    }
    let mut looked_again = false;
    loop {
        let Ok(mut keys) = AuthenticatorService::new() else {
            let _unwanted = answer.send(Err(KeyFault::Unavailable(Unavailable::System)));
            return;
        };
        keys.add_detected_transports();
        let (status, statuses) = mpsc::channel();
        let (done, finished) = when_done();
        let result = prepare(&mut ceremony, before, &mut keys).and_then(|()| {
            start(&mut keys, status, done).map_err(|fault| translate::fault(&fault))?;
            let given = ceremony.follow(&statuses, &finished)?;
            given.verified().map(|()| given)
        });
        let pulled_out = result_is(&result, KeyFault::Unplugged);
        // A key that did not say in time that it has no PIN is looked at once more, and given one.
        let woke_late = !looked_again && ceremony.was_silent() && result_is(&result, KeyFault::NoPinSet);
        let once_more = pulled_out || (woke_late && before == Before::FirstPin);
        if !once_more {
            let _unwanted = answer.send(result);
            drop((ceremony, statuses));
            drop(keys.cancel());
            return;
        }
        // The crate's threads wait for a PIN until nobody can send one any more, and letting go waits for them.
        ceremony.begin_anew();
        drop(statuses);
        drop(keys.cancel());
        looked_again |= woke_late;
        if pulled_out && let Err(fault) = ceremony.wait_for_key() {
            let _unwanted = answer.send(Err(fault));
            return;
        }
    }
}

fn result_is<T>(result: &Result<T, KeyFault>, fault: KeyFault) -> bool {
    result.as_ref().err() == Some(&fault)
}

/// Looks at the key, and gives it its first PIN where it has none and may have one.
fn prepare(ceremony: &mut Ceremony, before: Before, keys: &mut AuthenticatorService) -> Result<(), KeyFault> {
    if before == Before::Nothing {
        return Ok(());
    }
    let (status, statuses) = mpsc::channel();
    let (done, finished) = when_done();
    keys.manage(LIBRARY_PATIENCE_MS, status, done).map_err(|fault| translate::fault(&fault))?;
    match ceremony.peek(&statuses, &finished)? {
        Peeked::Ready => Ok(()),
        Peeked::NoPin { min_length } if before == Before::FirstPin => first_pin(ceremony, keys, min_length),
        Peeked::NoPin { .. } => Err(KeyFault::NoPinSet),
    }
}

fn first_pin(ceremony: &mut Ceremony, keys: &mut AuthenticatorService, min_length: u8) -> Result<(), KeyFault> {
    let mut refused = false;
    loop {
        let pin = ceremony.choose_pin(min_length, refused)?;
        let (status, statuses) = mpsc::channel();
        let (done, finished) = when_done();
        keys.set_pin(LIBRARY_PATIENCE_MS, Pin::new(pin.expose_secret()), status, done)
            .map_err(|fault| translate::fault(&fault))?;
        match ceremony.follow_first_pin(&statuses, &finished, pin) {
            Err(KeyFault::PinRefused) => refused = true,
            set => return set,
        }
    }
}

fn when_done<T: Send + 'static>() -> (Done<T>, Finished<T>) {
    let (finish, finished) = mpsc::channel();
    let done = StateCallback::new(Box::new(move |result| {
        let _too_late = finish.send(result);
    }));
    (done, finished)
}

impl KeyDriver for HidKeys {
    fn register(
        &self,
        ask: RegisterAsk,
        ui: KeyUi,
    ) -> BoxFuture<'static, Result<RegisterPublicKeyCredential, KeyFault>> {
        let (keys, site) = (self.clone(), self.site.clone());
        Box::pin(async move {
            let (signed, patience) = (site.creation(&ask.options)?, ask.patience);
            let args = translate::register(&site, &signed, ask.options);
            let made = keys.run(ui, patience, Before::FirstPin, move |keys, status, done| {
                keys.register(LIBRARY_PATIENCE_MS, args.clone(), status, done)
            });
            translate::registered(made.await?, signed)
        })
    }

    fn sign(&self, ask: SignAsk, ui: KeyUi) -> BoxFuture<'static, Result<Signed, KeyFault>> {
        let (keys, site) = (self.clone(), self.site.clone());
        Box::pin(async move {
            let (signed, patience) = (site.request(&ask.options)?, ask.patience);
            let args = translate::sign(&site, &signed, ask.options, ask.secret_for);
            let only = match args.allow_list.as_slice() {
                [only] => Some(only.id.clone()),
                _ => None,
            };
            let answer = keys.run(ui, patience, Before::Peek, move |keys, status, done| {
                keys.sign(LIBRARY_PATIENCE_MS, args.clone(), status, done)
            });
            translate::signed(answer.await?, signed, only)
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::keys::key_talk;

    #[test]
    fn what_the_library_says_at_debug_and_trace_is_compiled_out() {
        assert!(log::STATIC_MAX_LEVEL <= log::LevelFilter::Info, "it writes the PIN's hash at trace");
    }

    #[tokio::test]
    async fn options_of_another_relying_party_never_reach_a_key() {
        let keys = HidKeys::new(KeySite { rp_id: "doorward.test".into(), origin: "https://doorward.test".into() });
        let options = json!({"publicKey": {
            "challenge": "AQID", "rpId": "evil.test", "allowCredentials": [], "userVerification": "required",
        }});
        let (ui, mut person) = key_talk();
        let refused = keys.authenticate(SignAsk::from_json(&options).unwrap(), ui).await;
        assert_eq!(refused.unwrap_err(), KeyFault::WrongRp);
        assert_eq!(person.states.recv().await, None, "nothing was asked");
    }

    #[tokio::test]
    async fn a_ceremony_that_was_cancelled_before_asks_nothing() {
        let keys = HidKeys::new(KeySite { rp_id: "a.test".into(), origin: "https://a.test".into() });
        let (ui, mut person) = key_talk();
        person.cancel.cancel();
        let refused = keys.set_pin("1234".into(), Duration::from_secs(5), ui).await;
        assert_eq!(refused.unwrap_err(), KeyFault::Cancelled);
        assert_eq!(person.states.recv().await, None, "nothing was asked");
    }
}
