//! The console's real window, driven as a person would: by the words on its buttons and labels.
//!
//! It starts `tauri-driver`, which starts the program under WebKit's own driver. It knows nothing of the page's inside.

mod driver;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use fantoccini::{Client, Locator, elements::Element, error::CmdError, key::Key};

use crate::house::{Fallible, wait_until};

pub use driver::Driver;

/// How long the page may take for one step.
const STEP: Duration = Duration::from_secs(20);

/// The console in its window.
pub struct Window {
    client: Client,
    driver: Driver,
    pictures: PathBuf,
    taken: u32,
}

impl Window {
    /// Opens `console` configured by the environment `env`; pictures go to `pictures`.
    pub async fn open(console: &Path, env: &[(&str, &Path)], pictures: &Path) -> Fallible<Self> {
        fs::create_dir_all(pictures)?;
        let driver = Driver::start(env)?;
        let client = driver.connect(console, STEP).await?;
        Ok(Self { client, driver, pictures: pictures.to_owned(), taken: 0 })
    }

    /// Opens the console anew, as after it was killed. Pictures go on being numbered.
    pub async fn reopen(self, console: &Path, env: &[(&str, &Path)]) -> Fallible<Self> {
        let (pictures, taken) = (self.pictures.clone(), self.taken);
        drop(self);
        let again = Self::open(console, env, &pictures).await?;
        Ok(Self { taken, ..again })
    }

    /// Ends the program and its driver as a power cut would.
    pub fn kill(&mut self) {
        self.driver.kill();
    }

    /// Waits until `text` stands somewhere on the page.
    pub async fn sees(&self, text: &str) -> Fallible<()> {
        let xpath = containing(text);
        wait_until(&format!("the page shows {xpath}"), STEP, async || self.visible(&xpath).await.is_ok()).await
    }

    /// Whether `text` stands somewhere on the page now.
    pub async fn shows(&self, text: &str) -> bool {
        self.visible(&containing(text)).await.is_ok()
    }

    /// Presses the button called `name`, in the dialog where one is open.
    pub async fn press(&self, name: &str) -> Fallible<()> {
        let button = format!("button[not(@disabled)][normalize-space(.)={0} or @aria-label={0}]", quoted(name));
        self.act(&button, async |element: Element| element.click().await).await
    }

    /// Whether the button called `name` is there and cannot be pressed.
    pub async fn is_disabled(&self, name: &str) -> bool {
        let button = format!("//button[@disabled][normalize-space(.)={0} or @aria-label={0}]", quoted(name));
        self.visible(&button).await.is_ok()
    }

    /// Types `text` into the field labelled `label`, in place of what is there.
    pub async fn fill(&self, label: &str, text: &str) -> Fallible<()> {
        let quoted = quoted(label);
        let inside = format!("*[self::input or self::textarea][ancestor::label/span[normalize-space(.)={quoted}]");
        let field = format!("{inside} or @aria-label={quoted} or @id=//label[normalize-space(.)={quoted}]/@for]");
        self.act(&field, async |element: Element| {
            element.clear().await?;
            element.send_keys(text).await
        })
        .await
    }

    /// Presses a key where the focus is.
    pub async fn key(&self, key: Key) -> Fallible<()> {
        Ok(self.client.active_element().await?.send_keys(&char::from(key).to_string()).await?)
    }

    /// Clicks whatever `xpath`, begun with `//`, finds first, in the dialog where one is open.
    pub async fn click(&self, xpath: &str) -> Fallible<()> {
        self.act(xpath.trim_start_matches('/'), async |element: Element| element.click().await).await
    }

    /// What a script answers in the page.
    pub async fn ask(&self, script: &str) -> Fallible<serde_json::Value> {
        Ok(self.client.execute(script, Vec::new()).await?)
    }

    /// All the text that can be seen.
    pub async fn text(&self) -> Fallible<String> {
        Ok(self.client.find(Locator::Css("body")).await?.text().await?)
    }

    /// Takes a numbered picture of the window and tells where it is.
    pub async fn picture(&mut self, name: &str) -> Fallible<PathBuf> {
        self.taken = self.taken.saturating_add(1);
        let path = self.pictures.join(format!("{:02}-{name}.png", self.taken));
        fs::write(&path, self.client.screenshot().await?)?;
        Ok(path)
    }

    /// Finds an element in the open dialog, or else on the page, and acts on it; begun again where the page changed
    /// under it.
    async fn act(&self, what: &str, act: impl AsyncFn(Element) -> Result<(), CmdError>) -> Fallible<()> {
        let place = [format!("//dialog[@open]//{what}"), format!("//{what}")];
        let mut last = None;
        let done = async || {
            // What lies under an open dialog cannot be reached, and a person would not try.
            let dialog = self.visible("//dialog[@open]").await.is_ok();
            let [inside, anywhere] = &place;
            match self.visible(if dialog { inside } else { anywhere }).await {
                Ok(element) => act(element).await.inspect_err(|fault| last = Some(fault.to_string())).is_ok(),
                Err(_) => false,
            }
        };
        wait_until(&format!("the page lets somebody use {what}"), STEP, done)
            .await
            .map_err(|fault| format!("{fault}; the last try: {last:?}").into())
    }

    async fn visible(&self, xpath: &str) -> Result<Element, CmdError> {
        for element in self.client.find_all(Locator::XPath(xpath)).await? {
            if element.is_displayed().await.unwrap_or(false) {
                return Ok(element);
            }
        }
        self.client.find(Locator::XPath("//nothing-like-this")).await
    }
}

/// Any element whose own text has `text` in it.
fn containing(text: &str) -> String {
    format!("//body//*[text()[contains(normalize-space(.), {})]]", quoted(text))
}

/// `text` as XPath writes it; XPath 1.0 knows no escape for quotes, so one kind may be in it.
fn quoted(text: &str) -> String {
    if text.contains('"') { format!("'{text}'") } else { format!("\"{text}\"") }
}
