//! Staff of the house: they enrol, sign in and act as a console would, with software keys.

use doorward_client::{
    api::{Api, DataAnswer, DataRequest},
    identity::ClientIdentity,
};
use doorward_core::{
    id::{AccountId, GrantSerial, KeySerial, SessionSerial, StaffId},
    session::Reason,
    staff::Role,
    wire::{
        Answer, BeginEnrolment, BeginIntent, BeginSignIn, ConfirmIntent, FinishEnrolment, Intent, OpenSession,
        OpenedSession, Outcome, Secret,
    },
};
use reqwest::Method;
use secrecy::SecretString;

use super::{Fallible, House, TestKey};

/// A staff member who is signed in.
pub struct Person {
    pub staff: StaffId,
    pub handle: String,
    pub key: KeySerial,
    pub token: SecretString,
    pub identity: ClientIdentity,
    pub api: Api,
    gateway: Api,
    hardware: TestKey,
}

impl House {
    /// The first security admin, enrolled by the code the house was built with.
    pub async fn admin(&self) -> Fallible<Person> {
        self.enrol(&self.first_code).await
    }

    /// Enrols a new key by a one-time code and signs in with it.
    pub async fn enrol(&self, code: &str) -> Fallible<Person> {
        let hardware = self.key()?;
        let handle = self.enrol_key(code, &hardware).await?;
        self.sign_in(&handle, hardware).await
    }

    /// Enrols `key` by a one-time code, and tells its owner's handle.
    pub async fn enrol_key(&self, code: &str, key: &TestKey) -> Fallible<String> {
        let api = self.api(&ClientIdentity::generate()?)?;
        let begun = api.begin_enrolment(&BeginEnrolment { code: Secret(code.to_owned()) }).await?;
        let credential = key.register(&begun.options).await?;
        let name = "Blue key".to_owned();
        Ok(api.finish_enrolment(&FinishEnrolment { ceremony: begun.ceremony, credential, name }).await?.handle)
    }

    /// Signs in over a certificate made for it.
    pub async fn sign_in(&self, handle: &str, hardware: TestKey) -> Fallible<Person> {
        let identity = ClientIdentity::generate()?;
        let (api, gateway) = (self.api(&identity)?, self.gateway_api(&identity)?);
        let begun = api.begin_sign_in(&BeginSignIn { handle: handle.to_owned() }).await?;
        let credential = hardware.touch(&begun.options).await?;
        let signed_in = api.finish_sign_in(&Answer { ceremony: begun.ceremony, credential }).await?;
        let (staff, key, token) = (signed_in.staff, signed_in.key, SecretString::from(signed_in.token.0));
        Ok(Person { staff, handle: handle.to_owned(), key, token, identity, api, gateway, hardware })
    }

    /// A security admin adds somebody with roles; they enrol and sign in.
    pub async fn hire(&self, admin: &mut Person, id: &str, name: &str, roles: &[Role]) -> Fallible<Person> {
        let code = self.hire_for_code(admin, id, name, roles).await?;
        self.enrol(&code).await
    }

    /// A security admin adds somebody with roles, and is given the code with which they enrol.
    pub async fn hire_for_code(&self, admin: &mut Person, id: &str, name: &str, roles: &[Role]) -> Fallible<String> {
        let staff = StaffId::parse(id)?;
        let (handle, name) = (id.to_owned(), name.to_owned());
        admin.intend(Intent::AddStaff { staff: staff.clone(), handle, name }).await?;
        for role in roles {
            admin.intend(Intent::GiveRole { staff: staff.clone(), role: *role }).await?;
        }
        match admin.intend(Intent::IssueEnrolmentCode { staff }).await? {
            Outcome::CodeIssued { code, .. } => Ok(code.0),
            other => Err(format!("no code came of it: {other:?}").into()),
        }
    }
}

impl Person {
    /// Begins an intent, touches the key, and confirms it.
    pub async fn intend(&mut self, intent: Intent) -> Fallible<Outcome> {
        let begun = self.api.begin_intent(&self.token, &BeginIntent { intent }).await?;
        let credential = self.hardware.touch(&begun.options).await?;
        Ok(self.api.confirm_intent(&self.token, &begun.ceremony, &ConfirmIntent { credential }).await?)
    }

    /// Opens a read-only session for a ticket.
    pub async fn open_read_only(&self, account: &AccountId) -> Fallible<OpenedSession> {
        let reason = Reason::new(Some("T-20417"), "Looks into an import that failed")?;
        let ask = OpenSession { account: account.clone(), reason };
        Ok(self.api.open_session(&self.token, &ask).await?)
    }

    /// Opens a read-write session with a touch.
    pub async fn open_read_write(&mut self, account: &AccountId, grant: GrantSerial) -> Fallible<OpenedSession> {
        let reason = Reason::new(None, "Corrects a plan, as agreed by telephone")?;
        let intent = Intent::OpenReadWrite { account: account.clone(), grant, reason };
        match self.intend(intent).await? {
            Outcome::Opened { opened } => Ok(opened),
            other => Err(format!("no session came of it: {other:?}").into()),
        }
    }

    /// Ends one of one's own sessions.
    pub async fn end(&self, session: SessionSerial) -> Fallible<()> {
        Ok(self.api.end_session(&self.token, session).await?)
    }

    /// A request through the gateway in a session.
    pub async fn through(
        &self,
        opened: &OpenedSession,
        method: Method,
        path: &str,
        body: Option<serde_json::Value>,
    ) -> Result<DataAnswer, doorward_client::api::ApiError> {
        let path_and_query = format!("/accounts/{}{path}", opened.session.account);
        let token = SecretString::from(opened.token.0.clone());
        self.gateway.account_data(&token, &DataRequest { method, path_and_query, body }).await
    }

    /// The key, to sign in with again.
    pub fn into_key(self) -> TestKey {
        self.hardware
    }
}
