//! Notifications, shown by whoever shows them on this desktop. They may lie on a locked screen: what is in them is the
//! page's choice, and here they are kept short and plain.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use doorward_core::id::AccountId;
use futures::StreamExt;
use tokio::sync::{OnceCell, mpsc};
use zbus::{Connection, fdo::DBusProxy, names::BusName, zvariant::Value};

use crate::view::NotificationAsk;

const SERVICE: &str = "org.freedesktop.Notifications";
const LONGEST_TITLE: usize = 80;
const LONGEST_BODY: usize = 240;
/// So many are remembered, so that a click still leads somewhere.
const MOST_REMEMBERED: usize = 100;

#[zbus::proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications"
)]
trait Server {
    #[expect(clippy::too_many_arguments, reason = "the freedesktop specification's own call")]
    fn notify(
        &self,
        app_name: &str,
        replaces_id: u32,
        app_icon: &str,
        summary: &str,
        body: &str,
        actions: &[&str],
        hints: HashMap<&str, &Value<'_>>,
        expire_timeout: i32,
    ) -> zbus::Result<u32>;

    fn get_capabilities(&self) -> zbus::Result<Vec<String>>;

    #[zbus(signal)]
    fn action_invoked(&self, id: u32, action_key: String) -> zbus::Result<()>;
}

/// Where notifications go, and what a click on one of ours leads to.
pub struct Notifications {
    server: OnceCell<ServerProxy<'static>>,
    ours: Ours,
    clicked: mpsc::UnboundedSender<Option<AccountId>>,
}

type Ours = Arc<Mutex<HashMap<u32, Option<AccountId>>>>;

impl Notifications {
    /// Says by `clicked` which of them was clicked.
    pub fn new(clicked: mpsc::UnboundedSender<Option<AccountId>>) -> Self {
        Self { server: OnceCell::new(), ours: Ours::default(), clicked }
    }

    /// Whether anybody on this desktop shows them.
    pub async fn are_shown(&self) -> bool {
        match self.server().await {
            Ok(server) => serves(server.inner().connection()).await.unwrap_or(false),
            Err(_) => false,
        }
    }

    /// Shows one. That nobody shows them is said by [`Notifications::are_shown`], and is no fault here.
    pub async fn show(&self, ask: NotificationAsk) {
        let account = ask.account.as_deref().and_then(|id| AccountId::parse(id).ok());
        match self.try_show(&ask).await {
            Ok(id) => {
                let mut ours = self.ours.lock().unwrap_or_else(PoisonError::into_inner);
                if ours.len() >= MOST_REMEMBERED {
                    ours.clear();
                }
                ours.insert(id, account);
            }
            Err(fault) => tracing::info!(%fault, code = "not-notified"),
        }
    }

    async fn try_show(&self, ask: &NotificationAsk) -> zbus::Result<u32> {
        let server = self.server().await?;
        let marked_up = server.get_capabilities().await?.iter().any(|known| known == "body-markup");
        let (title, body) = (short(&ask.title, LONGEST_TITLE), short(&ask.body, LONGEST_BODY));
        let body = if marked_up { escaped(&body) } else { body };
        let (entry, urgency) = (Value::from("org.doorward.console"), Value::from(1_u8));
        let hints = HashMap::from([("desktop-entry", &entry), ("urgency", &urgency)]);
        server.notify("Doorward", 0, "doorward-console", &title, &body, &["default", ""], hints, -1).await
    }

    async fn server(&self) -> zbus::Result<&ServerProxy<'static>> {
        self.server
            .get_or_try_init(|| async {
                let server = ServerProxy::new(&Connection::session().await?).await?;
                let mut invoked = server.receive_action_invoked().await?;
                let (ours, clicked) = (Arc::clone(&self.ours), self.clicked.clone());
                tokio::spawn(async move {
                    while let Some(signal) = invoked.next().await {
                        let Ok(said) = signal.args() else { continue };
                        let known = ours.lock().unwrap_or_else(PoisonError::into_inner).remove(said.id());
                        if known.is_some_and(|account| clicked.send(account).is_err()) {
                            return;
                        }
                    }
                });
                Ok(server)
            })
            .await
    }
}

/// Whether somebody shows notifications, or would be started to do so.
async fn serves(bus: &Connection) -> zbus::fdo::Result<bool> {
    let names = DBusProxy::new(bus).await?;
    let service = BusName::try_from(SERVICE).map_err(zbus::Error::from)?;
    if names.name_has_owner(service).await? {
        return Ok(true);
    }
    Ok(names.list_activatable_names().await?.iter().any(|name| name.as_str() == SERVICE))
}

/// One line of at most so many letters.
fn short(text: &str, most: usize) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    if text.chars().count() <= most {
        return plain.collect();
    }
    plain.take(most.saturating_sub(1)).chain(['…']).collect()
}

/// Nothing in a text is markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_short_plain_and_no_markup() {
        assert_eq!(short("two\nlines\u{7}", 80), "two lines ");
        assert_eq!(short(&"ä".repeat(81), 80).chars().count(), 80);
        assert_eq!(escaped("<a href=\"x\">A & B</a>"), "&lt;a href=\"x\"&gt;A &amp; B&lt;/a&gt;");
    }
}
