//! Path templates: `/v1/customers/{id}/attributes`. A parameter is one whole segment, never a part of one, never several.
//!
//! There are no wildcards: a route that is not spelled out does not exist.

use super::path;

/// The name of the parameter that holds the account.
pub(super) const ACCOUNT: &str = "account";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Parameter(String),
}

/// How a template stands to another of the same method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overlap {
    /// No path is matched by both.
    Apart,
    /// Some paths are matched by both, and one of the two is more exact in every segment where they differ.
    Nested,
    /// Some paths are matched by both, and neither is the more exact one.
    Ambiguous,
}

impl Template {
    /// Nothing when the text is not a template in canonical spelling.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "/" {
            return Some(Self { parts: Vec::new() });
        }
        let parts: Vec<_> = text.strip_prefix('/')?.split('/').map(Part::parse).collect::<Option<_>>()?;
        let template = Self { parts };
        let names: Vec<_> = template.parameters().collect();
        let repeated = names.iter().enumerate().any(|(at, name)| names.iter().skip(at + 1).any(|other| other == name));
        (!repeated).then_some(template)
    }

    pub fn joined(mut self, tail: &Self) -> Option<Self> {
        if tail.parameters().any(|name| self.parameters().any(|own| own == name)) {
            return None;
        }
        self.parts.extend(tail.parts.iter().cloned());
        Some(self)
    }

    pub fn len(&self) -> usize {
        self.parts.len()
    }

    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Parameter(name) => Some(name.as_str()),
            Part::Literal(_) => None,
        })
    }

    pub fn matches(&self, segments: &[String]) -> bool {
        self.all(segments, |literal, segment| literal == segment)
    }

    /// Whether an upstream that ignores case could take the path for this template.
    pub fn matches_ignoring_case(&self, segments: &[String]) -> bool {
        self.all(segments, same_ignoring_case)
    }

    /// The segment that the named parameter stands for.
    pub fn value<'s>(&self, name: &str, segments: &'s [String]) -> Option<&'s str> {
        let at = self.parts.iter().position(|part| matches!(part, Part::Parameter(own) if own == name))?;
        segments.get(at).map(String::as_str)
    }

    pub fn overlap(&self, other: &Self) -> Overlap {
        if self.len() != other.len() {
            return Overlap::Apart;
        }
        let (mut mine, mut theirs) = (false, false);
        for pair in self.parts.iter().zip(&other.parts) {
            match pair {
                (Part::Literal(a), Part::Literal(b)) if !same_ignoring_case(a, b) => return Overlap::Apart,
                // Two spellings of one word: an upstream that ignores case could not tell the rows apart.
                (Part::Literal(a), Part::Literal(b)) if a != b => (mine, theirs) = (true, true),
                (Part::Literal(_), Part::Parameter(_)) => mine = true,
                (Part::Parameter(_), Part::Literal(_)) => theirs = true,
                _ => {}
            }
        }
        if mine == theirs { Overlap::Ambiguous } else { Overlap::Nested }
    }

    /// How many segments are spelled out: among nested templates the most exact one has the most.
    pub fn exactness(&self) -> usize {
        self.parts.iter().filter(|part| matches!(part, Part::Literal(_))).count()
    }

    fn all(&self, segments: &[String], same: impl Fn(&str, &str) -> bool) -> bool {
        self.parts.len() == segments.len()
            && self.parts.iter().zip(segments).all(|(part, segment)| match part {
                Part::Literal(literal) => same(literal, segment),
                Part::Parameter(_) => true,
            })
    }
}

impl Part {
    fn parse(text: &str) -> Option<Self> {
        if let Some(name) = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')) {
            return is_name(name).then(|| Self::Parameter(name.to_owned()));
        }
        let segments = path::clean_segments(&format!("/{text}")).ok()?;
        let is_canonical = segments.as_slice() == [text] && path::canonical_path([text]).get(1..) == Some(text);
        is_canonical.then(|| Self::Literal(text.to_owned()))
    }
}

/// Also beyond ASCII: some servers fold the Kelvin sign into a `k`.
fn same_ignoring_case(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() { a.eq_ignore_ascii_case(b) } else { a.to_lowercase() == b.to_lowercase() }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(text: &str) -> Template {
        Template::parse(text).unwrap()
    }

    #[test]
    fn odd_templates_are_refused() {
        for text in [
            "",
            "v1",
            "/v1/",
            "//v1",
            "/{id}.json",
            "/{}",
            "/{Id}",
            "/{a}/{a}",
            "/a b",
            "/%41",
            "/..",
            "/{*rest}",
            "/a;b",
        ] {
            assert_eq!(Template::parse(text), None, "{text}");
        }
    }

    #[test]
    fn overlaps_are_told_apart() {
        let cases = [
            ("/a/{x}", "/b/{x}", Overlap::Apart),
            ("/a", "/a/{x}", Overlap::Apart),
            ("/a/{x}", "/a/b", Overlap::Nested),
            ("/a/{x}", "/{y}/b", Overlap::Ambiguous),
            ("/a/{x}", "/a/{y}", Overlap::Ambiguous),
            ("/a/b", "/a/b", Overlap::Ambiguous),
            ("/a/b", "/a/B", Overlap::Ambiguous),
            ("/a/{x}", "/A/b", Overlap::Ambiguous),
        ];
        for (one, other, expected) in cases {
            assert_eq!(template(one).overlap(&template(other)), expected, "{one} and {other}");
            assert_eq!(template(other).overlap(&template(one)), expected, "{other} and {one}");
        }
    }
}
