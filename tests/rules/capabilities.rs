//! What the console's page may do: a strict content policy, commands per window, and nothing global.

use serde_json::Value;

use crate::expect_none;
use crate::tree::{Fallible, Source, root, sources};

const POLICY: &[(&str, &str)] = &[
    ("default-src", "'none'"),
    ("script-src", "'self'"),
    ("style-src", "'self'"),
    ("font-src", "'self'"),
    ("img-src", "'self' data:"),
    ("connect-src", "ipc: http://ipc.localhost"),
    ("base-uri", "'none'"),
    ("form-action", "'none'"),
    ("frame-ancestors", "'none'"),
    ("object-src", "'none'"),
];

/// What of Tauri itself the page may use.
const EVENTS: &[&str] = &["core:event:allow-listen", "core:event:allow-unlisten"];

#[test]
fn the_page_is_held_to_a_strict_content_policy() -> Fallible {
    let config = serde_json::from_str(&std::fs::read_to_string(root().join("tauri.conf.json"))?)?;
    expect_none(
        &loose_ends(&config),
        "tauri.conf.json: the page loads what is in the program and talks to the program, that is all.",
    );
    Ok(())
}

#[test]
fn capabilities_name_their_windows() -> Fallible {
    let sources = sources()?;
    let capabilities =
        sources.iter().filter(|source| source.is_below(&["src-tauri/capabilities/"])).collect::<Vec<_>>();
    let opens_windows =
        sources.iter().any(|source| source.is_below(&["src-tauri/src/"]) && source.text.contains("tauri::Builder"));
    assert!(
        !(opens_windows && capabilities.is_empty()),
        "the console opens a window, and src-tauri/capabilities says nothing about it"
    );
    let found = capabilities.iter().filter_map(|source| too_wide(source)).collect::<Vec<_>>();
    expect_none(&found, "A capability names each window and each command, and no window from elsewhere.");
    Ok(())
}

#[test]
fn the_page_reaches_no_plugin_and_no_more_of_tauri_than_its_events() -> Fallible {
    let sources = sources()?;
    let capabilities = sources.iter().filter(|source| source.is_below(&["src-tauri/capabilities/"]));
    let found = capabilities.flat_map(foreign).collect::<Vec<_>>();
    expect_none(&found, "The page asks the console's own commands. What a plugin can do, only the shell does.");
    Ok(())
}

#[test]
fn a_loose_policy_and_a_wide_capability_are_seen() {
    let strict = POLICY.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join("; ");
    let config = |global: bool, policy: &str| serde_json::json!({"app": {"withGlobalTauri": global, "security": {"freezePrototype": true, "csp": policy}}});
    assert_eq!(loose_ends(&config(false, &strict)), Vec::<String>::new());
    assert_eq!(loose_ends(&config(true, &strict)).len(), 1);
    assert_eq!(
        loose_ends(&config(false, &strict.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'"))).len(),
        1
    );
    assert_eq!(loose_ends(&config(false, &format!("{strict}; frame-src *"))).len(), 1);
    assert!(too_wide(&Source::new("c.json", r#"{"windows": ["*"], "permissions": []}"#)).is_some());
    assert!(too_wide(&Source::new("c.json", r#"{"windows": ["main"], "remote": {"urls": ["https://*"]}}"#)).is_some());
    assert!(too_wide(&Source::new("c.json", r#"{"permissions": ["core:default"]}"#)).is_some(), "no window named");
    assert!(too_wide(&Source::new("c.json", r#"{"windows": ["main"], "permissions": []}"#)).is_none());
    let permits = |what: &str| foreign(&Source::new("c.json", &format!(r#"{{"permissions": [{what}]}}"#))).len();
    assert_eq!(permits(r#""allow-sign-in", "core:event:allow-listen""#), 0);
    assert_eq!(permits(r#""window-state:allow-restore-state", "core:default", {"identifier": "allow-sign-in"}"#), 3);
}

fn loose_ends(config: &Value) -> Vec<String> {
    let is = |path: &str, wanted: bool| config.pointer(path) == Some(&Value::Bool(wanted));
    let mut found = Vec::new();
    if !is("/app/withGlobalTauri", false) {
        found.push("withGlobalTauri is not false".to_owned());
    }
    if !is("/app/security/freezePrototype", true) {
        found.push("freezePrototype is not true".to_owned());
    }
    if config.pointer("/app/security/dangerousDisableAssetCspModification").is_some() {
        found.push("dangerousDisableAssetCspModification is named".to_owned());
    }
    let policy = config.pointer("/app/security/csp").and_then(Value::as_str).unwrap_or_default();
    let given = policy.split(';').filter_map(|directive| directive.trim().split_once(' ')).collect::<Vec<_>>();
    let lacking = POLICY.iter().filter(|wanted| !given.contains(wanted));
    found.extend(lacking.map(|(name, value)| format!("csp lacks: {name} {value}")));
    let added = given.iter().filter(|(name, _)| !POLICY.iter().any(|(known, _)| known == name));
    found.extend(added.map(|(name, value)| format!("csp adds: {name} {value}")));
    found
}

/// Permissions that are not for a command of ours.
fn foreign(source: &Source) -> Vec<String> {
    let Ok(capability) = serde_json::from_str::<Value>(&source.text) else {
        return vec![source.at(1, "is not JSON")];
    };
    let given = capability.get("permissions").and_then(Value::as_array).into_iter().flatten();
    let foreign = given.filter(|permission| {
        let ours = |name: &str| (name.starts_with("allow-") && !name.contains(':')) || EVENTS.contains(&name);
        !permission.as_str().is_some_and(ours)
    });
    foreign.map(|permission| source.at(1, &permission.to_string())).collect()
}

fn too_wide(source: &Source) -> Option<String> {
    let Ok(capability) = serde_json::from_str::<Value>(&source.text) else {
        return Some(source.at(1, "is not JSON"));
    };
    let windows = capability
        .get("windows")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect::<Vec<_>>();
    let named = !windows.is_empty() && windows.iter().all(|window| !window.contains('*'));
    let local = capability.get("remote").is_none() && capability.get("webviews").is_none();
    (!(named && local)).then(|| source.at(1, "windows must be named one by one, and none may be remote"))
}
