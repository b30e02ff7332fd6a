//! What a request asks of one account: its path, its query, its page, its body.

use std::{
    collections::HashMap,
    sync::{Arc, MutexGuard},
};

use axum::{
    extract::{FromRequestParts, Path, Query},
    http::request::Parts,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::id::AccountId;
use serde::de::DeserializeOwned;

use super::{Shared, Upstream, answers::Fault, lock};
use crate::{dice::Dice, world::AccountData};

/// A request to one account that exists.
pub(super) struct Asked {
    pub upstream: Upstream,
    pub account: AccountId,
    data: Shared,
    path: HashMap<String, String>,
    query: HashMap<String, String>,
}

impl Asked {
    /// The account, locked: for as long as one answer takes.
    pub fn data(&self) -> MutexGuard<'_, AccountData> {
        lock(&self.data)
    }

    pub fn dice(&self) -> MutexGuard<'_, Dice> {
        lock(&self.upstream.0.dice)
    }

    pub fn now(&self) -> i64 {
        self.upstream.now_seconds()
    }

    /// What stands in the path for `{id}`.
    pub fn id(&self) -> &str {
        self.path.get("id").map(String::as_str).unwrap_or_default()
    }

    pub fn number_id(&self) -> Result<u64, Fault> {
        self.id().parse().map_err(|_| Fault::NotFound)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    pub fn number(&self, name: &str) -> Result<Option<i64>, Fault> {
        let Some(text) = self.text(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| Fault::BadRequest("a number was expected"))
    }

    /// Whether something of this workspace is asked for; without the parameter the whole account is.
    pub fn wants_workspace(&self, workspace: u64) -> bool {
        self.text("workspace_id").is_none_or(|asked| asked == workspace.to_string())
    }

    /// The page asked for, and the token of the page after it: empty at the end.
    pub fn page<T>(&self, items: impl Iterator<Item = T>, most: usize) -> Result<(Vec<T>, String), Fault> {
        let start = self.text("start").filter(|token| !token.is_empty()).map_or(Ok(0), read_token)?;
        let limit = match self.number("limit")? {
            None => most.min(50),
            Some(asked) => usize::try_from(asked).ok().filter(|n| *n > 0).ok_or(Fault::BadRequest("limit"))?.min(most),
        };
        let mut rest = items.skip(start);
        let page = rest.by_ref().take(limit).collect();
        let next = if rest.next().is_some() { write_token(start + limit) } else { String::new() };
        Ok((page, next))
    }
}

impl FromRequestParts<Upstream> for Asked {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, upstream: &Upstream) -> Result<Self, Fault> {
        let path = Path::<HashMap<String, String>>::from_request_parts(parts, upstream).await;
        let Path(path) = path.map_err(|_| Fault::NotFound)?;
        let query = Query::<HashMap<String, String>>::from_request_parts(parts, upstream).await;
        let Query(query) = query.map_err(|_| Fault::BadRequest("query"))?;
        let account = path.get("account").and_then(|id| AccountId::parse(id).ok()).ok_or(Fault::NotFound)?;
        let data = upstream.account(&account).ok_or(Fault::NotFound)?;
        Ok(Self { upstream: upstream.clone(), account, data: Arc::clone(&data), path, query })
    }
}

/// Reads a JSON body.
pub(super) fn read_body<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(body).map_err(|_| Fault::BadRequest("the body is not the JSON that was expected"))
}

fn write_token(offset: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("from:{offset}"))
}

fn read_token(token: &str) -> Result<usize, Fault> {
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| Fault::BadRequest("start"))?;
    let text = std::str::from_utf8(&bytes).ok().and_then(|text| text.strip_prefix("from:"));
    text.and_then(|offset| offset.parse().ok()).ok_or(Fault::BadRequest("start"))
}
