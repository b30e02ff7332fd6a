//! A desk: a small house, a Primary CSM with a software key, and the console open in front of them.

use std::path::{Path, PathBuf};

use doorward_testkit::{house::PIN, stage::Stage, window::Window};
use fantoccini::key::Key;
use tempfile::TempDir;

const ACCOUNTS: usize = 60;

pub struct Desk {
    pub stage: Stage,
    pub folder: TempDir,
    env: Vec<(&'static str, PathBuf)>,
}

impl Desk {
    pub async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let here = std::env::current_exe().unwrap();
        let programs = here.ancestors().nth(2).unwrap();
        let stage = Stage::set(&folder.path().join("demo"), programs, ACCOUNTS, |_| {}).await.unwrap();
        let env = stage.env().into();
        Self { stage, folder, env }
    }

    /// The console is told one thing more by its environment.
    pub fn tell(&mut self, name: &'static str, value: impl AsRef<Path>) {
        self.env.push((name, value.as_ref().to_owned()));
    }

    pub async fn open(&self) -> Window {
        let console = self.stage.program("doorward-console").unwrap();
        let env: Vec<_> = self.env.iter().map(|(name, value)| (*name, value.as_path())).collect();
        Window::open(&console, &env, &self.stage.pictures).await.unwrap()
    }

    pub async fn sign_in(&self, window: &Window) {
        self.sign_in_alone(window).await;
        window.click("//*[@role='option']").await.unwrap();
    }

    /// Signs in, and touches nothing more.
    pub async fn sign_in_alone(&self, window: &Window) {
        self.sign_in_as(window, &self.stage.handle).await;
    }

    pub async fn sign_in_as(&self, window: &Window, handle: &str) {
        window.fill("Handle", handle).await.unwrap();
        window.press("Continue with key").await.unwrap();
        window.fill("PIN", PIN).await.unwrap();
        window.key(Key::Enter).await.unwrap();
        window.sees("entries verified").await.unwrap();
    }

    pub async fn open_read_only(&self, window: &Window) {
        window.fill("Search by name or id", self.stage.account.as_str()).await.unwrap();
        window.click(&format!("//*[@id='account-{}']", self.stage.account)).await.unwrap();
        window.press("Open read-only").await.unwrap();
        window.fill("Reason", REASON).await.unwrap();
        window.fill("Support ticket", "T-20417").await.unwrap();
        window.press("Open read-only").await.unwrap();
        window.sees("Read-only session").await.unwrap();
    }

    /// The e-mail address of the account's `n`th person, as the list shows them.
    pub async fn person(&self, window: &Window, n: usize) -> String {
        let script =
            format!("return document.querySelectorAll('[aria-label=\"People found\"] .pick')[{n}].textContent");
        window.sees("Internal id").await.unwrap();
        window.ask(&script).await.unwrap().as_str().unwrap().to_owned()
    }
}

pub const REASON: &str = "Imports stopped on Monday";
