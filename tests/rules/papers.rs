//! What the papers claim: SECURITY.md names tests, and each of them must be there.

use crate::expect_none;
use crate::tree::{Fallible, root, sources};

#[test]
fn every_test_that_security_md_names_is_there() -> Fallible {
    let paper = std::fs::read_to_string(root().join("SECURITY.md"))?;
    let named = names(&paper);
    assert!(named.len() > 20, "only {} names found in SECURITY.md: the rule would hold of nothing", named.len());
    let sources = sources()?;
    let is_there = |name: &str| {
        sources.iter().any(|source| source.ends_with(&[".rs"]) && source.text.contains(&format!("fn {name}(")))
    };
    let missing = named.into_iter().filter(|name| !is_there(name)).collect::<Vec<_>>();
    expect_none(&missing, "SECURITY.md promises what no test shows: name the right test, or move the promise below.");
    Ok(())
}

#[test]
fn names_are_read_from_the_last_column_alone() {
    assert_eq!(names("| threat | `policy::decide` | `a_test`, `another` |\n`not_here`\n"), ["a_test", "another"]);
}

fn names(paper: &str) -> Vec<String> {
    let rows = paper.lines().filter(|line| line.starts_with('|'));
    let last = rows.filter_map(|row| row.trim_end_matches('|').rsplit('|').next());
    last.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}
