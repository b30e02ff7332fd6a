//! Builds the console's context: commands are denied unless a capability allows them.
fn main() {
    tauri_build::build()
}
