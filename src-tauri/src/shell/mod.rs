//! The window: the only code that knows Tauri. It carries commands in and events out, and decides nothing.

use std::sync::Arc;

use tauri::{AppHandle, Wry};
use tauri_specta::{Builder, Event, collect_commands, collect_events};

use crate::{
    commands,
    compose::{Console, StartFault},
    controller::{Handle, Page},
    view::{ConsoleEvent, SettingName},
};

/// The one window that is told anything.
const WINDOW: &str = "main";

/// Opens the window of `console` and runs until it is closed.
pub fn open(console: Console, handle: Handle) -> Result<(), StartFault> {
    let bridge = bridge();
    let app = tauri::Builder::default()
        .manage(handle)
        .invoke_handler(bridge.invoke_handler())
        .setup(move |app| {
            bridge.mount_events(app);
            let page = Arc::new(WindowPage(app.handle().clone()));
            tauri::async_runtime::spawn(console.run(page));
            Ok(())
        })
        .build(tauri::generate_context!())?;
    app.run(|_, _| {});
    Ok(())
}

/// The page in its window.
struct WindowPage(AppHandle);

impl Page for WindowPage {
    fn tell(&self, event: ConsoleEvent) {
        // A window that is closing hears nothing any more.
        if let Err(fault) = event.emit_to(&self.0, WINDOW) {
            tracing::debug!(%fault, "the page was not told");
        }
    }
}

/// The commands and the event, as the page's TypeScript is made from them.
fn bridge() -> Builder<Wry> {
    Builder::<Wry>::new()
        // What is sent and what is read have one shape: the page needs one type for each.
        .disable_serde_phases()
        .commands(collect_commands![
            commands::console_state,
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
