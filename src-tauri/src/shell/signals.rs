//! What the desktop says that locks the console: the machine goes to sleep, the screen is locked. It listens and asks;
//! a machine without a bus says nothing, and is heard of once in the log. The controller has its own clock beside it.

use futures::{StreamExt, stream::BoxStream};
use zbus::{Connection, MatchRule, Message, MessageStream, message::Type};

use crate::{
    controller::{Handle, Request},
    view::LockedBy,
};

/// One signal, and what it means where it says `true`, or says nothing.
struct Signal {
    /// Who alone may say it, on a bus that others are on too.
    sender: Option<&'static str>,
    interface: &'static str,
    member: &'static str,
    by: LockedBy,
}

const SYSTEM: &[Signal] = &[
    logind("org.freedesktop.login1.Manager", "PrepareForSleep", LockedBy::Suspend),
    logind("org.freedesktop.login1.Session", "Lock", LockedBy::ScreenLock),
];
const SESSION: &[Signal] = &[screen_saver("org.freedesktop.ScreenSaver"), screen_saver("org.gnome.ScreenSaver")];

const fn logind(interface: &'static str, member: &'static str, by: LockedBy) -> Signal {
    Signal { sender: Some("org.freedesktop.login1"), interface, member, by }
}

const fn screen_saver(interface: &'static str) -> Signal {
    Signal { sender: None, interface, member: "ActiveChanged", by: LockedBy::ScreenLock }
}

/// Listens for as long as the console runs.
pub async fn listen(handle: Handle) {
    tokio::join!(
        follow("system", Connection::system().await, SYSTEM, &handle),
        follow("session", Connection::session().await, SESSION, &handle),
    );
}

async fn follow(bus: &str, connection: zbus::Result<Connection>, signals: &[Signal], handle: &Handle) {
    let heard = match connection {
        Ok(connection) => hear(connection, signals).await,
        Err(fault) => Err(fault),
    };
    match heard {
        Ok(heard) => tell(heard, handle).await,
        Err(fault) => tracing::info!(bus, %fault, "the desktop cannot be listened to: it will not lock the console"),
    }
}

async fn tell(mut heard: BoxStream<'static, LockedBy>, handle: &Handle) {
    while let Some(by) = heard.next().await {
        if let Err(problem) = handle.ask(|reply| Request::Lock(by, reply)).await {
            tracing::debug!(code = ?problem.code, "there was nothing to lock");
        }
    }
}

/// What is said on this bus, by what it means.
async fn hear(connection: Connection, signals: &[Signal]) -> zbus::Result<BoxStream<'static, LockedBy>> {
    let mut streams = Vec::new();
    for Signal { sender, interface, member, by } in signals {
        let mut rule = MatchRule::builder().msg_type(Type::Signal).interface(*interface)?.member(*member)?;
        if let Some(sender) = sender {
            rule = rule.sender(*sender)?;
        }
        let stream = MessageStream::for_match_rule(rule.build(), &connection, None).await?;
        let by = *by;
        streams.push(stream.filter_map(move |message| async move { says_so(&message.ok()?).then_some(by) }).boxed());
    }
    Ok(futures::stream::select_all(streams).boxed())
}

/// Each of them says by `false` that it is over, and `Lock` says nothing more than its name.
fn says_so(message: &Message) -> bool {
    let body = message.body();
    body.deserialize::<bool>().unwrap_or_else(|_| *body.signature() == zbus::zvariant::Signature::Unit)
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;
    use zbus::fdo::DBusProxy;

    use super::*;
    use crate::{
        controller::Requests,
        private_bus::{PATIENCE, PrivateBus},
    };

    fn signal(body: Option<bool>) -> Message {
        let made = Message::signal("/a", "org.freedesktop.ScreenSaver", "ActiveChanged").unwrap();
        match body {
            Some(active) => made.build(&active).unwrap(),
            None => made.build(&()).unwrap(),
        }
    }

    #[test]
    fn only_the_beginning_of_an_absence_locks() {
        assert!(says_so(&signal(Some(true))) && says_so(&signal(None)));
        assert!(!says_so(&signal(Some(false))));
        let other = Message::signal("/a", "a.b", "C").unwrap().build(&"yes").unwrap();
        assert!(!says_so(&other), "what is not understood locks nobody out");
    }

    /// Somebody on the bus who says what logind or a screen saver says.
    struct Speaker(Connection);

    impl Speaker {
        async fn named(bus: &PrivateBus, name: &str) -> Self {
            let connection = bus.connect().await;
            connection.request_name(name).await.unwrap();
            Self(connection)
        }

        async fn sleeps(&self, begins: bool) {
            let (path, interface) = ("/org/freedesktop/login1", "org.freedesktop.login1.Manager");
            self.0.emit_signal(None::<&str>, path, interface, "PrepareForSleep", &begins).await.unwrap();
        }

        async fn session(&self, member: &str) {
            let (path, interface) = ("/org/freedesktop/login1/session/_31", "org.freedesktop.login1.Session");
            self.0.emit_signal(None::<&str>, path, interface, member, &()).await.unwrap();
        }

        async fn saves(&self, interface: &str, active: bool) {
            self.0.emit_signal(None::<&str>, "/ScreenSaver", interface, "ActiveChanged", &active).await.unwrap();
        }
    }

    /// A console that listens to this bus already.
    async fn listening(bus: &PrivateBus, signals: &[Signal]) -> Requests {
        let heard = hear(bus.connect().await, signals).await.unwrap();
        let (handle, requests) = Handle::new();
        tokio::spawn(async move { tell(heard, &handle).await });
        requests
    }

    async fn locked_by(requests: &mut Requests) -> LockedBy {
        match timeout(PATIENCE, requests.next()).await.expect("nothing is asked for") {
            Some(Request::Lock(by, _)) => by,
            _ => panic!("a lock is asked for, and nothing else"),
        }
    }

    #[tokio::test]
    async fn logind_locks_before_a_sleep_and_by_its_lock_and_nobody_does_in_its_name() {
        let bus = PrivateBus::start();
        let logind = Speaker::named(&bus, "org.freedesktop.login1").await;
        let another = Speaker::named(&bus, "org.example.Another").await;
        let mut requests = listening(&bus, SYSTEM).await;
        // Whoever has got an answer from the bus knows that what they said before was passed on.
        let passed_on = async |who: &Speaker| DBusProxy::new(&who.0).await.unwrap().get_id().await.unwrap();
        another.sleeps(true).await;
        passed_on(&another).await;
        logind.sleeps(false).await;
        logind.session("Unlock").await;
        logind.session("Lock").await;
        assert_eq!(locked_by(&mut requests).await, LockedBy::ScreenLock);
        another.session("Lock").await;
        another.saves("org.freedesktop.ScreenSaver", true).await;
        passed_on(&another).await;
        for _ in 0..3 {
            logind.sleeps(true).await;
            assert_eq!(locked_by(&mut requests).await, LockedBy::Suspend, "nothing but what logind said is heard");
        }
    }

    #[tokio::test]
    async fn a_screen_saver_locks_when_it_begins_whichever_desktop_it_is_of() {
        let bus = PrivateBus::start();
        let mut requests = listening(&bus, SESSION).await;
        for saver in ["org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver"] {
            let there = Speaker::named(&bus, saver).await;
            there.saves(saver, false).await;
            there.saves(saver, true).await;
            assert_eq!(locked_by(&mut requests).await, LockedBy::ScreenLock);
        }
        Speaker::named(&bus, "org.freedesktop.login1").await.sleeps(true).await;
        let there = Speaker::named(&bus, "org.gnome.ScreenSaver.Again").await;
        there.saves("org.gnome.ScreenSaver", true).await;
        assert_eq!(locked_by(&mut requests).await, LockedBy::ScreenLock, "logind is on the other bus");
    }
}
