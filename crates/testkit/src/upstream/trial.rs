//! A running upstream and a client with its key, for the tests of this room.

use std::{sync::Arc, time::Duration};

use doorward_core::{id::AccountId, time::UnixMs};
use reqwest::{Method, Response, StatusCode};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{RunningUpstream, Upstream};
use crate::{
    clock::StillClock,
    world::{World, WorldSize},
};

pub(super) const KEY: &str = "upstream-key-for-tests";
const NOW: UnixMs = UnixMs(1_764_000_000_000);

pub(super) struct Trial {
    pub upstream: Upstream,
    pub running: RunningUpstream,
    pub account: AccountId,
    pub clock: StillClock,
    pub client: reqwest::Client,
}

impl Trial {
    pub async fn begin() -> Self {
        // Another test of this program may have installed it already.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let world = Arc::new(World::draw(3, WorldSize::SMALL, NOW));
        let account = world.accounts.first().unwrap().id.clone();
        let clock = StillClock::at(NOW);
        let hands = clock.clone();
        let upstream = Upstream::new(world, SecretString::from(KEY), move || hands.now());
        let running = upstream.spawn().await.unwrap();
        let client = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
        Self { upstream, running, account, clock, client }
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}/accounts/{}{path}", self.running.url(), self.account);
        self.client.request(method, url).bearer_auth(KEY)
    }

    pub async fn get(&self, path: &str) -> Value {
        read(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Value) -> Value {
        read(self.request(method, path).json(&body).send().await.unwrap()).await
    }

    pub async fn status(&self, method: Method, path: &str, body: Value) -> StatusCode {
        self.request(method, path).json(&body).send().await.unwrap().status()
    }

    /// The `id` of somebody in the account.
    pub fn somebody(&self) -> String {
        self.upstream.look(&self.account, |data| data.people.first().unwrap().id.clone()).unwrap()
    }

    pub async fn export(&self) -> String {
        let made = self.send(Method::POST, "/v1/exports", json!({})).await;
        made.pointer("/export/id").unwrap().to_string()
    }
}

async fn read(answer: Response) -> Value {
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.unwrap()
}
