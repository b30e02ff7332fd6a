//! The route table itself: rows read from configuration, checked once, then looked up for each request.
//!
//! A table that could be read in two ways is not read at all. A request that no row names is refused.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::id::AccountId;

use super::template::{ACCOUNT, Overlap, Template};
use super::{Method, RequestTarget, RouteRefusal};

/// A route table as it is written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteTableSpec {
    pub account: AccountPlace,
    #[serde(default, rename = "route")]
    pub routes: Vec<RouteSpec>,
}

/// Where a request says which account it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "in", rename_all = "kebab-case", deny_unknown_fields)]
pub enum AccountPlace {
    /// Before every path: `/accounts/{account}`.
    Path { prefix: String },
    /// The first label of the host: `{account}.api.example.com`.
    Host { pattern: String },
}

/// One row as it is written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteSpec {
    pub method: String,
    pub path: String,
    pub effect: Effect,
    /// What the account's history calls it.
    pub verb: String,
}

/// What a route does to the customer's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    Read,
    Write,
    Refuse,
}

/// A checked route table.
#[derive(Clone, Debug)]
pub struct RouteTable {
    place: Place,
    rows: HashMap<(Method, usize), Vec<Route>>,
}

/// A checked row.
#[derive(Clone, Debug)]
pub struct Route {
    template: Template,
    text: String,
    effect: Effect,
    verb: String,
}

/// A request that the table knows: whose data it touches, and how. Only [`RouteTable::find`] makes one.
#[derive(Clone, Debug)]
pub struct RouteMatch<'t> {
    route: &'t Route,
    account: AccountId,
}

/// Why a route table is not read: the code, and the row (from 0) where there is one to name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the route table cannot be used: {fault:?} (row {row:?})")]
pub struct RouteTableError {
    pub row: Option<usize>,
    pub fault: RouteFault,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RouteFault {
    AccountPlace,
    Method,
    Template,
    Verb,
    /// Some request would be matched by this row and an earlier one, and neither is the more exact one.
    Ambiguous,
}

#[derive(Clone, Debug)]
enum Place {
    Path(Template),
    Host { suffix: String },
}

impl RouteTable {
    pub fn new(spec: &RouteTableSpec) -> Result<Self, RouteTableError> {
        let place =
            Place::parse(&spec.account).ok_or(RouteTableError { row: None, fault: RouteFault::AccountPlace })?;
        let mut table = Self { place, rows: HashMap::new() };
        for (row, route) in spec.routes.iter().enumerate() {
            table.add(route).map_err(|fault| RouteTableError { row: Some(row), fault })?;
        }
        Ok(table)
    }

    /// The row for a target, and the account it is about.
    pub fn find(&self, target: &RequestTarget) -> Result<RouteMatch<'_>, RouteRefusal> {
        let route = self.route(target)?;
        if route.effect == Effect::Read && !target.body_is_json_or_none() {
            // Frameworks let a form in the body name another method or action than the one sent.
            return Err(RouteRefusal::ReadBodyNotJson);
        }
        let account = match &self.place {
            Place::Path(_) => route.template.value(ACCOUNT, target.segments()),
            Place::Host { suffix } => target.host().strip_suffix(suffix.as_str()),
        };
        let account = account.and_then(|text| AccountId::parse(text).ok()).ok_or(RouteRefusal::AccountMalformed)?;
        Ok(RouteMatch { route, account })
    }

    fn route(&self, target: &RequestTarget) -> Result<&Route, RouteRefusal> {
        let segments = target.segments();
        // HEAD is asked of the GET row; a write cannot be asked for by HEAD.
        let method = if target.method() == Method::Head { Method::Get } else { target.method() };
        let rows = self.rows.get(&(method, segments.len())).map(Vec::as_slice).unwrap_or_default();
        let most_exact = |fits: &dyn Fn(&Route) -> bool| {
            rows.iter().filter(|row| fits(row)).max_by_key(|row| row.template.exactness())
        };
        let meant = most_exact(&|row| row.template.matches(segments)).ok_or(RouteRefusal::UnknownRoute)?;
        let mistaken = most_exact(&|row| row.template.matches_ignoring_case(segments));
        if !mistaken.is_some_and(|row| std::ptr::eq(row, meant)) {
            return Err(RouteRefusal::CaseTrick);
        }
        match meant.effect {
            Effect::Refuse => Err(RouteRefusal::RefusedRoute),
            Effect::Write if target.method() == Method::Head => Err(RouteRefusal::UnknownRoute),
            Effect::Read | Effect::Write => Ok(meant),
        }
    }

    fn add(&mut self, spec: &RouteSpec) -> Result<(), RouteFault> {
        let method = Method::parse(&spec.method).filter(|m| *m != Method::Head).ok_or(RouteFault::Method)?;
        let route = self.place.route(spec)?;
        let rows = self.rows.entry((method, route.template.len())).or_default();
        if rows.iter().any(|row| row.template.overlap(&route.template) == Overlap::Ambiguous) {
            return Err(RouteFault::Ambiguous);
        }
        rows.push(route);
        Ok(())
    }
}

impl<'t> RouteMatch<'t> {
    pub fn effect(&self) -> Effect {
        self.route.effect
    }

    pub fn verb(&self) -> &'t str {
        &self.route.verb
    }

    /// The row's template: what may be logged where the path itself may not.
    pub fn template(&self) -> &'t str {
        &self.route.text
    }

    /// The account, exactly as it stands in the path or host.
    pub fn account(&self) -> &AccountId {
        &self.account
    }
}

impl Place {
    fn parse(place: &AccountPlace) -> Option<Self> {
        match place {
            AccountPlace::Path { prefix } => {
                let template = Template::parse(prefix)?;
                template.parameters().eq([ACCOUNT]).then_some(Self::Path(template))
            }
            AccountPlace::Host { pattern } => {
                let suffix = pattern.strip_prefix("{account}")?;
                let name = suffix.strip_prefix('.')?;
                let is_host = name.split('.').all(is_label);
                is_host.then(|| Self::Host { suffix: suffix.to_owned() })
            }
        }
    }

    fn route(&self, spec: &RouteSpec) -> Result<Route, RouteFault> {
        let tail = Template::parse(&spec.path).ok_or(RouteFault::Template)?;
        if tail.parameters().any(|name| name == ACCOUNT) {
            return Err(RouteFault::Template);
        }
        if !is_label(&spec.verb) {
            return Err(RouteFault::Verb);
        }
        let template = match self {
            Self::Path(prefix) => prefix.clone().joined(&tail).ok_or(RouteFault::Template)?,
            Self::Host { .. } => tail,
        };
        Ok(Route { template, text: spec.path.clone(), effect: spec.effect, verb: spec.verb.clone() })
    }
}

fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && !text.starts_with('-')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}
