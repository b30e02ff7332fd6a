//! The names of the fields that a JSON body changes: dotted, without any value and without places in lists.
//!
//! A name that is not a plain word is written `*`: some APIs use data as names, such as addresses.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Most names that are kept of one write.
pub const MAX_FIELDS: usize = 40;
/// Longest dotted name in bytes.
pub const MAX_FIELD_BYTES: usize = 120;
/// So many levels are named; what lies deeper is told by the name above it.
const DEPTH: usize = 4;

/// Names of fields, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Fields {
    pub names: Vec<String>,
    /// Whether these are all there were. Where not, the body was no JSON, was too long to look at, or had more.
    pub all: bool,
}

impl Fields {
    /// The names in `body`; none, and not all, where it is no JSON.
    pub fn of(body: &[u8]) -> Self {
        if body.is_empty() {
            return Self { names: Vec::new(), all: true };
        }
        let Ok(value) = serde_json::from_slice::<Value>(body) else { return Self::default() };
        let mut found = BTreeSet::new();
        let whole = collect(&value, &mut String::new(), 0, &mut found);
        Self { all: whole, names: found.into_iter().collect() }
    }

    /// Whether they could have come from [`Fields::of`]: what a gateway sends is looked at before it is kept.
    pub fn plausible(&self) -> bool {
        let word = |part: &str| part == "*" || plain(part);
        let named = |name: &String| name.len() <= MAX_FIELD_BYTES && name.split('.').all(word);
        let sorted = self.names.is_sorted_by(|a, b| a < b);
        self.names.len() <= MAX_FIELDS && sorted && self.names.iter().all(named)
    }
}

/// Whether everything found its place.
fn collect(value: &Value, at: &mut String, depth: usize, found: &mut BTreeSet<String>) -> bool {
    match value {
        Value::Object(members) if !members.is_empty() && depth < DEPTH => {
            let mut whole = true;
            for (name, value) in members {
                let before = at.len();
                if before > 0 {
                    at.push('.');
                }
                at.push_str(if plain(name) { name } else { "*" });
                whole &= collect(value, at, depth.saturating_add(1), found);
                at.truncate(before);
            }
            whole
        }
        // A list is told by what its members are; the place in it says nothing about what changed.
        Value::Array(members) if members.iter().any(Value::is_object) => {
            let mut whole = true;
            for member in members {
                whole &= collect(member, at, depth, found);
            }
            whole
        }
        _ if at.is_empty() => true,
        _ if found.contains(at.as_str()) => true,
        _ if found.len() >= MAX_FIELDS || at.len() > MAX_FIELD_BYTES => false,
        _ => found.insert(at.clone()),
    }
}

/// A name as programmers give them: it begins with a letter or `_`, and has letters, digits, `_` and `-` alone.
fn plain(name: &str) -> bool {
    let begins = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    begins && name.len() <= 40 && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(body: &str) -> String {
        let fields = Fields::of(body.as_bytes());
        assert!(fields.plausible(), "{body}");
        format!("{}{}", fields.names.join(" "), if fields.all { "" } else { " …" })
    }

    #[test]
    fn names_are_dotted_and_no_value_is_among_them() {
        for (body, wanted) in [
            ("", ""),
            ("{}", ""),
            ("7", ""),
            (
                r#"{"name":"Maya","attributes":{"plan":"gold","tags":["a","b"]}}"#,
                "attributes.plan attributes.tags name",
            ),
            (r#"{"people":[{"id":1,"name":"x"},{"id":2,"mail":"y"},3]}"#, "people people.id people.mail people.name"),
            (r#"[{"a":1},{"b":2}]"#, "a b"),
            (r#"{"maya@example.com":1,"a b":{"c":2},"7":3}"#, "* *.c"),
            (r#"{"a":{"b":{"c":{"d":{"e":{"f":1}}}}}}"#, "a.b.c.d"),
            (r#"{"a":{},"b":[],"c":null}"#, "a b c"),
            ("name=Maya", " …"),
            ("{", " …"),
        ] {
            assert_eq!(names(body), wanted, "{body}");
        }
    }

    #[test]
    fn many_and_long_names_are_cut_and_it_is_said() {
        let many: Vec<String> = (0..60).map(|n| format!("\"f{n}\":1")).collect();
        let fields = Fields::of(format!("{{{}}}", many.join(",")).as_bytes());
        assert_eq!((fields.names.len(), fields.all, fields.plausible()), (MAX_FIELDS, false, true));
        let long = "x".repeat(41);
        assert_eq!(names(&format!("{{\"{long}\":1}}")), "*");
        for bad in [vec!["maya@example.com"], vec!["b", "a"], vec!["a", "a"], vec![""]] {
            let names = bad.into_iter().map(str::to_owned).collect();
            assert!(!Fields { names, all: true }.plausible());
        }
    }
}
