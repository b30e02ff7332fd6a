//! Who is asking. Every verb takes one of these, and only this file makes them.

use std::sync::Arc;

use doorward_core::{
    feed::tree::Hash,
    id::{KeySerial, SignInSerial, StaffId},
    policy::{Ask, By, Denial, decide},
    time::UnixMs,
    wire::{Code, Secret},
};
use subtle::ConstantTimeEq;

use super::{Answer, App, Refusal, secrets::hash_secret};
use crate::store::{
    api_keys::{self, ApiKeyKind},
    sign_ins,
};

/// What a request brings along: a bearer token, and the client certificate's thumbprint.
#[derive(Debug, Clone, Default)]
pub struct Bearer {
    pub token: Option<Secret>,
    pub thumbprint: Option<Hash>,
}

/// A staff member who is signed in, over the certificate they signed in with.
#[derive(Debug, Clone)]
pub struct Caller {
    pub(super) sign_in: SignInSerial,
    pub(super) staff: StaffId,
    pub(super) key: KeySerial,
    pub(super) ends: UnixMs,
    pub(super) thumbprint: Hash,
}

impl Caller {
    /// How the policy knows them.
    pub(super) fn by(&self) -> By<'_> {
        By { staff: &self.staff, key: self.key }
    }
}

/// The vendor's own product.
#[derive(Debug)]
pub struct Vendor(());

/// A gateway, which tells what it noted.
#[derive(Debug)]
pub struct Gateway(());

/// Somebody who may follow the feed.
#[derive(Debug, Clone)]
pub struct Follower(Who);

#[derive(Debug, Clone)]
enum Who {
    Staff(Caller),
    Machine,
}

impl App {
    /// The staff member behind `bearer`. A missing token or certificate means no.
    pub async fn caller(self: &Arc<Self>, bearer: &Bearer) -> Answer<Caller> {
        let token = hash_secret(&bearer.token.as_ref().ok_or(Refusal::new(Code::NotSignedIn))?.0);
        let row = self.read(move |db| sign_ins::by_token(db, &token)).await?;
        let row = row.filter(|row| !row.ended && self.now() < row.ends).ok_or(Refusal::new(Code::NotSignedIn))?;
        let thumbprint = bearer.thumbprint.ok_or(Refusal::new(Code::OtherCertificate))?;
        if !bool::from(thumbprint.ct_eq(&row.thumbprint)) {
            return Err(Refusal::new(Code::OtherCertificate));
        }
        let caller = Caller { sign_in: row.serial, staff: row.staff, key: row.key, ends: row.ends, thumbprint };
        self.still_stands(&caller)?;
        Ok(caller)
    }

    /// The vendor's product behind `bearer`.
    pub async fn vendor(self: &Arc<Self>, bearer: &Bearer) -> Answer<Vendor> {
        let kind = self.api_key(bearer).await?;
        if kind == Some(ApiKeyKind::Vendor) { Ok(Vendor(())) } else { Err(Refusal::new(Code::NotSignedIn)) }
    }

    /// Who follows the feed: a signed-in staff member, or a follower's key.
    pub async fn follower(self: &Arc<Self>, bearer: &Bearer) -> Answer<Follower> {
        if self.api_key(bearer).await? == Some(ApiKeyKind::Follower) {
            return Ok(Follower(Who::Machine));
        }
        Ok(Follower(Who::Staff(self.caller(bearer).await?)))
    }

    /// The gateway behind `bearer`: it brings a follower's key. Staff follow too, and tell nothing.
    pub async fn gateway(self: &Arc<Self>, bearer: &Bearer) -> Answer<Gateway> {
        let kind = self.api_key(bearer).await?;
        if kind == Some(ApiKeyKind::Follower) { Ok(Gateway(())) } else { Err(Refusal::new(Code::NotSignedIn)) }
    }

    /// Whether a follower who was let in may go on following.
    pub(super) async fn may_follow(self: &Arc<Self>, follower: &Follower) -> Answer<()> {
        let Who::Staff(caller) = &follower.0 else { return Ok(()) };
        self.still_stands(caller)?;
        let sign_in = caller.sign_in;
        let ended = self.read(move |db| sign_ins::ended(db, sign_in)).await?;
        if ended || caller.ends <= self.now() { Err(Refusal::new(Code::NotSignedIn)) } else { Ok(()) }
    }

    async fn api_key(self: &Arc<Self>, bearer: &Bearer) -> Answer<Option<ApiKeyKind>> {
        let key = hash_secret(&bearer.token.as_ref().ok_or(Refusal::new(Code::NotSignedIn))?.0);
        self.read(move |db| api_keys::kind(db, &key)).await
    }

    /// A sign-in is over with the standing and the key it was made by, whatever its row says.
    fn still_stands(&self, caller: &Caller) -> Answer<()> {
        let now = self.now();
        let asked = self.read_state(|state| decide(state, &Ask::SignIn { by: caller.by() }, now));
        asked.map(|_| ()).map_err(|denial: Denial| Refusal::new(Code::NotSignedIn).because(format!("{denial:?}")))
    }
}
