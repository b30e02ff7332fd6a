//! Builds the console's context: commands are denied unless a capability allows them.

/// Every command of the page.
const COMMANDS: &[&str] = &[
    "console_state",
    "lock",
    "unlock",
    "active",
    "choose_lock_after",
    "end_all",
    "sign_in",
    "sign_out",
    "key_pin",
    "key_choose",
    "key_cancel",
    "enrol",
    "accounts",
    "sessions",
    "open_session",
    "end_session",
    "note_active",
    "keep_idle",
    "about",
    "endpoint",
    "open_endpoint",
    "close_endpoint",
    "workspaces",
    "people",
    "person",
    "person_activities",
    "person_messages",
    "messages",
    "message_body",
    "update_person",
    "keys",
    "key_effects",
    "revoke_key",
    "past_grants",
    "everywhere",
    "staff",
    "change_effects",
    "make_change",
    "desktop",
    "set_tray",
    "notify",
    "set_zoom",
    "close_window",
    "tray_state",
    "set_pins",
    "save_log",
    "history",
    "proof",
    "check_log",
    "export_grants",
    "servers",
    "ssh_keys",
    "enrol_ssh_key",
    "connect",
    "connection_effects",
    "end_connection",
];

fn main() {
    println!("cargo:rerun-if-changed=ui/dist");
    // With a pattern of our own, tauri-build watches no folder of capabilities by itself.
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    println!("cargo:rerun-if-changed=src-tauri/build.rs");
    assert!(
        std::path::Path::new("ui/dist/index.html").exists(),
        "the page is not built: run `npm --prefix ui ci && npm --prefix ui run build`, and then this again"
    );
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("src-tauri/capabilities/**/*")
        .app_manifest(tauri_build::AppManifest::new().commands(COMMANDS));
    if let Err(fault) = tauri_build::try_build(attributes) {
        println!("cargo:warning={fault:#}");
        std::process::exit(1);
    }
}
