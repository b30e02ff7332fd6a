//! What the page wishes of the desktop around it: the tray, a notification, the size of everything, and to be closed.

use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    time::Duration,
};

use tauri::{AppHandle, Manager, State};
use tokio::{sync::mpsc, time::timeout};

use super::{
    WINDOW,
    notification::Notifications,
    raise,
    tray::{TrayChange, TrayPlace},
};
use crate::{
    controller::{Answer, Handle, Request},
    view::{ConsoleEvent, DesktopView, ErrorCode, NotificationAsk, SavedLog, TrayState, TrayWords},
};

/// How small and how large everything may be, in percent.
const ZOOM: std::ops::RangeInclusive<u16> = 50..=300;
/// How long the controller may take to end everything, before the window closes without it.
const LAST_WORDS: Duration = Duration::from_secs(4);

/// The desktop around the window.
pub struct Desk {
    pub tray: mpsc::UnboundedSender<TrayChange>,
    pub place: TrayPlace,
    pub notifications: Notifications,
    /// Sessions that are open, as the tray was told last.
    pub sessions: AtomicU32,
    /// The page was asked whether to close, and has not answered yet.
    asked: AtomicBool,
}

impl Desk {
    pub fn new(tray: mpsc::UnboundedSender<TrayChange>, place: TrayPlace, notifications: Notifications) -> Self {
        Self { tray, place, notifications, sessions: AtomicU32::new(0), asked: AtomicBool::new(false) }
    }

    fn change(&self, change: TrayChange) {
        // Whoever keeps the tray is gone only when the program is.
        let _closing = self.tray.send(change);
    }

    /// The console stands otherwise than before.
    pub fn stands(&self, tray: TrayState) {
        self.sessions.store(tray.sessions, Ordering::Relaxed);
        self.change(TrayChange::State(tray));
    }
}

/// Closes, or asks first where sessions end with it. Who asks twice is not asked again: a page that does not answer
/// keeps nobody.
pub fn close(app: &AppHandle) {
    let desk = app.state::<Desk>();
    let sessions = desk.sessions.load(Ordering::Relaxed);
    if sessions > 0 && !desk.asked.swap(true, Ordering::Relaxed) {
        raise(app);
        super::tell(app, ConsoleEvent::CloseAsked { sessions });
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let console = app.state::<Handle>().inner().clone();
        if timeout(LAST_WORDS, console.ask(Request::Go)).await.is_err() {
            tracing::warn!(code = "closed-in-haste", "the window closes before everything was told");
        }
        app.exit(0);
    });
}

#[tauri::command]
#[specta::specta]
pub async fn desktop(desk: State<'_, Desk>) -> Answer<DesktopView> {
    Ok(DesktopView { tray: desk.place.look(), notifications: desk.notifications.are_shown().await })
}

#[tauri::command]
#[specta::specta]
pub async fn set_tray(words: Option<TrayWords>, desk: State<'_, Desk>) -> Answer<()> {
    desk.change(TrayChange::Words(words));
    Ok(())
}

#[tauri::command]
#[specta::specta]
pub async fn notify(ask: NotificationAsk, desk: State<'_, Desk>) -> Answer<()> {
    desk.notifications.show(ask).await;
    Ok(())
}

#[tauri::command]
#[specta::specta]
pub async fn set_zoom(percent: u16, app: AppHandle) -> Answer<()> {
    let percent = percent.clamp(*ZOOM.start(), *ZOOM.end());
    let window = app.get_webview_window(WINDOW).ok_or(ErrorCode::Internal)?;
    window.set_zoom(f64::from(percent) / 100.0).map_err(|fault| {
        tracing::warn!(%fault, "the window could not be zoomed");
        ErrorCode::Internal.into()
    })
}

#[tauri::command]
#[specta::specta]
pub async fn close_window(really: bool, app: AppHandle, desk: State<'_, Desk>) -> Answer<()> {
    desk.asked.store(really, Ordering::Relaxed);
    if really {
        close(&app);
    }
    Ok(())
}

#[tauri::command]
#[specta::specta]
pub async fn tray_state(console: State<'_, Handle>) -> Answer<TrayState> {
    console.ask(Request::Tray).await
}

#[tauri::command]
#[specta::specta]
pub async fn set_pins(accounts: Vec<String>, console: State<'_, Handle>) -> Answer<()> {
    console.ask(|reply| Request::Pins(accounts, reply)).await
}

#[tauri::command]
#[specta::specta]
pub async fn save_log(console: State<'_, Handle>) -> Answer<SavedLog> {
    console.ask(Request::SaveLog).await
}
