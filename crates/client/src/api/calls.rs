//! Every call a staff member's console makes, one function each.

use doorward_core::{
    id::{AccountId, CertificateSerial, KeySerial, SessionSerial},
    wire::{
        AccountNames, Answer, BeginEnrolment, BeginIntent, BeginSignIn, Ceremony, ConfirmIntent, Enrolled,
        FinishEnrolment, IntentBegun, Keys, OpenSession, OpenedSession, Outcome, Servers, SessionToken, Sessions,
        SignedIn, StaffNames,
    },
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Method, header::RETRY_AFTER};
use secrecy::SecretString;

use super::{ANSWER, Api, ApiError, MAX_ANSWER, accepted, bounded, why};

const NOTHING: Option<&()> = None;
/// Whoever does not answer this fast is not in reach.
const HEALTH: std::time::Duration = std::time::Duration::from_secs(3);

type Answered<R> = Result<R, ApiError>;

impl Api {
    /// `POST /v1/enrolments/begin`
    pub async fn begin_enrolment(&self, ask: &BeginEnrolment) -> Answered<Ceremony> {
        self.call(Method::POST, "/v1/enrolments/begin", None, Some(ask)).await
    }

    /// `POST /v1/enrolments/finish`
    pub async fn finish_enrolment(&self, ask: &FinishEnrolment) -> Answered<Enrolled> {
        self.call(Method::POST, "/v1/enrolments/finish", None, Some(ask)).await
    }

    /// `POST /v1/sign-ins/begin`
    pub async fn begin_sign_in(&self, ask: &BeginSignIn) -> Answered<Ceremony> {
        self.call(Method::POST, "/v1/sign-ins/begin", None, Some(ask)).await
    }

    /// `POST /v1/sign-ins/finish`
    pub async fn finish_sign_in(&self, ask: &Answer) -> Answered<SignedIn> {
        self.call(Method::POST, "/v1/sign-ins/finish", None, Some(ask)).await
    }

    /// `DELETE /v1/sign-ins/current`
    pub async fn sign_out(&self, token: &SecretString) -> Answered<()> {
        self.call(Method::DELETE, "/v1/sign-ins/current", Some(token), NOTHING).await
    }

    /// `POST /v1/intents`
    pub async fn begin_intent(&self, token: &SecretString, ask: &BeginIntent) -> Answered<IntentBegun> {
        self.call(Method::POST, "/v1/intents", Some(token), Some(ask)).await
    }

    /// `POST /v1/intents/{ceremony}/confirm`
    pub async fn confirm_intent(&self, token: &SecretString, of: &str, ask: &ConfirmIntent) -> Answered<Outcome> {
        let path = format!("/v1/intents/{}/confirm", utf8_percent_encode(of, NON_ALPHANUMERIC));
        self.call(Method::POST, &path, Some(token), Some(ask)).await
    }

    /// `POST /v1/sessions`: read-only; read-write is an intent.
    pub async fn open_session(&self, token: &SecretString, ask: &OpenSession) -> Answered<OpenedSession> {
        self.call(Method::POST, "/v1/sessions", Some(token), Some(ask)).await
    }

    /// `GET /v1/sessions`
    pub async fn sessions(&self, token: &SecretString) -> Answered<Sessions> {
        self.call(Method::GET, "/v1/sessions", Some(token), NOTHING).await
    }

    /// `POST /v1/sessions/{serial}/token`
    pub async fn renew(&self, token: &SecretString, session: SessionSerial) -> Answered<SessionToken> {
        self.call(Method::POST, &format!("/v1/sessions/{session}/token"), Some(token), NOTHING).await
    }

    /// `DELETE /v1/sessions/{serial}`
    pub async fn end_session(&self, token: &SecretString, session: SessionSerial) -> Answered<()> {
        self.call(Method::DELETE, &format!("/v1/sessions/{session}"), Some(token), NOTHING).await
    }

    /// `GET /v1/keys`
    pub async fn keys(&self, token: &SecretString) -> Answered<Keys> {
        self.call(Method::GET, "/v1/keys", Some(token), NOTHING).await
    }

    /// `DELETE /v1/keys/{serial}`: one's own; another's is an intent.
    pub async fn revoke_own_key(&self, token: &SecretString, key: KeySerial) -> Answered<()> {
        self.call(Method::DELETE, &format!("/v1/keys/{key}"), Some(token), NOTHING).await
    }

    /// `GET /v1/servers`
    pub async fn servers(&self, token: &SecretString) -> Answered<Servers> {
        self.call(Method::GET, "/v1/servers", Some(token), NOTHING).await
    }

    /// `DELETE /v1/certificates/{serial}`: one's own; another's is an intent.
    pub async fn revoke_own_certificate(&self, token: &SecretString, certificate: CertificateSerial) -> Answered<()> {
        self.call(Method::DELETE, &format!("/v1/certificates/{certificate}"), Some(token), NOTHING).await
    }

    /// `GET /v1/directory/accounts`: a page, beginning after `after`.
    pub async fn account_names(&self, token: &SecretString, after: Option<&AccountId>) -> Answered<AccountNames> {
        let query = after.map(|after| format!("?after={after}")).unwrap_or_default();
        self.call(Method::GET, &format!("/v1/directory/accounts{query}"), Some(token), NOTHING).await
    }

    /// `GET /v1/directory/staff`
    pub async fn staff_names(&self, token: &SecretString) -> Answered<StaffNames> {
        self.call(Method::GET, "/v1/directory/staff", Some(token), NOTHING).await
    }

    /// `GET /v1/health`: whether the server is there.
    pub async fn health(&self) -> Answered<()> {
        let answer = self.request(Method::GET, "/v1/health", None).timeout(HEALTH).send().await;
        accepted(answer.map_err(|e| why(&e))?).await.map(|_| ())
    }

    /// A request through the gateway in a session: this client's server is then the gateway.
    pub async fn account_data(&self, token: &SecretString, ask: &DataRequest) -> Answered<DataAnswer> {
        let mut request = self.request(ask.method.clone(), &ask.path_and_query, Some(token)).timeout(ANSWER);
        if let Some(body) = &ask.body {
            request = request.json(body);
        }
        let answer = request.send().await.map_err(|e| why(&e))?;
        let retry_after = answer.headers().get(RETRY_AFTER).and_then(|after| after.to_str().ok()?.parse().ok());
        let (status, refused) = (answer.status().as_u16(), answer.headers().contains_key(REFUSED));
        let bytes = bounded(answer, MAX_ANSWER).await?;
        if refused {
            let problem = serde_json::from_slice(&bytes).map_err(|_| ApiError::BadAnswer)?;
            return Err(ApiError::Problem(problem));
        }
        let json = if bytes.is_empty() { b"null".as_slice() } else { &bytes };
        Ok(DataAnswer { status, retry_after, body: serde_json::from_slice(json).map_err(|_| ApiError::BadAnswer)? })
    }
}

/// With this header the gateway speaks for itself, and not the upstream.
const REFUSED: &str = "x-doorward-refused";

/// A request to the vendor's API. It may hold customer data: it has no Debug.
pub struct DataRequest {
    pub method: Method,
    /// Already encoded.
    pub path_and_query: String,
    pub body: Option<serde_json::Value>,
}

/// The upstream's answer. It holds customer data: it has no Debug.
pub struct DataAnswer {
    pub status: u16,
    /// After so many seconds it may be asked again, where the upstream has said.
    pub retry_after: Option<u32>,
    pub body: serde_json::Value,
}
