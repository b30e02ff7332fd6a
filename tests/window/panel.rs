//! A desktop's panel on the session's bus: it gives the tray a place, reads and clicks its menu, and takes
//! notifications. It shows nothing.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use zbus::{
    Connection, Proxy,
    fdo::DBusProxy,
    message::Header,
    names::BusName,
    zvariant::{OwnedValue, Structure, Value},
};

type Shared<T> = Arc<Mutex<T>>;

/// What the panel was given.
pub struct Panel {
    bus: Connection,
    items: Shared<Vec<String>>,
    pub notified: Shared<Vec<(String, String)>>,
}

/// A line of the tray's menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: i32,
    pub label: String,
    pub enabled: bool,
}

impl Panel {
    pub async fn open() -> Self {
        let (items, notified) = (Shared::default(), Shared::default());
        let bus = zbus::connection::Builder::session()
            .unwrap()
            .serve_at("/StatusNotifierWatcher", Watcher(Arc::clone(&items)))
            .unwrap()
            .serve_at("/org/freedesktop/Notifications", Daemon(Arc::clone(&notified)))
            .unwrap()
            .name("org.kde.StatusNotifierWatcher")
            .unwrap()
            .name("org.freedesktop.Notifications")
            .unwrap()
            .build()
            .await
            .unwrap();
        Self { bus, items, notified }
    }

    /// Whose item it is, by their own name on the bus; none while there is no item.
    pub async fn owner(&self) -> Option<String> {
        let item = self.items.lock().unwrap().last().cloned()?;
        self.is_there(&item).await.then_some(item)
    }

    async fn is_there(&self, name: &str) -> bool {
        let names = DBusProxy::new(&self.bus).await.unwrap();
        names.name_has_owner(BusName::try_from(name.to_owned()).unwrap()).await.unwrap()
    }

    /// How large the icon is, and what it is of.
    pub async fn picture(&self) -> Option<(i32, Vec<u8>)> {
        let item = self.owner().await?;
        let proxy = Proxy::new(&self.bus, item, "/StatusNotifierItem", "org.kde.StatusNotifierItem").await.ok()?;
        let icons: Vec<(i32, i32, Vec<u8>)> = proxy.get_property("IconPixmap").await.ok()?;
        icons.into_iter().next().map(|(width, _, pixels)| (width, pixels))
    }

    /// The lines of the menu; separators are left out.
    pub async fn menu(&self) -> Vec<Entry> {
        let Some(menu) = self.dbusmenu().await else { return Vec::new() };
        type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);
        let all: &[&str] = &[];
        let Ok((_, (_, _, children))) = menu.call::<_, _, (u32, Layout)>("GetLayout", &(0, -1, all)).await else {
            return Vec::new();
        };
        children.into_iter().filter_map(entry).collect()
    }

    /// Clicks the line that says `label`.
    pub async fn click(&self, label: &str) {
        let entry = self.menu().await.into_iter().find(|entry| entry.label == label).unwrap();
        let menu = self.dbusmenu().await.unwrap();
        menu.call::<_, _, ()>("Event", &(entry.id, "clicked", Value::from(0), 0_u32)).await.unwrap();
    }

    /// Clicks the notification that was taken last.
    pub async fn click_notification(&self) {
        let last = u32::try_from(self.notified.lock().unwrap().len()).unwrap();
        let (path, interface) = ("/org/freedesktop/Notifications", "org.freedesktop.Notifications");
        let clicked = (last, "default");
        self.bus.emit_signal(None::<&str>, path, interface, "ActionInvoked", &clicked).await.unwrap();
    }

    /// Whether a notification's title has `text` in it.
    pub fn notified_of(&self, text: &str) -> bool {
        self.notified.lock().unwrap().iter().any(|(title, _)| title.contains(text))
    }

    /// Calls the console as a second start would, with whatever it likes; whether it was heard.
    pub async fn call_console(&self, link: &str) -> bool {
        let names = DBusProxy::new(&self.bus).await.unwrap().list_names().await.unwrap();
        let name = names.iter().find(|name| name.starts_with("org.doorward.console.")).unwrap().to_string();
        let interface = Some("org.doorward.Console");
        self.bus.call_method(Some(name), "/org/doorward/Console", interface, "Open", &(link,)).await.is_ok()
    }

    async fn dbusmenu(&self) -> Option<Proxy<'_>> {
        let item = self.owner().await?;
        Proxy::new(&self.bus, item, "/MenuBar", "com.canonical.dbusmenu").await.ok()
    }
}

fn entry(child: OwnedValue) -> Option<Entry> {
    let fields = Structure::try_from(child).ok()?.into_fields();
    let mut fields = fields.into_iter();
    let id = i32::try_from(fields.next()?).ok()?;
    let said = HashMap::<String, OwnedValue>::try_from(fields.next()?).ok()?;
    let label = String::try_from(said.get("label")?.try_clone().ok()?).ok()?;
    let enabled = said.get("enabled").is_none_or(|enabled| bool::try_from(enabled).unwrap_or(true));
    Some(Entry { id, label, enabled })
}

struct Watcher(Shared<Vec<String>>);

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: &str, #[zbus(header)] header: Header<'_>) {
        // An item gives its name, or only the path of its object.
        let sender = header.sender().map(ToString::to_string);
        let item = if service.starts_with('/') { sender } else { Some(service.to_owned()) };
        self.0.lock().unwrap().extend(item);
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

struct Daemon(Shared<Vec<(String, String)>>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Daemon {
    #[expect(clippy::too_many_arguments, reason = "the freedesktop specification's own call")]
    fn notify(
        &self,
        _app_name: &str,
        _replaces_id: u32,
        _app_icon: &str,
        summary: String,
        body: String,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _expire_timeout: i32,
    ) -> u32 {
        let mut notified = self.0.lock().unwrap();
        notified.push((summary, body));
        u32::try_from(notified.len()).unwrap()
    }

    fn get_capabilities(&self) -> Vec<String> {
        vec!["body".to_owned(), "actions".to_owned()]
    }
}
