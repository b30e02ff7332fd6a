//! Builds the console's context: commands are denied unless a capability allows them.

/// Every command of the page.
const COMMANDS: &[&str] = &[
    "console_state",
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
