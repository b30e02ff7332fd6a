//! Signing in at one's own company (OpenID Connect, code flow with PKCE). Whoever the provider names by an address of
//! its own domains, and who is a member, is signed in until that is revoked; no password, no second factor of ours.
//!
//! What comes back is taken once, within ten minutes, in the browser that left. Whom the provider names (`sub`) is bound
//! to the member at their first sign-in: an address that was given to somebody else lets nobody in, until an admin of the
//! account says so. Where an account has another provider than it had, its members are bound anew.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::DateTime;
use doorward_core::{
    feed::tree::Hash,
    id::AccountId,
    time::{Millis, UnixMs},
    wire::{Code, Secret},
};
use futures::future::BoxFuture;
use openidconnect::{
    AccessToken, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    SignatureVerificationError, SubjectIdentifier, TokenResponse,
    core::{
        CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreIdTokenClaims, CoreJwsSigningAlgorithm as Alg,
        CoreProviderMetadata, CoreTokenResponse, CoreUserInfoClaims,
    },
};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{
    super::{Answer, App, Refusal, secrets::hash_secret, writer::Work},
    Users,
    doors::normal,
    provider::{Provider, ProviderWire, asking},
    sessions::start,
    whose,
};
use crate::store::{
    sso_subjects, sso_tries,
    users::{self, UserRow},
};

const TRY_LIFE: Millis = Millis::minutes(10);
/// Signatures by the provider's own key; none by a secret that we share, and never none.
const ALGORITHMS: [Alg; 6] = [
    Alg::RsaSsaPkcs1V15Sha256,
    Alg::RsaSsaPssSha256,
    Alg::EcdsaP256Sha256,
    Alg::EcdsaP384Sha384,
    Alg::RsaSsaPkcs1V15Sha384,
    Alg::RsaSsaPkcs1V15Sha512,
];

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// Where the browser goes, and what it keeps until it comes back.
pub struct Away {
    pub to: String,
    pub browser: Secret,
    pub expires: UnixMs,
}

/// What the provider gave the browser to bring back.
pub struct CameBack {
    pub state: String,
    /// None where the provider says no.
    pub code: Option<String>,
    /// Who says so (RFC 9207).
    pub issuer: Option<String>,
}

/// Whom a provider names, and by which address.
struct Named {
    subject: String,
    email: Option<String>,
    verified: Option<bool>,
}

impl Users {
    /// Whether the users of `account` sign in at their own company.
    pub(super) fn by_company(&self, account: &AccountId) -> bool {
        self.provider(account).is_some()
    }

    /// The provider of `account`.
    pub(super) fn provider(&self, account: &AccountId) -> Option<&Provider> {
        self.providers.all.iter().find(|provider| provider.account == *account)
    }

    fn nonce(&self, state: &str) -> Answer<Nonce> {
        Ok(Nonce::new(URL_SAFE_NO_PAD.encode(self.derive("sso-nonce", state.as_bytes())?)))
    }

    fn verifier(&self, state: &str) -> Answer<PkceCodeVerifier> {
        Ok(PkceCodeVerifier::new(URL_SAFE_NO_PAD.encode(self.derive("sso-pkce", state.as_bytes())?)))
    }

    fn client(&self, provider: &Provider, metadata: CoreProviderMetadata) -> Answer<Client> {
        let back = RedirectUrl::new(format!("{}/sign-in/sso", self.url)).map_err(Refusal::internal)?;
        let id = ClientId::new(provider.client_id.clone());
        let secret = ClientSecret::new(provider.client_secret.0.clone());
        Ok(CoreClient::from_provider_metadata(metadata, id, Some(secret)).set_redirect_uri(back))
    }
}

impl App {
    /// Whether anybody signs in at their own company.
    pub fn knows_companies(&self) -> bool {
        !self.users.providers.all.is_empty()
    }

    /// Where whoever has this address signs in, if that is at their own company. Only the domain is looked at.
    pub async fn begin_company_sign_in(self: &Arc<Self>, email: &str) -> Answer<Option<Away>> {
        let email = normal(email);
        let Some(provider) = self.users.providers.all.iter().find(|provider| provider.speaks_for(&email)) else {
            return Ok(None);
        };
        let metadata = self.metadata(provider, false).await?.ok_or(Refusal::new(Code::Unavailable))?;
        let ((state, state_hash), (browser, browser_hash)) = (self.draw_secret()?, self.draw_secret()?);
        let (nonce, verifier) = (self.users.nonce(&state.0)?, self.users.verifier(&state.0)?);
        let given = CsrfToken::new(state.0.clone());
        let client = self.users.client(provider, metadata)?;
        let request = client.authorize_url(CoreAuthenticationFlow::AuthorizationCode, || given, || nonce);
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
        let (to, ..) = request.add_scope(Scope::new("email".to_owned())).set_pkce_challenge(challenge).url();
        let account = provider.account.clone();
        let done = self.commit(move |work| {
            let expires = work.now.plus(TRY_LIFE);
            sso_tries::add(work.tx, &state_hash, &browser_hash, &account, work.now, expires)?;
            Ok((Vec::new(), expires))
        });
        Ok(Some(Away { to: to.into(), browser, expires: done.await?.value }))
    }

    /// Signs in whoever comes back from their company, and says what their browser keeps.
    pub async fn finish_company_sign_in(
        self: &Arc<Self>,
        came: CameBack,
        browser: Option<Secret>,
        agent: String,
    ) -> Answer<Secret> {
        let gone = || Refusal::new(Code::CeremonyGone);
        let (state, browser) = (hash_secret(&came.state), hash_secret(&browser.ok_or_else(gone)?.0));
        let taken = self.commit(move |work| Ok((Vec::new(), sso_tries::take(work.tx, &state, &browser)?)));
        let (account, expires) = taken.await?.value.ok_or_else(gone)?;
        let provider = self.users.provider(&account).filter(|_| self.now() < expires).ok_or_else(gone)?;
        if came.issuer.is_some_and(|issuer| issuer != provider.issuer) {
            return Err(no("it came back from another provider"));
        }
        let code = Zeroizing::new(came.code.ok_or(no("the provider said no"))?);
        let named = self.named(provider, &came.state, &code).await?;
        let email = named.email.map(|email| normal(&email)).ok_or(no("the provider names no address"))?;
        if !provider.speaks_for(&email) || named.verified == Some(false) {
            return Err(no("the provider does not speak for this address"));
        }
        if named.subject.is_empty() {
            return Err(no("the token names nobody"));
        }
        let issuer = provider.issuer.clone();
        let subject = whose("subject", &format!("{issuer}\n{}", named.subject));
        let (secret, hash) = self.draw_secret()?;
        let done = self.commit(move |work| {
            let row = users::by_email(work.tx, &email)?.filter(|row| row.account == account);
            let row = row.ok_or(no("whoever signed in is no member"))?;
            same_person(work, &row, &issuer, &subject)?;
            start(work, &row.user, &hash, &agent, None)?;
            Ok((Vec::new(), secret))
        });
        Ok(done.await?.value)
    }

    /// Whom the provider names for `code`, verified: signature, issuer, audience, end and nonce. Where its token holds no
    /// address, the provider is asked for it by the access token, and must speak of the same person (OpenID Connect Core, 5.4).
    async fn named(self: &Arc<Self>, provider: &Provider, state: &str, code: &str) -> Answer<Named> {
        let unavailable = || Refusal::new(Code::Unavailable);
        let metadata = self.metadata(provider, false).await?.ok_or_else(unavailable)?;
        let client = self.users.client(provider, metadata)?;
        let (wire, verifier) = (Arc::clone(&self.users.providers.wire), self.users.verifier(state)?);
        let code = AuthorizationCode::new(code.to_owned());
        let answer = exchange(Arc::clone(&wire), client.clone(), code, verifier).await;
        let answer = answer.ok_or(no("the provider did not take the code"))?;
        let token = answer.id_token().ok_or(no("the provider gave no ID token"))?;
        let nonce = self.users.nonce(state)?;
        let claims = match self.verified(&client, token, &nonce) {
            Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
                let fresh = self.metadata(provider, true).await?.ok_or(no("an unknown key, asked for just before"))?;
                let client = self.users.client(provider, fresh)?;
                self.verified(&client, token, &nonce).map_err(why)?
            }
            other => other.map_err(why)?,
        };
        let subject = claims.subject().as_str().to_owned();
        if let Some(email) = claims.email() {
            return Ok(Named { subject, email: Some(email.to_string()), verified: claims.email_verified() });
        }
        let of = claims.subject().clone();
        let told = user_info(wire, client, answer.access_token().clone(), of).await;
        let told = told.ok_or(no("the provider names no address, or another person's"))?;
        let email = told.email().map(|email| email.to_string());
        Ok(Named { subject, email, verified: told.email_verified() })
    }

    fn verified(
        &self,
        client: &Client,
        token: &CoreIdToken,
        nonce: &Nonce,
    ) -> Result<CoreIdTokenClaims, ClaimsVerificationError> {
        let now = DateTime::from_timestamp_millis(self.now().0).unwrap_or(DateTime::<chrono::Utc>::MAX_UTC);
        let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS).set_time_fn(move || now);
        let expected = nonce.secret().as_bytes().to_vec();
        let same = move |given: Option<&Nonce>| {
            let fits = given.is_some_and(|given| bool::from(given.secret().as_bytes().ct_eq(&expected)));
            if fits { Ok(()) } else { Err("another nonce".to_owned()) }
        };
        token.claims(&verifier, same).cloned()
    }

    async fn metadata(self: &Arc<Self>, provider: &Provider, again: bool) -> Answer<Option<CoreProviderMetadata>> {
        let users = &self.users;
        users.known.metadata(&users.providers.wire, provider, self.now(), again).await
    }
}

/// Whether the provider names the one it named when this member first signed in. Then is when they are bound.
fn same_person(work: &Work<'_>, row: &UserRow, issuer: &str, subject: &Hash) -> Answer<()> {
    let other = |inside: &'static str| Err(Refusal::bad("other-person").because(inside));
    if sso_subjects::by_subject(work.tx, &row.account, subject)?.is_some_and(|bound| bound != row.user) {
        return other("the provider names whoever is bound to another member");
    }
    match sso_subjects::of(work.tx, &row.user)? {
        Some((of, bound)) if of == issuer && bound != *subject => other("the provider names another for this address"),
        Some((of, _)) if of == issuer => Ok(()),
        _ => Ok(sso_subjects::bind(work.tx, &row.user, issuer, subject, work.now)?),
    }
}

/// What the provider gives for `code`.
fn exchange(
    wire: Arc<dyn ProviderWire>,
    client: Client,
    code: AuthorizationCode,
    verifier: PkceCodeVerifier,
) -> BoxFuture<'static, Option<CoreTokenResponse>> {
    Box::pin(async move {
        let http = asking(wire);
        client.exchange_code(code).ok()?.set_pkce_verifier(verifier).request_async(&http).await.ok()
    })
}

/// What the provider says of `subject`, and of nobody else.
fn user_info(
    wire: Arc<dyn ProviderWire>,
    client: Client,
    token: AccessToken,
    subject: SubjectIdentifier,
) -> BoxFuture<'static, Option<CoreUserInfoClaims>> {
    Box::pin(async move {
        let http = asking(wire);
        client.user_info(token, Some(subject)).ok()?.request_async(&http).await.ok()
    })
}

fn no(inside: &'static str) -> Refusal {
    Refusal::new(Code::KeyRefused).because(inside)
}

/// Words for the log: what a token holds stays out of it.
fn why(fault: ClaimsVerificationError) -> Refusal {
    no(match fault {
        ClaimsVerificationError::Expired(_) => "the token is too old",
        ClaimsVerificationError::InvalidAudience(_) => "the token is for another",
        ClaimsVerificationError::InvalidIssuer(_) => "the token is of another issuer",
        ClaimsVerificationError::InvalidNonce(_) => "the token answers another question",
        ClaimsVerificationError::SignatureVerification(_) => "the token's signature does not hold",
        _ => "the token does not hold",
    })
}
