//! Sign-in: a handle and a touch become a sign-in, bound to the client certificate it was asked over.

use std::sync::Arc;

use doorward_core::{
    feed::entry::What,
    id::StaffId,
    policy::{Ask, By, decide},
    session::EndCause,
    time::Millis,
    wire::{Answer as KeyAnswer, BeginSignIn, Ceremony, Code, SignedIn, WebAuthnJson},
};
use webauthn_rs::prelude::AttestedPasskeyAuthentication;

use super::{Answer, App, Bearer, Caller, Refusal, enrolment::checked_handle, sessions::end_session, writer::Work};
use crate::store::{
    ceremonies::Begun,
    keys::{self, KeyRow},
    sessions,
    sign_ins::{self, NewSignIn},
    staff,
};

/// How long a ceremony waits for its answer.
pub(super) const CEREMONY_LIFE: Millis = Millis::minutes(2);

impl App {
    /// Asks for a touch. Whether anybody has this handle cannot be told from the answer.
    pub async fn begin_sign_in(self: &Arc<Self>, asked: BeginSignIn) -> Answer<Ceremony> {
        let handle = checked_handle(&asked.handle).ok_or(Refusal::bad("handle"))?;
        let named = handle.clone();
        let person = self.read(move |db| {
            let Some(person) = staff::by_handle(db, &named)? else { return Ok(None) };
            let keys = keys::of(db, Some(&person.staff))?;
            Ok(Some((person.staff, keys)))
        });
        let (options, begun) = match person.await? {
            Some((id, keys)) if !keys.is_empty() => self.ask_touch_of(id, keys)?,
            _ => self.pretend(&handle)?,
        };
        Ok(Ceremony { ceremony: self.keep_ceremony(begun).await?, options })
    }

    /// Signs in whoever answered the touch, for as long as a sign-in lasts.
    pub async fn finish_sign_in(self: &Arc<Self>, bearer: &Bearer, answer: KeyAnswer) -> Answer<SignedIn> {
        let thumbprint = bearer.thumbprint.ok_or(Refusal::new(Code::OtherCertificate))?;
        let (id, state) = match self.take_ceremony(&answer.ceremony).await? {
            Begun::SignIn { staff, state } => (staff, state),
            Begun::Nobody => return Err(Refusal::new(Code::KeyRefused)),
            Begun::Enrolment { .. } | Begun::Intent { .. } => return Err(Refusal::new(Code::CeremonyGone)),
        };
        let (token, hash) = self.draw_secret()?;
        let app = Arc::clone(self);
        let done = self.commit(move |work| {
            let key = app.touched(work, &id, &answer.credential, &state)?;
            decide(work.state, &Ask::SignIn { by: By { staff: &id, key } }, work.now)?;
            let ends = work.now.plus(app.lengths.sign_in);
            let new = NewSignIn { token: &hash, thumbprint: &thumbprint, staff: &id, key, made: work.now, ends };
            let sign_in = sign_ins::add(work.tx, &new)?;
            let name = staff::by_id(work.tx, &id)?.map(|person| person.name).unwrap_or_default();
            let held = work.state.staff_member(&id).map(|member| member.roles.as_slice()).unwrap_or_default();
            let roles = held.iter().map(|(role, _)| *role).collect();
            let signed_in = SignedIn { token, sign_in, staff: id.clone(), name, key, roles, ends, now: work.now };
            Ok((Vec::new(), signed_in))
        });
        Ok(done.await?.value)
    }

    /// Ends the caller's sign-in and every session opened in it.
    pub async fn sign_out(self: &Arc<Self>, caller: Caller) -> Answer<()> {
        let done = self.commit(move |work| {
            sign_ins::end(work.tx, caller.sign_in, work.now)?;
            let open = sessions::open_of_sign_in(work.tx, caller.sign_in, work.now)?;
            let ends: Answer<Vec<What>> =
                open.iter().map(|row| end_session(work, row.session.serial, EndCause::SignedOut)).collect();
            Ok((ends?, ()))
        });
        done.await.map(|_| ())
    }

    /// Verifies the touch, keeps the key's counter, and says which key it was.
    pub(super) fn touched(
        &self,
        work: &Work<'_>,
        id: &StaffId,
        credential: &WebAuthnJson,
        state: &AttestedPasskeyAuthentication,
    ) -> Answer<doorward_core::id::KeySerial> {
        let result = self.keys.finish_touch(credential, state)?;
        let mut keys = keys::of(work.tx, Some(id))?;
        let used = keys.iter_mut().find(|key| key.passkey.cred_id() == result.cred_id());
        let KeyRow { serial, passkey, .. } = used.ok_or(Refusal::new(Code::KeyRefused))?;
        // A model that was taken off the trust list is refused from then on.
        self.keys.model(passkey)?;
        let _changed = passkey.update_credential(&result);
        keys::used(work.tx, *serial, passkey, work.now)?;
        Ok(*serial)
    }

    /// Revoked keys are asked as well: only their owner can answer, and is then told what became of them.
    fn ask_touch_of(&self, staff: StaffId, keys: Vec<KeyRow>) -> Answer<(WebAuthnJson, Begun)> {
        let keys: Vec<_> = keys.into_iter().map(|key| key.passkey).collect();
        let (options, state) = self.keys.begin_touch(&keys)?;
        Ok((options, Begun::SignIn { staff, state: Box::new(state) }))
    }

    fn pretend(&self, handle: &str) -> Answer<(WebAuthnJson, Begun)> {
        let mut challenge = [0; 32];
        self.dice.fill(&mut challenge)?;
        Ok((self.keys.pretend(handle, challenge)?, Begun::Nobody))
    }
}
