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
use tokio::time::timeout;

use crate::house::{Fallible, wait_until};

pub use driver::Driver;

/// How long the page may take for one step.
const STEP: Duration = Duration::from_secs(20);
/// How long the driver may take for one answer.
const CALL: Duration = Duration::from_secs(8);

/// Whether every animation that ends has ended.
const STILL: &str = "return document.getAnimations().every((a) => a.playState === 'finished' \
                     || a.effect?.getComputedTiming().iterations === Infinity)";

/// WebKit takes a picture when it next draws, and a page on which nothing moves is not drawn again. This stirs it.
const STIR: &str = "const of = document.documentElement.style; clearInterval(window.stirring); \
                    window.stirring = setInterval(() => { of.opacity = of.opacity === '0.999' ? '1' : '0.999'; }, 40)";
const LET_BE: &str = "clearInterval(window.stirring); document.documentElement.style.removeProperty('opacity')";

/// The console in its window.
pub struct Window {
    client: Client,
    driver: Driver,
    pictures: PathBuf,
    taken: u32,
}

impl Window {
    /// Opens `console` configured by the environment `env`. Pictures go to `pictures`, and with them what the program
    /// says, to `window.log`.
    pub async fn open(console: &Path, env: &[(&str, &Path)], pictures: &Path) -> Fallible<Self> {
        fs::create_dir_all(pictures)?;
        let driver = Driver::start(env, &pictures.join("window.log"))?;
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
        let seen = async || matches!(timeout(CALL, self.visible(&xpath)).await, Ok(Ok(_)));
        wait_until(&format!("the page shows {text:?}"), STEP, seen).await
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
            // A page hears of nothing but keys: emptying alone tells it nothing.
            let rubbed_out = format!("x{}", char::from(Key::Backspace));
            element.send_keys(if text.is_empty() { &rubbed_out } else { text }).await
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
        in_time("a script", self.client.execute(script, Vec::new())).await
    }

    /// Makes the window so large, as a person does by its corner.
    pub async fn resize(&self, width: u32, height: u32) -> Fallible<()> {
        Ok(self.client.set_window_size(width, height).await?)
    }

    /// All the text that can be seen.
    pub async fn text(&self) -> Fallible<String> {
        Ok(self.client.find(Locator::Css("body")).await?.text().await?)
    }

    /// Takes a numbered picture of the window and tells where it is.
    pub async fn picture(&mut self, name: &str) -> Fallible<PathBuf> {
        self.taken = self.taken.saturating_add(1);
        wait_until("the page is still", STEP, async || self.ask(STILL).await.is_ok_and(|still| still == true)).await?;
        let path = self.pictures.join(format!("{:02}-{name}.png", self.taken));
        self.ask(STIR).await?;
        let picture = in_time("a picture", self.client.screenshot()).await;
        self.ask(LET_BE).await?;
        fs::write(&path, picture?)?;
        Ok(path)
    }

    /// Finds an element in the open dialog, or else on the page, and acts on it; begun again where the page changed
    /// under it.
    async fn act(&self, what: &str, act: impl AsyncFn(Element) -> Result<(), CmdError>) -> Fallible<()> {
        let place = [format!("//dialog[@open]//{what}"), format!("//{what}")];
        let mut last = "nothing like it is to be seen".to_owned();
        let try_once = async || {
            // What lies under an open dialog cannot be reached, and a person would not try.
            let dialog = self.visible("//dialog[@open]").await.is_ok();
            let [inside, anywhere] = &place;
            act(self.visible(if dialog { inside } else { anywhere }).await?).await
        };
        let done = async || match timeout(CALL, try_once()).await {
            Ok(Ok(())) => true,
            Ok(Err(fault)) => {
                last = format!("{fault:?}");
                false
            }
            Err(_) => {
                last = "the driver did not answer".to_owned();
                false
            }
        };
        wait_until(&format!("the page lets somebody use {what}"), STEP, done)
            .await
            .map_err(|fault| format!("{fault}; the last try: {last}").into())
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

/// What the driver answers in time: one that has lost the page says nothing for ever.
async fn in_time<T>(what: &str, asked: impl Future<Output = Result<T, CmdError>>) -> Fallible<T> {
    let answer = timeout(STEP, asked).await;
    Ok(answer.map_err(|_| format!("the driver did not answer when it was asked for {what}"))??)
}

/// Any element whose own text has `text` in it.
fn containing(text: &str) -> String {
    format!("//body//*[text()[contains(normalize-space(.), {})]]", quoted(text))
}

/// `text` as XPath writes it; XPath 1.0 knows no escape for quotes, so one kind may be in it.
fn quoted(text: &str) -> String {
    if text.contains('"') { format!("'{text}'") } else { format!("\"{text}\"") }
}
