//! The desktop's keyring (Secret Service, over D-Bus). Values go to it encrypted for its session, and their names say
//! nothing of anybody. On a machine without one it says so, and nothing takes its place.

use std::collections::HashMap;

use doorward_client::cache::{Keyring, KeyringFault};
use futures::future::BoxFuture;
use secret_service::{Collection, EncryptionType, Error, Item, SecretService};
use zbus::Connection;
use zeroize::Zeroizing;

const LABEL: &str = "Doorward";
const KIND: &str = "application/octet-stream";

/// This user's keyring. It is looked for when it is needed.
#[derive(Debug, Default)]
pub struct DesktopKeyring {
    /// Where it is looked for; on the session's bus where none is said.
    bus: Option<Connection>,
}

impl Keyring for DesktopKeyring {
    fn get(&self, name: String, may_ask: bool) -> BoxFuture<'static, Result<Option<Zeroizing<Vec<u8>>>, KeyringFault>> {
        let bus = self.bus.clone();
        Box::pin(async move {
            let service = connect(bus).await?;
            let found = service.search_items(attributes(&name)).await.map_err(fault)?;
            let Some(item) = found.unlocked.first().or(found.locked.first()) else { return Ok(None) };
            open(item, may_ask).await?;
            item.get_secret().await.map(|secret| Some(Zeroizing::new(secret))).map_err(fault)
        })
    }

    fn put(
        &self,
        name: String,
        value: Zeroizing<Vec<u8>>,
        may_ask: bool,
    ) -> BoxFuture<'static, Result<(), KeyringFault>> {
        let bus = self.bus.clone();
        Box::pin(async move {
            let service = connect(bus).await?;
            let collection = collection(&service, may_ask).await?;
            collection.create_item(LABEL, attributes(&name), &value, true, KIND).await.map_err(fault)?;
            Ok(())
        })
    }

    fn remove(&self, name: String) -> BoxFuture<'static, Result<(), KeyringFault>> {
        let bus = self.bus.clone();
        Box::pin(async move {
            let service = connect(bus).await?;
            let found = service.search_items(attributes(&name)).await.map_err(fault)?;
            for item in &found.unlocked {
                item.delete().await.map_err(fault)?;
            }
            Ok(())
        })
    }
}

async fn connect(bus: Option<Connection>) -> Result<SecretService<'static>, KeyringFault> {
    let service = match bus {
        Some(bus) => SecretService::connect_with_existing(EncryptionType::Dh, bus).await,
        None => SecretService::connect(EncryptionType::Dh).await,
    };
    service.map_err(fault)
}

async fn collection<'a>(service: &'a SecretService<'_>, may_ask: bool) -> Result<Collection<'a>, KeyringFault> {
    let collection = service.get_default_collection().await.map_err(fault)?;
    if collection.is_locked().await.map_err(fault)? {
        if !may_ask {
            return Err(KeyringFault::Locked);
        }
        collection.unlock().await.map_err(fault)?;
    }
    Ok(collection)
}

async fn open(item: &Item<'_>, may_ask: bool) -> Result<(), KeyringFault> {
    if item.is_locked().await.map_err(fault)? {
        if !may_ask {
            return Err(KeyringFault::Locked);
        }
        item.unlock().await.map_err(fault)?;
    }
    Ok(())
}

fn attributes(name: &str) -> HashMap<&str, &str> {
    HashMap::from([("application", "doorward"), ("name", name)])
}

fn fault(error: Error) -> KeyringFault {
    match error {
        Error::Locked | Error::Prompt => KeyringFault::Locked,
        Error::Unavailable | Error::Zbus(_) | Error::ZbusFdo(_) | Error::NoResult => KeyringFault::Absent,
        _ => KeyringFault::Silent,
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        process::{Child, Command, Stdio},
        sync::Arc,
    };

    use doorward_client::{
        cache::{Caches, Holder, KeptBy},
        keys::Signed,
    };
    use doorward_core::id::{KeySerial, StaffId};
    use serde_json::json;
    use zbus::zvariant::{ObjectPath, OwnedObjectPath};

    use super::*;
    use crate::private_bus::{PrivateBus, end};

    const SERVICE: &str = "org.freedesktop.secrets";
    const ROOT: &str = "/org/freedesktop/secrets";

    /// GNOME's own, opened by a password as a login opens it.
    struct GnomeKeyring(Child);

    impl GnomeKeyring {
        async fn start(bus: &PrivateBus) -> Self {
            let home = bus.folder.path();
            let mut daemon = Command::new("gnome-keyring-daemon")
                .args(["--unlock", "--foreground", "--components=secrets", "--control-directory"])
                .arg(home.join("control"))
                .env("DBUS_SESSION_BUS_ADDRESS", &bus.address)
                .envs(["HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"].map(|name| (name, home)))
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("gnome-keyring-daemon: scripts/setup.sh installs it");
            daemon.stdin.take().unwrap().write_all(b"of this test").unwrap();
            bus.has(SERVICE).await;
            Self(daemon)
        }
    }

    impl Drop for GnomeKeyring {
        fn drop(&mut self) {
            end(&mut self.0);
        }
    }

    async fn ring(bus: &PrivateBus) -> DesktopKeyring {
        DesktopKeyring { bus: Some(bus.connect().await) }
    }

    async fn lock(bus: &PrivateBus) {
        let bus = bus.connect().await;
        let all = [ObjectPath::try_from("/org/freedesktop/secrets/collection/login").unwrap()];
        let (interface, all) = (Some("org.freedesktop.Secret.Service"), (&all[..],));
        let answer = bus.call_method(Some(SERVICE), ROOT, interface, "Lock", &all).await.unwrap();
        let (locked, _prompt): (Vec<OwnedObjectPath>, OwnedObjectPath) = answer.body().deserialize().unwrap();
        assert_eq!(locked.len(), 1);
    }

    fn value(text: &str) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(text.as_bytes().to_vec())
    }

    #[tokio::test]
    async fn a_real_keyring_keeps_a_value_over_a_restart_and_gives_it_to_its_name_alone() {
        let bus = PrivateBus::start();
        let daemon = GnomeKeyring::start(&bus).await;
        let there = ring(&bus).await;
        assert_eq!(there.get("a".into(), false).await, Ok(None));
        there.put("a".into(), value("first"), false).await.unwrap();
        there.put("a".into(), value("second"), false).await.unwrap();
        there.put("b".into(), value("another"), false).await.unwrap();
        let service = connect(there.bus.clone()).await.unwrap();
        assert_eq!(service.search_items(attributes("a")).await.unwrap().unlocked.len(), 1, "in place of the other");
        drop((service, daemon));
        let _again = GnomeKeyring::start(&bus).await;
        let there = ring(&bus).await;
        assert_eq!(there.get("a".into(), false).await, Ok(Some(value("second"))));
        there.remove("a".into()).await.unwrap();
        assert_eq!(there.get("a".into(), false).await, Ok(None));
        assert_eq!(there.get("b".into(), false).await, Ok(Some(value("another"))));
    }

    #[tokio::test]
    async fn a_copy_whose_key_lies_in_a_real_keyring_opens_after_a_restart() {
        let bus = PrivateBus::start();
        let caches = async || Caches::new(bus.folder.path().join("caches"), Some(Arc::new(ring(&bus).await)));
        let enter = async || {
            let holder = Holder { staff: StaffId::parse("ada").unwrap(), key: KeySerial(4) };
            caches().await.enter(holder, &signed_without_a_secret()).await
        };
        let daemon = GnomeKeyring::start(&bus).await;
        let cache = enter().await;
        assert_eq!(cache.kept_by(), KeptBy::Keyring);
        cache.put_up("names", b"kept".to_vec()).await.unwrap();
        drop((cache, daemon));
        let _again = GnomeKeyring::start(&bus).await;
        assert_eq!(enter().await.take_down("names").await, Some(b"kept".to_vec()));
        caches().await.forget(KeySerial(4)).await;
        let fresh = enter().await;
        assert_eq!((fresh.kept_by(), fresh.take_down("names").await), (KeptBy::Keyring, None));
    }

    fn signed_without_a_secret() -> Signed {
        let response = json!({ "authenticatorData": "AQ", "clientDataJSON": "AQ", "signature": "AQ" });
        let made = json!({ "id": "k", "rawId": "AQ", "type": "public-key", "response": response });
        Signed { credential: serde_json::from_value(made).unwrap(), secret: None }
    }

    #[tokio::test]
    async fn a_locked_keyring_says_so() {
        let bus = PrivateBus::start();
        let _daemon = GnomeKeyring::start(&bus).await;
        let there = ring(&bus).await;
        there.put("a".into(), value("first"), false).await.unwrap();
        lock(&bus).await;
        assert_eq!(there.get("a".into(), false).await, Err(KeyringFault::Locked));
        assert_eq!(there.put("b".into(), value("another"), false).await, Err(KeyringFault::Locked));
    }

    #[tokio::test]
    async fn without_a_keyring_it_is_absent() {
        let bus = PrivateBus::start();
        assert_eq!(ring(&bus).await.get("a".into(), true).await, Err(KeyringFault::Absent));
    }
}
