//! Staff of the stand, enrolled with software keys when they are first needed. NO SECURITY.

use std::collections::HashMap;

use doorward_core::{feed::tree::Hash, id::StaffId, wire::WebAuthnJson};
use doorward_testkit::{
    house::{Fallible, House as Whole, PIN, TestKey},
    softkey::Manners,
};
use serde_json::{Value, json};

use crate::house::{House, refused};

const ADMIN: &str = "s-ada";
/// Who serves in a role, and how they are called.
const PEOPLE: [(&str, &str, &str); 2] =
    [("technical-support", "s-tess", "Tess Turner"), ("csm", "s-cleo", "Cleo Costa")];

/// Whose key is whose.
#[derive(Default)]
pub struct Staff(HashMap<&'static str, TestKey>);

/// Somebody who is signed in.
struct Person<'a> {
    token: String,
    certificate: Hash,
    key: &'a TestKey,
}

impl House {
    /// Somebody of the role enters the account: Technical Support reads, the Primary CSM may change.
    pub async fn enter(&self, account: &str, role: &str, reason: &Value) -> Fallible<Value> {
        let (_, id, name) = PEOPLE.into_iter().find(|one| one.0 == role).ok_or("nobody has this role")?;
        let mut staff = self.staff.lock().await;
        if staff.0.is_empty() {
            let id = StaffId::parse(ADMIN)?;
            let code = self.app.init_first_admin(&handle(ADMIN), "Ada Admin", id).await.map_err(refused)?;
            staff.0.insert(ADMIN, self.enrol(&code.0).await?);
        }
        if !staff.0.contains_key(id) {
            let admin = self.sign_in(&staff.0, ADMIN).await?;
            let add = json!({"do": "add-staff", "staff": id, "handle": handle(id), "name": name});
            self.intend(&admin, &add).await?;
            self.intend(&admin, &json!({"do": "give-role", "staff": id, "role": role})).await?;
            let issued = self.intend(&admin, &json!({"do": "issue-enrolment-code", "staff": id})).await?;
            let key = self.enrol(text(&issued, "code")?).await?;
            staff.0.insert(id, key);
        }
        if role == "csm" {
            let admin = self.sign_in(&staff.0, ADMIN).await?;
            self.intend(&admin, &json!({"do": "assign-primary-csm", "account": account, "staff": id})).await?;
            let person = self.sign_in(&staff.0, id).await?;
            let state = self.app.read_state(|state| {
                let account = doorward_core::id::AccountId::parse(account).ok()?;
                let grant = state.account(&account)?.grant(doorward_core::grant::Setting::CustomerSuccessTeamAccess)?;
                Some(grant.serial.0)
            });
            let grant = state.ok_or("the setting is off")?;
            let open = json!({"do": "open-read-write", "account": account, "grant": grant, "reason": reason});
            return self.intend(&person, &open).await;
        }
        let person = self.sign_in(&staff.0, id).await?;
        let wish = json!({"account": account, "reason": reason});
        self.send("POST", "/v1/sessions", Some(&person.token), Some(person.certificate), &wish).await
    }

    async fn enrol(&self, code: &str) -> Fallible<TestKey> {
        let key = TestKey::from(self.keys.key(Whole::site(), Some(PIN.into()), Manners::default())?);
        let begun = self.send("POST", "/v1/enrolments/begin", None, None, &json!({"code": code})).await?;
        let credential = key.register(&options(&begun)?).await?;
        let answer = json!({"ceremony": text(&begun, "ceremony")?, "credential": credential, "name": "Blue key"});
        self.send("POST", "/v1/enrolments/finish", None, None, &answer).await?;
        Ok(key)
    }

    async fn sign_in<'a>(&self, keys: &'a HashMap<&'static str, TestKey>, id: &str) -> Fallible<Person<'a>> {
        let key = keys.get(id).ok_or("nobody has this key")?;
        let begun = self.send("POST", "/v1/sign-ins/begin", None, None, &json!({"handle": handle(id)})).await?;
        let credential = key.touch(&options(&begun)?).await?;
        let answer = json!({"ceremony": text(&begun, "ceremony")?, "credential": credential});
        let mut certificate = [0; 32];
        certificate.iter_mut().zip(id.bytes()).for_each(|(to, from)| *to = from);
        let signed_in = self.send("POST", "/v1/sign-ins/finish", None, Some(certificate), &answer).await?;
        Ok(Person { token: text(&signed_in, "token")?.to_owned(), certificate, key })
    }

    /// Begins and confirms an intent with a touch.
    async fn intend(&self, who: &Person<'_>, intent: &Value) -> Fallible<Value> {
        let as_them = (Some(who.token.as_str()), Some(who.certificate));
        let begun = self.send("POST", "/v1/intents", as_them.0, as_them.1, &json!({"intent": intent})).await?;
        let credential = who.key.touch(&options(&begun)?).await?;
        let path = format!("/v1/intents/{}/confirm", text(&begun, "ceremony")?);
        self.send("POST", &path, as_them.0, as_them.1, &json!({"credential": credential})).await
    }
}

fn handle(id: &str) -> String {
    format!("{id}@vendor")
}

fn options(begun: &Value) -> Fallible<WebAuthnJson> {
    Ok(WebAuthnJson(begun.get("options").cloned().ok_or("there are no options")?))
}

fn text<'a>(answer: &'a Value, name: &str) -> Fallible<&'a str> {
    Ok(answer.get(name).and_then(Value::as_str).ok_or(format!("there is no {name}"))?)
}
