//! What is dangerous is named `danger-`, is never on by itself, and does not compile in a release build.

use serde_json::Value;

use crate::arrows::{metadata, packages};
use crate::expect_none;
use crate::tree::{Fallible, Source, sources};

const WHY: &str = "Each danger- feature needs, in its own package,\n\
    #[cfg(all(feature = \"danger-...\", not(debug_assertions)))] compile_error!(\"...\");";

#[test]
fn every_danger_feature_refuses_to_be_released() -> Fallible {
    let (metadata, sources) = (metadata()?, sources()?);
    let features = packages(&metadata).flat_map(danger_features).collect::<Vec<_>>();
    assert!(
        features.iter().any(|(_, feature)| feature == "danger-soft-key"),
        "the console's software key has its feature"
    );
    let bare =
        features.iter().filter(|(folder, feature)| !sources.iter().any(|source| guards(source, folder, feature)));
    expect_none(&bare.map(|(folder, feature)| format!("{folder}: {feature}")).collect::<Vec<_>>(), WHY);
    Ok(())
}

#[test]
fn no_danger_feature_is_on_by_itself() -> Fallible {
    let metadata = metadata()?;
    let found = packages(&metadata).filter_map(|package| {
        let on = package["features"]["default"].as_array()?.iter().filter_map(Value::as_str);
        let danger = on.filter(|feature| feature.contains("danger")).collect::<Vec<_>>().join(", ");
        (!danger.is_empty()).then(|| format!("{}: {danger}", package["name"]))
    });
    expect_none(&found.collect::<Vec<_>>(), "A danger- feature is asked for by name, each time.");
    Ok(())
}

#[test]
fn a_guard_is_told_from_none() {
    let guard = "#[cfg(all(feature = \"danger-x\", not(debug_assertions)))]\ncompile_error!(\"never in a release\");\n";
    assert!(guards(&Source::new("src-tauri/src/lib.rs", guard), "src-tauri/", "danger-x"));
    assert!(!guards(&Source::new("src-tauri/src/lib.rs", guard), "src-tauri/", "danger-y"));
    assert!(!guards(&Source::new("crates/cli/src/main.rs", guard), "src-tauri/", "danger-x"), "another package's");
    assert!(!guards(
        &Source::new("src-tauri/src/lib.rs", "#[cfg(feature = \"danger-x\")]\nmod soft;"),
        "src-tauri/",
        "danger-x"
    ));
}

/// The folder of the package's sources, and the feature.
fn danger_features(package: &Value) -> Vec<(String, String)> {
    let folder = match package["name"].as_str().unwrap_or_default() {
        "doorward-console" => "src-tauri/".to_owned(),
        name => format!("crates/{}/", name.trim_start_matches("doorward-")),
    };
    let features = package["features"].as_object().into_iter().flat_map(|features| features.keys());
    features.filter(|name| name.starts_with("danger")).map(|name| (folder.clone(), name.clone())).collect()
}

fn guards(source: &Source, folder: &str, feature: &str) -> bool {
    let condition = format!("#[cfg(all(feature=\"{feature}\",not(debug_assertions)))]compile_error!(");
    source.is_below(&[folder]) && source.text.split_whitespace().collect::<String>().contains(&condition)
}
