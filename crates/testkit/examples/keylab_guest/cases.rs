//! The cases, in the order in which they find the key: without a PIN at first, then blocked, then pulled out.

use std::time::{Duration, Instant};

use doorward_client::{
    cache::{Caches, Holder, KeptBy, PURPOSE},
    keys::{HidKeys, KeyDriver, KeyFault, KeySite, KeyState, SignAsk, key_talk},
};
use doorward_core::{
    id::{KeySerial, StaffId},
    ssh::krl::Krl,
};
use futures::future::BoxFuture;
use webauthn_rs::prelude::WebauthnError;

use crate::{
    lab::{LONG, Lab, PIN, Refused, asked, person, site, until},
    ssh::{Ssh, nothing_revoked},
};

const AT_ONCE: Duration = Duration::from_millis(500);

/// The time is told, whatever it is.
fn within(began: Instant, what: &str) {
    let took = began.elapsed();
    println!("    cancelled {what} in {} ms", took.as_millis());
    assert!(took < AT_ONCE, "{took:?}");
}

fn chosen(refused: bool) -> KeyState {
    KeyState::ChoosePin { min_length: 4, refused }
}

type Case = for<'a> fn(&'a mut Lab) -> BoxFuture<'a, ()>;

pub fn all() -> Vec<(&'static str, Case)> {
    vec![
        ("a first PIN that is too short is refused, cancelling sets none", |lab| Box::pin(cancelled_at_first_pin(lab))),
        ("a new key is given its first PIN and enrolled in one go", |lab| Box::pin(first_pin(lab))),
        ("a PIN that is set asks for the old one", |lab| Box::pin(a_pin_is_changed(lab))),
        ("an attested key is enrolled with its PIN", |lab| Box::pin(an_attested_key_is_enrolled(lab))),
        ("a key of a CA that is not trusted is refused", |lab| Box::pin(a_stranger_refuses(lab))),
        ("the same key is not enrolled twice", |lab| Box::pin(not_twice(lab))),
        ("a sign-in with PIN and touch, the counter going up", |lab| Box::pin(a_sign_in(lab))),
        ("the key's own secret unlocks a cache, and comes with the sign-in's touch", |lab| Box::pin(unlocks(lab))),
        ("an answer for another origin is refused", |lab| Box::pin(another_origin(lab))),
        ("options of another relying party never reach the key", |lab| Box::pin(another_relying_party(lab))),
        ("a wrong PIN is told with the tries left", |lab| Box::pin(a_wrong_pin(lab))),
        ("cancelled at the touch in under 0.5 s, the key serves again", |lab| Box::pin(cancelled_at_touch(lab))),
        ("cancelled at the PIN in under 0.5 s, the key serves again", |lab| Box::pin(cancelled_at_pin(lab))),
        ("a ceremony that is dropped lets go of the key", |lab| Box::pin(dropped(lab))),
        ("a touch that never comes times out, the key serves again", |lab| Box::pin(timed_out(lab))),
        ("an absent credential is told after a touch", |lab| Box::pin(absent_credential(lab))),
        ("ssh-keygen makes a key on it that wants its PIN", |lab| Box::pin(an_ssh_key(lab))),
        ("sshd lets in its certificate with PIN and touch, and not with another PIN", |lab| Box::pin(a_log_in(lab))),
        ("sshd refuses its certificate with a touch alone", |lab| Box::pin(a_touch_alone(lab))),
        ("sshd refuses a certificate whose serial our list names", |lab| Box::pin(revoked_by_serial(lab))),
        ("sshd refuses a certificate whose key our list names", |lab| Box::pin(revoked_by_key(lab))),
        ("sshd refuses a certificate whose authority our list names", |lab| Box::pin(revoked_by_authority(lab))),
        ("sshd lets in a certificate when our list names others", |lab| Box::pin(others_revoked(lab))),
        ("three wrong PINs block the key until it is plugged in anew", |lab| Box::pin(blocked(lab))),
        ("a key that is pulled out is missed", |lab| Box::pin(pulled_out(lab))),
        ("without a key one is asked for, and seen when it comes", |lab| Box::pin(plugged_in_later(lab))),
    ]
}

async fn cancelled_at_first_pin(lab: &mut Lab) {
    let (ui, mut talk) = key_talk();
    let (ask, _) = lab.first_enrolment();
    let running = tokio::spawn(lab.keys.register(ask, ui));
    until(&mut talk, |state| *state == chosen(false)).await;
    talk.pins.send("12".into()).await.unwrap();
    until(&mut talk, |state| *state == chosen(true)).await;
    let began = Instant::now();
    talk.cancel.cancel();
    assert_eq!(running.await.unwrap().unwrap_err(), KeyFault::Cancelled);
    within(began, "at the first PIN");
}

async fn first_pin(lab: &mut Lab) {
    let (ui, mut talk) = key_talk();
    let (ask, state) = lab.first_enrolment();
    let running = tokio::spawn(lab.keys.register(ask, ui));
    until(&mut talk, |state| *state == chosen(false)).await;
    talk.pins.send(PIN.into()).await.unwrap();
    let next = until(&mut talk, |_| true).await;
    assert_eq!(next, KeyState::Touch, "the PIN that was just given is asked for by nobody");
    let made = running.await.unwrap().unwrap();
    lab.finish(&made, &state);
}

async fn a_pin_is_changed(lab: &mut Lab) {
    let (ui, seen) = person(&[PIN]);
    lab.keys.set_pin(PIN.into(), LONG, ui).await.unwrap();
    assert_eq!(seen.await.unwrap(), [asked(None, false)]);
}

async fn an_attested_key_is_enrolled(lab: &mut Lab) {
    let (ui, seen) = person(&[PIN]);
    lab.passkey = Some(lab.enrol(ui).await.unwrap());
    assert_eq!(seen.await.unwrap(), [asked(None, false), KeyState::Touch]);
}

async fn a_stranger_refuses(lab: &mut Lab) {
    let kept = lab.passkey.take();
    let refused = lab.enrol_at_stranger(person(&[PIN]).0).await;
    assert!(matches!(refused, Err(Refused::ByServer(_))), "{refused:?}");
    lab.passkey = kept;
}

async fn not_twice(lab: &mut Lab) {
    let refused = lab.enrol(person(&[PIN]).0).await;
    assert!(matches!(refused, Err(Refused::ByKey(KeyFault::AlreadyEnrolled))), "{refused:?}");
}

async fn a_sign_in(lab: &mut Lab) {
    lab.finger("delay 300");
    let (ui, seen) = person(&[PIN]);
    let first = lab.sign_in(ui).await.unwrap();
    assert_eq!(seen.await.unwrap(), [asked(None, false), KeyState::Touch]);
    lab.finger("auto");
    assert!(lab.sign_in(person(&[PIN]).0).await.unwrap() > first);
}

/// One touch signs in and brings the secret; later a touch with nobody else asked brings it again.
async fn unlocks(lab: &mut Lab) {
    let folder = tempfile::tempdir_in("/run").unwrap();
    let caches = Caches::new(folder.path().to_owned(), None);
    let holder = Holder { staff: StaffId::parse("ada").unwrap(), key: KeySerial(1) };
    let (ask, state) = lab.challenge();
    let (ui, seen) = person(&[PIN]);
    let signed = lab.keys.sign(ask.with_secret_for(PURPOSE), ui).await.unwrap();
    assert_eq!(seen.await.unwrap(), [asked(None, false), KeyState::Touch], "one PIN and one touch");
    lab.verify(&signed.credential, &state);
    let cache = caches.enter(holder.clone(), &signed).await;
    assert_eq!(cache.kept_by(), KeptBy::HardwareKey);
    cache.put_up("names", b"Northwind".to_vec()).await.unwrap();
    drop(cache);

    let here = |purpose| {
        let ask = SignAsk::here(site().rp_id, caches.credentials(&holder.staff), [7; 32]).with_secret_for(purpose);
        SignAsk { patience: LONG, ..ask }
    };
    let again = lab.keys.sign(here(PURPOSE), person(&[PIN]).0).await.unwrap();
    let opened = caches.unlock(&holder.staff, &again).await.unwrap();
    assert_eq!(opened.take_down("names").await.as_deref(), Some(b"Northwind".as_slice()));
    let other = lab.keys.sign(here("another purpose"), person(&[PIN]).0).await.unwrap();
    assert!(other.secret.is_some() && caches.unlock(&holder.staff, &other).await.is_err());
    let nothing = lab.keys.sign(lab.challenge().0, person(&[PIN]).0).await.unwrap();
    assert!(nothing.secret.is_none(), "none is given that was not asked for");
}

async fn another_origin(lab: &mut Lab) {
    let elsewhere = HidKeys::new(KeySite { origin: "https://evil.test".to_owned(), ..site() });
    let refused = lab.sign_in_by(&elsewhere, person(&[PIN]).0).await;
    assert!(matches!(refused, Err(Refused::ByServer(WebauthnError::InvalidRPOrigin))), "{refused:?}");
}

async fn another_relying_party(lab: &mut Lab) {
    let mut ask = lab.challenge().0;
    ask.options.rp_id = "evil.test".to_owned();
    let (ui, seen) = person(&[PIN]);
    assert_eq!(lab.keys.authenticate(ask, ui).await.unwrap_err(), KeyFault::WrongRp);
    assert_eq!(seen.await.unwrap(), []);
}

async fn a_wrong_pin(lab: &mut Lab) {
    let (ui, seen) = person(&["0000", "1111", PIN]);
    lab.sign_in(ui).await.unwrap();
    let counted = [asked(None, false), asked(Some(7), true), asked(Some(6), true), KeyState::Touch];
    assert_eq!(seen.await.unwrap(), counted);
}

async fn cancelled_at_touch(lab: &mut Lab) {
    lab.finger("never");
    let (ui, mut talk) = key_talk();
    let running = tokio::spawn(lab.keys.authenticate(lab.challenge().0, ui));
    until(&mut talk, |state| *state == asked(None, false)).await;
    talk.pins.send(PIN.into()).await.unwrap();
    until(&mut talk, |state| *state == KeyState::Touch).await;
    let began = Instant::now();
    talk.cancel.cancel();
    assert_eq!(running.await.unwrap().unwrap_err(), KeyFault::Cancelled);
    within(began, "at the touch");
    lab.finger("auto");
    lab.sign_in(person(&[PIN]).0).await.unwrap();
}

async fn cancelled_at_pin(lab: &mut Lab) {
    let (ui, mut talk) = key_talk();
    let running = tokio::spawn(lab.keys.authenticate(lab.challenge().0, ui));
    until(&mut talk, |state| *state == asked(None, false)).await;
    let began = Instant::now();
    talk.cancel.cancel();
    assert_eq!(running.await.unwrap().unwrap_err(), KeyFault::Cancelled);
    within(began, "at the PIN");
    lab.sign_in(person(&[PIN]).0).await.unwrap();
}

async fn dropped(lab: &mut Lab) {
    let (ui, mut talk) = key_talk();
    let running = tokio::spawn(lab.keys.authenticate(lab.challenge().0, ui));
    until(&mut talk, |state| *state == asked(None, false)).await;
    running.abort();
    lab.sign_in(person(&[PIN]).0).await.unwrap();
}

async fn timed_out(lab: &mut Lab) {
    lab.finger("never");
    let ask = SignAsk { patience: Duration::from_secs(4), ..lab.challenge().0 };
    let (ui, seen) = person(&[PIN]);
    assert_eq!(lab.keys.authenticate(ask, ui).await.unwrap_err(), KeyFault::TimedOut);
    assert_eq!(seen.await.unwrap(), [asked(None, false), KeyState::Touch]);
    lab.finger("auto");
    lab.sign_in(person(&[PIN]).0).await.unwrap();
}

async fn absent_credential(lab: &mut Lab) {
    let mut ask = lab.challenge().0;
    ask.options.allow_credentials.iter_mut().for_each(|credential| credential.id = vec![7; 64]);
    let (ui, seen) = person(&[PIN]);
    assert_eq!(lab.keys.authenticate(ask, ui).await.unwrap_err(), KeyFault::NotThisKey);
    assert_eq!(seen.await.unwrap(), [asked(None, false), KeyState::Touch]);
}

async fn an_ssh_key(lab: &mut Lab) {
    let ssh = lab.ssh.insert(Ssh::set_up().await);
    ssh.enrol("id", &["-O", "verify-required"], 7, PIN).await;
    ssh.enrol("touched", &[], 8, PIN).await;
}

async fn a_log_in(lab: &mut Lab) {
    let ssh = lab.ssh.as_ref().unwrap();
    let other = ssh.log_in("id", "000000", &nothing_revoked()).await;
    assert!(!other.let_in && other.asked.len() == 1, "{other:?}");
    let mine = ssh.log_in("id", PIN, &nothing_revoked()).await;
    assert!(mine.let_in && mine.asked.len() == 1 && mine.asked[0].starts_with("Enter PIN for ED25519-SK"), "{mine:?}");
    assert!(mine.log.contains("ada:1 (serial 7)"), "whoever came is named: {mine:?}");
    lab.finger("never");
    let untouched = tokio::time::timeout(AT_ONCE * 8, ssh.log_in("id", PIN, &nothing_revoked())).await;
    assert!(untouched.is_err(), "the PIN alone lets nobody in: {untouched:?}");
    lab.finger("auto");
}

async fn a_touch_alone(lab: &mut Lab) {
    let ssh = lab.ssh.as_ref().unwrap();
    let touched = ssh.log_in("touched", PIN, &nothing_revoked()).await;
    assert!(!touched.let_in && touched.asked.is_empty(), "{touched:?}");
    assert!(touched.log.contains("user verification requirement not met"), "{touched:?}");
    ssh.certify("touched", &[], 8).await;
    let less = ssh.log_in("touched", PIN, &nothing_revoked()).await;
    assert!(less.let_in, "it is the certificate that asks for more than a touch: {less:?}");
}

async fn revoked_by_serial(lab: &mut Lab) {
    refused_by(lab.ssh.as_ref().unwrap(), |list, _| list.revoke_range(7..=7).unwrap()).await;
}

async fn revoked_by_key(lab: &mut Lab) {
    refused_by(lab.ssh.as_ref().unwrap(), |list, ssh| list.revoke_fingerprint(ssh.fingerprint("id"))).await;
}

async fn revoked_by_authority(lab: &mut Lab) {
    refused_by(lab.ssh.as_ref().unwrap(), |list, ssh| list.revoke_fingerprint(ssh.fingerprint("ca"))).await;
}

async fn others_revoked(lab: &mut Lab) {
    let ssh = lab.ssh.as_ref().unwrap();
    let mut others = nothing_revoked();
    others.revoke_range(8..=9_000).unwrap();
    others.revoke_fingerprint(ssh.fingerprint("touched"));
    let mine = ssh.log_in("id", PIN, &others).await;
    assert!(mine.let_in, "{mine:?}");
}

async fn refused_by(ssh: &Ssh, name: fn(&mut Krl, &Ssh)) {
    let mut list = nothing_revoked();
    name(&mut list, ssh);
    let refused = ssh.log_in("id", PIN, &list).await;
    assert!(!refused.let_in && refused.log.contains("revoked by file"), "{refused:?}");
}

async fn pulled_out(lab: &mut Lab) {
    let (ui, mut talk) = key_talk();
    let running = tokio::spawn(lab.keys.authenticate(lab.challenge().0, ui));
    until(&mut talk, |state| *state == asked(None, false)).await;
    lab.plug("out");
    until(&mut talk, |state| *state == KeyState::Unplugged).await;
    let began = Instant::now();
    talk.cancel.cancel();
    assert_eq!(running.await.unwrap().unwrap_err(), KeyFault::Cancelled);
    within(began, "without the key");
    let ask = SignAsk { patience: Duration::from_secs(1), ..lab.challenge().0 };
    let (ui, seen) = person(&[PIN]);
    assert_eq!(lab.keys.authenticate(ask, ui).await.unwrap_err(), KeyFault::NoKey);
    assert_eq!(seen.await.unwrap(), [KeyState::InsertKey]);
}

async fn plugged_in_later(lab: &mut Lab) {
    let (ui, mut talk) = key_talk();
    let running = tokio::spawn(lab.keys.authenticate(lab.challenge().0, ui));
    until(&mut talk, |state| *state == KeyState::InsertKey).await;
    lab.plug("in");
    assert_eq!(running.await.unwrap().unwrap_err(), KeyFault::NoPinSet, "it is a blank one");
}

async fn blocked(lab: &mut Lab) {
    let until_replug = KeyFault::PinBlocked { until_replug: true };
    let (ui, seen) = person(&["1", "2", "3", PIN]);
    let refused = lab.sign_in(ui).await;
    assert!(matches!(&refused, Err(Refused::ByKey(fault)) if *fault == until_replug), "{refused:?}");
    assert_eq!(seen.await.unwrap(), [asked(None, false), asked(Some(7), true), asked(Some(6), true)]);
}
