//! Tests wait for a condition with a deadline. A test that sleeps is slow on a good day and red on a bad one.

use crate::expect_none;
use crate::tree::{Fallible, Source, sources};

const SLEEPS: &[&str] = &["thread::sleep", "time::sleep(", "waitForTimeout"];
/// The one place where the pause between two looks at a condition lives.
const WAITERS: &[&str] = &["crates/testkit/src/wait.rs"];
const THIS_FILE: &str = "tests/rules/sleeps.rs";

#[test]
fn tests_wait_for_a_condition_and_never_sleep() -> Fallible {
    let found = sources()?
        .iter()
        .filter(|source| !WAITERS.contains(&source.path.as_str()))
        .flat_map(sleeps)
        .collect::<Vec<_>>();
    expect_none(
        &found,
        "Poll the condition with a deadline (testkit's `wait`): a sleep is a guess about another machine's speed.",
    );
    Ok(())
}

#[test]
fn a_sleeping_test_is_seen() {
    let nap = "std::thread::sleep(a_while);";
    assert_eq!(sleeps(&Source::new("tests/journey/main.rs", nap)).len(), 1);
    assert_eq!(
        sleeps(&Source::new("crates/core/src/a.rs", &format!("fn f() {{}}\n#[cfg(test)]\nmod tests {{ {nap} }}")))
            .len(),
        1
    );
    assert_eq!(sleeps(&Source::new("ui/tests/a.ts", "await page.waitForTimeout(500)")).len(), 1);
    assert_eq!(
        sleeps(&Source::new("crates/client/src/retry.rs", "tokio::time::sleep(pause).await;")).len(),
        0,
        "production may wait"
    );
}

fn sleeps(source: &Source) -> Vec<String> {
    let all_of_it = source.is_below(&["tests/", "crates/testkit/", "crates/demo/"])
        || source.path.contains("/tests/")
        || source.ends_with(&[".test.ts", ".spec.ts", "tests.rs"]);
    let mut in_tests = all_of_it;
    let mut found = Vec::new();
    for (number, line) in
        source.code().filter(|_| source.path != THIS_FILE && source.ends_with(&[".rs", ".ts", ".js", ".mjs"]))
    {
        in_tests |= line.trim_start().starts_with("#[cfg(test)]");
        if in_tests && SLEEPS.iter().any(|sleep| line.contains(sleep)) {
            found.push(source.at(number, line.trim()));
        }
    }
    found
}
