//! The window and the desktop around it: the only code that knows Tauri. It carries commands in and events out, and
//! decides nothing.

mod desk;
mod instance;
mod notification;
mod signals;
mod tray;

use std::{path::Path, sync::Arc};

use doorward_core::id::AccountId;
use tauri::{AppHandle, Manager, RunEvent, UserAttentionType, WindowEvent, Wry, webview::PageLoadEvent};
use tauri_plugin_window_state::StateFlags;
use tauri_specta::{Builder, Event, collect_commands, collect_events};
use tokio::sync::mpsc;

use crate::{
    commands,
    compose::{Console, StartFault},
    controller::{Handle, Page, Request},
    view::{ConsoleEvent, LockedBy, SettingName},
};
use desk::Desk;
use instance::{Claim, Instance};
use notification::Notifications;
use tray::{Deed, TrayPlace};

/// The one window that is told anything.
const WINDOW: &str = "main";
/// Where and how large the window was, in the folder of the console's data.
const WINDOW_FILE: &str = "window.json";

const ATTENTION: Option<UserAttentionType> = Some(UserAttentionType::Informational);

/// What this start is to do.
pub enum Start {
    /// To be the console, and first to lead where a link says.
    First(Option<Instance>, Option<AccountId>),
    /// Nothing more: a console that was open already came to the front.
    HandedOver,
}

/// Claims the data folder, or hands over to the console that has it.
pub fn start(data: &Path, link: Option<AccountId>) -> Start {
    match tauri::async_runtime::block_on(instance::claim(data, link.as_ref())) {
        Claim::First(instance) => Start::First(Some(instance), link),
        Claim::Alone => Start::First(None, link),
        Claim::HandedOver => Start::HandedOver,
    }
}

/// Opens the window of `console` and runs until it is closed.
pub fn open(
    console: Console,
    handle: Handle,
    instance: Option<Instance>,
    link: Option<AccountId>,
) -> Result<(), StartFault> {
    let (bridge, signalled) = (bridge(), handle.clone());
    let window_state = tauri_plugin_window_state::Builder::new()
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
        // A whole path stands for itself, whatever folder it is looked for in.
        .with_filename(console.data().join(WINDOW_FILE).to_string_lossy());
    let app = tauri::Builder::default()
        .plugin(window_state.build())
        .manage(handle.clone())
        .invoke_handler(bridge.invoke_handler())
        .on_page_load(|_, load| {
            if load.event() == PageLoadEvent::Finished {
                tracing::info!(code = "page-loaded");
            }
        })
        .on_window_event(|window, event| {
            if let WindowEvent::CloseRequested { api, .. } = event {
                api.prevent_close();
                desk::close(window.app_handle());
            }
        })
        .setup(move |app| {
            bridge.mount_events(app);
            let app = app.handle().clone();
            furnish(&app, instance);
            tauri::async_runtime::spawn(signals::listen(signalled));
            let downloads = app.path().download_dir().ok();
            tauri::async_runtime::spawn(console.run(Arc::new(WindowPage(app.clone())), downloads));
            if let Some(account) = link {
                lead(&app, account);
            }
            Ok(())
        })
        .build(tauri::generate_context!())?;
    app.run(|_, event| {
        if let RunEvent::Exit = event {
            tracing::info!(code = "closed");
        }
    });
    Ok(())
}

/// Sets the desk: the tray, notifications, and an ear for later starts.
fn furnish(app: &AppHandle, instance: Option<Instance>) {
    let (tray, changes) = mpsc::unbounded_channel();
    let (deeds, mut wished) = mpsc::unbounded_channel();
    let (clicked, mut clicks) = mpsc::unbounded_channel();
    let place = TrayPlace::default();
    tauri::async_runtime::spawn(tray::keep(changes, place.clone(), deeds));
    app.manage(Desk::new(tray, place, Notifications::new(clicked)));
    let here = app.clone();
    tauri::async_runtime::spawn(async move {
        while let Some(deed) = wished.recv().await {
            match deed {
                Deed::Open => raise(&here),
                Deed::EndAll => wish(&here, Request::EndAll).await,
                Deed::Lock => wish(&here, |reply| Request::Lock(LockedBy::You, reply)).await,
                Deed::Quit => desk::close(&here),
            }
        }
    });
    let here = app.clone();
    tauri::async_runtime::spawn(async move {
        while let Some(account) = clicks.recv().await {
            called(&here, account);
        }
    });
    let Some(Instance { connection, mut calls }) = instance else { return };
    let here = app.clone();
    tauri::async_runtime::spawn(async move {
        while let Some(account) = calls.recv().await {
            called(&here, account);
        }
        drop(connection);
    });
}

/// Somebody wants to see the console, and perhaps an account in it.
fn called(app: &AppHandle, account: Option<AccountId>) {
    raise(app);
    if let Some(account) = account {
        lead(app, account);
    }
}

fn lead(app: &AppHandle, account: AccountId) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move { wish(&app, |reply| Request::Link(account, reply)).await });
}

async fn wish(app: &AppHandle, request: impl FnOnce(crate::controller::Reply<()>) -> Request) {
    let console = app.state::<Handle>().inner().clone();
    if let Err(problem) = console.ask(request).await {
        tracing::debug!(%problem, "the console did not do what was wished");
    }
}

/// Brings the window to the front, from wherever it is.
fn raise(app: &AppHandle) {
    let Some(window) = app.get_webview_window(WINDOW) else { return };
    // A desktop that lets no window push itself forward marks it in its list at least.
    let asked = [window.unminimize(), window.show(), window.set_focus(), window.request_user_attention(ATTENTION)];
    for fault in asked.into_iter().filter_map(Result::err) {
        tracing::warn!(%fault, "the window could not be brought to the front");
    }
}

fn tell(app: &AppHandle, event: ConsoleEvent) {
    // A window that is closing hears nothing any more.
    if let Err(fault) = event.emit_to(app, WINDOW) {
        tracing::debug!(%fault, "the page was not told");
    }
}

/// The page in its window, and the tray beside it.
struct WindowPage(AppHandle);

impl Page for WindowPage {
    fn tell(&self, event: ConsoleEvent) {
        if let ConsoleEvent::Tray { tray } = event {
            self.0.state::<Desk>().stands(tray);
        }
        tell(&self.0, event);
    }
}

/// The commands and the event, as the page's TypeScript is made from them.
fn bridge() -> Builder<Wry> {
    Builder::<Wry>::new()
        // What is sent and what is read have one shape: the page needs one type for each.
        .disable_serde_phases()
        .commands(collect_commands![
            commands::console_state,
            commands::lock,
            commands::unlock,
            commands::active,
            commands::choose_lock_after,
            commands::end_all,
            commands::sign_in,
            commands::sign_out,
            commands::key_pin,
            commands::key_choose,
            commands::key_cancel,
            commands::enrol,
            commands::accounts,
            commands::sessions,
            commands::open_session,
            commands::end_session,
            commands::note_active,
            commands::keep_idle,
            commands::about,
            commands::endpoint,
            commands::open_endpoint,
            commands::close_endpoint,
            commands::workspaces,
            commands::people,
            commands::person,
            commands::person_activities,
            commands::person_messages,
            commands::messages,
            commands::message_body,
            commands::update_person,
            commands::keys,
            commands::key_effects,
            commands::revoke_key,
            commands::past_grants,
            commands::everywhere,
            commands::staff,
            commands::change_effects,
            commands::make_change,
            desk::desktop,
            desk::set_tray,
            desk::notify,
            desk::set_zoom,
            desk::close_window,
            desk::tray_state,
            desk::set_pins,
            desk::save_log,
            commands::history,
            commands::proof,
            commands::check_log,
            commands::export_grants,
            commands::servers,
            commands::ssh_keys,
            commands::enrol_ssh_key,
            commands::connect,
            commands::connection_effects,
            commands::end_connection,
        ])
        .events(collect_events![ConsoleEvent])
        // No command carries it, but the page has words for each.
        .typ::<SettingName>()
}

#[cfg(test)]
mod tests {
    use std::{env, fs, path::Path};

    use specta_typescript::Typescript;

    use super::bridge;

    /// With DOORWARD_WRITE=1 the file is written; otherwise a stale one fails.
    #[test]
    fn the_pages_bindings_are_generated_from_the_view() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/src/backend/bindings.ts");
        let folder = tempfile::tempdir().unwrap();
        let beside = folder.path().join("bindings.ts");
        bridge().export(Typescript::default(), &beside).unwrap();
        let made = fs::read_to_string(beside).unwrap();
        if env::var_os("DOORWARD_WRITE").is_some() {
            fs::write(&path, &made).unwrap();
        }
        let there = fs::read_to_string(&path).unwrap();
        assert!(there == made, "bindings.ts is stale: DOORWARD_WRITE=1 cargo nextest run -p doorward-console bindings");
    }
}
