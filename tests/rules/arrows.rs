//! Who may import whom, as cargo sees it. It looks at the workspace's own packages; deny.toml looks at everybody else's.

use std::process::Command;

use serde_json::Value;

use crate::expect_none;
use crate::tree::{Fallible, root};

const WHY: &str = "An arrow between rooms that the house does not have: core <- client <- {gateway, host, console, cli}, core <- server <- cli.\n\
    Server and client meet in core::wire alone; testkit and demo are for tests and `make demo`.";

/// What ships, and which rooms it may stand on.
const SHIPPED: &[(&str, &[&str])] = &[
    ("doorward-core", &[]),
    ("doorward-client", &["doorward-core"]),
    ("doorward-server", &["doorward-core"]),
    ("doorward-gateway", &["doorward-core", "doorward-client"]),
    ("doorward-host", &["doorward-core", "doorward-client"]),
    ("doorward-console", &["doorward-core", "doorward-client"]),
    ("doorward-cli", &["doorward-core", "doorward-client", "doorward-server", "doorward-gateway", "doorward-host"]),
];

const HOUSE: &[&str] = &["doorward-core", "doorward-client", "doorward-server", "doorward-gateway", "doorward-testkit"];

/// What never ships.
const UNSHIPPED: &[(&str, &[&str])] = &[
    ("doorward-testkit", HOUSE),
    ("doorward-demo", HOUSE),
    (
        "doorward-tests",
        &[
            "doorward-core",
            "doorward-client",
            "doorward-server",
            "doorward-gateway",
            "doorward-testkit",
            "doorward-cli",
            "doorward-demo",
            "doorward-console",
        ],
    ),
];

struct Arrow {
    from: String,
    to: String,
    for_tests: bool,
    optional: bool,
}

#[test]
fn rooms_import_only_the_rooms_they_stand_on() -> Fallible {
    let arrows = arrows(&metadata()?);
    assert!(arrows.len() > 8, "only {} arrows found: the rule would hold of nothing", arrows.len());
    expect_none(&arrows.iter().filter_map(offence).collect::<Vec<_>>(), WHY);
    Ok(())
}

#[test]
fn a_forbidden_arrow_is_seen() {
    let arrow = |from: &str, to: &str, for_tests, optional| Arrow {
        from: format!("doorward-{from}"),
        to: format!("doorward-{to}"),
        for_tests,
        optional,
    };
    assert!(offence(&arrow("server", "client", false, false)).is_some());
    assert!(offence(&arrow("client", "server", true, false)).is_some(), "not for tests either");
    assert!(offence(&arrow("core", "client", false, false)).is_some());
    assert!(offence(&arrow("cli", "testkit", false, false)).is_some());
    assert!(
        offence(&arrow("host", "server", false, false)).is_some(),
        "an agent follows the server, and is no part of it"
    );
    assert!(offence(&arrow("host", "gateway", false, false)).is_some());
    assert!(offence(&arrow("console", "testkit", false, false)).is_some(), "only by the danger feature");
    assert!(offence(&arrow("garage", "core", false, false)).is_some(), "a room nobody has drawn");
    assert!(offence(&arrow("console", "testkit", false, true)).is_none());
    assert!(offence(&arrow("cli", "testkit", false, true)).is_none());
    assert!(offence(&arrow("gateway", "testkit", false, true)).is_some(), "it has no key to stand in for");
    assert!(offence(&arrow("gateway", "testkit", true, false)).is_none());
    assert!(offence(&arrow("gateway", "client", false, false)).is_none());
    assert!(offence(&arrow("host", "client", false, false)).is_none());
    assert!(offence(&arrow("cli", "host", false, false)).is_none());
}

#[test]
fn the_core_stands_on_nothing_that_acts() -> Fallible {
    const ACTING: &[&str] =
        &["tokio", "reqwest", "hyper", "axum", "rusqlite", "rand", "rustix", "tempfile", "tauri", "futures", "tracing"];
    let metadata = metadata()?;
    let found = dependencies(&metadata)
        .filter(|(from, dependency)| *from == "doorward-core" && dependency["kind"].is_null())
        .filter_map(|(_, dependency)| dependency["name"].as_str())
        .filter(|name| ACTING.contains(name))
        .map(|name| format!("doorward-core -> {name}"))
        .collect::<Vec<_>>();
    expect_none(
        &found,
        "The core decides and does nothing: no clock, disk, network, randomness or async may come into it.",
    );
    Ok(())
}

fn offence(arrow: &Arrow) -> Option<String> {
    let known = SHIPPED.iter().chain(UNSHIPPED).find(|(room, _)| *room == arrow.from);
    let allowed = match known {
        None => false,
        Some((_, rooms)) if rooms.contains(&arrow.to.as_str()) => true,
        Some(_) => arrow.to == "doorward-testkit" && (arrow.for_tests || behind_the_danger_feature(arrow)),
    };
    (!allowed).then(|| format!("{} -> {}{}", arrow.from, arrow.to, if arrow.for_tests { " (for tests)" } else { "" }))
}

fn behind_the_danger_feature(arrow: &Arrow) -> bool {
    ["doorward-console", "doorward-cli"].contains(&arrow.from.as_str()) && arrow.optional
}

fn arrows(metadata: &Value) -> Vec<Arrow> {
    dependencies(metadata)
        .filter_map(|(from, dependency)| {
            let to = dependency["name"].as_str().filter(|name| name.starts_with("doorward-"))?;
            Some(Arrow {
                from: from.into(),
                to: to.into(),
                for_tests: dependency["kind"] == "dev",
                optional: dependency["optional"] == true,
            })
        })
        .collect()
}

fn dependencies(metadata: &Value) -> impl Iterator<Item = (&str, &Value)> {
    packages(metadata).flat_map(|package| {
        let from = package["name"].as_str().unwrap_or_default();
        package["dependencies"].as_array().into_iter().flatten().map(move |dependency| (from, dependency))
    })
}

pub fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata["packages"].as_array().into_iter().flatten()
}

pub fn metadata() -> Fallible<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()?;
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    Ok(serde_json::from_slice(&output.stdout)?)
}
