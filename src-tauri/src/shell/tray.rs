//! The tray: a picture of how the console stands, and a short menu. It talks to the desktop over the session bus, needs
//! no library, and waits where the desktop has no place for it. Whatever is in it is in the window too.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use ksni::{Handle, Icon, MenuItem, OfflineReason, ToolTip, Tray, TrayMethods, menu::StandardItem};
use tauri::{image::Image, include_image};
use tokio::sync::mpsc;

use crate::view::{TrayLock, TrayMark, TrayState, TrayView, TrayWords};

/// What is wished by the tray's menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Open,
    EndAll,
    Lock,
    Quit,
}

/// What changes the tray.
pub enum TrayChange {
    State(TrayState),
    /// Shown with these words, or put away.
    Words(Option<TrayWords>),
}

/// Where the tray is. Clones look at the same.
#[derive(Clone, Default)]
pub struct TrayPlace(Arc<AtomicU8>);

impl TrayPlace {
    const ALL: [TrayView; 4] = [TrayView::Off, TrayView::Shown, TrayView::NoPlace, TrayView::NoBus];

    pub fn look(&self) -> TrayView {
        let now = usize::from(self.0.load(Ordering::Relaxed));
        Self::ALL.get(now).copied().unwrap_or(TrayView::Off)
    }

    fn set(&self, view: TrayView) {
        let number = Self::ALL.iter().position(|known| *known == view).unwrap_or_default();
        self.0.store(u8::try_from(number).unwrap_or_default(), Ordering::Relaxed);
    }
}

/// Shows and changes the tray, until nobody can change it any more.
pub async fn keep(
    mut changes: mpsc::UnboundedReceiver<TrayChange>,
    place: TrayPlace,
    deeds: mpsc::UnboundedSender<Deed>,
) {
    let mut state = TrayState { mark: TrayMark::SignedOut, sessions: 0, first_ends: None, lock: TrayLock::Nothing };
    let mut shown: Option<Handle<Item>> = None;
    while let Some(change) = changes.recv().await {
        match (change, &shown) {
            (TrayChange::State(now), handle) => {
                state = now;
                if let Some(handle) = handle {
                    handle.update(|item| item.state = now).await;
                }
            }
            (TrayChange::Words(Some(words)), Some(handle)) => drop(handle.update(|item| item.words = words).await),
            (TrayChange::Words(Some(words)), None) => {
                place.set(TrayView::Shown);
                let item = Item { state, words, place: place.clone(), deeds: deeds.clone() };
                // A desktop that is still starting, or has no place, is not a fault: the item waits for one.
                match item.assume_sni_available(true).spawn().await {
                    Ok(handle) => shown = Some(handle),
                    Err(fault) => {
                        tracing::info!(%fault, code = "no-tray");
                        place.set(TrayView::NoBus);
                    }
                }
            }
            (TrayChange::Words(None), _) => {
                if let Some(handle) = shown.take() {
                    handle.shutdown().await;
                }
                place.set(TrayView::Off);
            }
        }
    }
}

struct Item {
    state: TrayState,
    words: TrayWords,
    place: TrayPlace,
    deeds: mpsc::UnboundedSender<Deed>,
}

impl Item {
    fn does(label: &str, enabled: bool, deed: Deed) -> MenuItem<Self> {
        let activate = Box::new(move |item: &mut Self| item.wish(deed));
        StandardItem { label: plain(label), enabled, activate, ..StandardItem::default() }.into()
    }

    fn wish(&self, deed: Deed) {
        // A console that is closing does nothing more.
        let _closing = self.deeds.send(deed);
    }

    /// What the page says of this very state; nothing where it has not said it yet.
    fn line(&self) -> Option<&str> {
        (self.words.about == self.state).then_some(self.words.line.as_str())
    }
}

impl Tray for Item {
    fn id(&self) -> String {
        "doorward-console".to_owned()
    }

    fn title(&self) -> String {
        "Doorward".to_owned()
    }

    fn icon_pixmap(&self) -> Vec<Icon> {
        pictures(self.state.mark).iter().map(icon).collect()
    }

    fn tool_tip(&self) -> ToolTip {
        let description = self.line().unwrap_or_default().to_owned();
        ToolTip { title: self.title(), description, ..ToolTip::default() }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        self.wish(Deed::Open);
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        let line = self
            .line()
            .map(|line| StandardItem { label: plain(line), enabled: false, ..StandardItem::default() }.into());
        let rest = [
            Self::does(&self.words.open, true, Deed::Open),
            Self::does(&self.words.end_all, self.state.sessions > 0, Deed::EndAll),
            Self::does(&self.words.lock, self.state.lock == TrayLock::Open, Deed::Lock),
            MenuItem::Separator,
            Self::does(&self.words.quit, true, Deed::Quit),
        ];
        line.into_iter().chain(rest).collect()
    }

    fn watcher_online(&self) {
        self.place.set(TrayView::Shown);
    }

    fn watcher_offline(&self, _reason: OfflineReason) -> bool {
        self.place.set(TrayView::NoPlace);
        true
    }
}

/// In a menu's label an underscore names a key to press.
fn plain(label: &str) -> String {
    label.replace('_', "__")
}

/// Small and large.
fn pictures(mark: TrayMark) -> [Image<'static>; 2] {
    match mark {
        TrayMark::SignedOut => {
            [include_image!("icons/tray/signed-out-24.png"), include_image!("icons/tray/signed-out-48.png")]
        }
        TrayMark::SignedIn => {
            [include_image!("icons/tray/signed-in-24.png"), include_image!("icons/tray/signed-in-48.png")]
        }
        TrayMark::ReadOnly => {
            [include_image!("icons/tray/read-only-24.png"), include_image!("icons/tray/read-only-48.png")]
        }
        TrayMark::ReadWrite => {
            [include_image!("icons/tray/read-write-24.png"), include_image!("icons/tray/read-write-48.png")]
        }
        TrayMark::Ending => [include_image!("icons/tray/ending-24.png"), include_image!("icons/tray/ending-48.png")],
        TrayMark::Offline => [include_image!("icons/tray/offline-24.png"), include_image!("icons/tray/offline-48.png")],
    }
}

/// RGBA as the bus wants it: ARGB, the highest byte first.
fn icon(picture: &Image<'static>) -> Icon {
    let mut data = picture.rgba().to_vec();
    for pixel in data.chunks_exact_mut(4) {
        pixel.rotate_right(1);
    }
    let side = |length: u32| i32::try_from(length).unwrap_or_default();
    Icon { width: side(picture.width()), height: side(picture.height()), data }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn item(state: TrayState, about: TrayState) -> (Item, mpsc::UnboundedReceiver<Deed>) {
        let (deeds, wished) = mpsc::unbounded_channel();
        let word = |text: &str| text.to_owned();
        let words = TrayWords {
            about,
            line: word("1 session"),
            open: word("Open"),
            end_all: word("End"),
            lock: word("Lock"),
            quit: word("Quit"),
        };
        (Item { state, words, place: TrayPlace::default(), deeds }, wished)
    }

    fn labels(item: &Item) -> Vec<(String, bool)> {
        let items = item.menu().into_iter().filter_map(|entry| match entry {
            MenuItem::Standard(item) => Some((item.label, item.enabled)),
            _ => None,
        });
        items.collect()
    }

    const ONE: TrayState = TrayState { mark: TrayMark::ReadOnly, sessions: 1, first_ends: None, lock: TrayLock::Open };
    const NONE: TrayState =
        TrayState { mark: TrayMark::SignedIn, sessions: 0, first_ends: None, lock: TrayLock::Locked };

    #[test]
    fn a_line_that_was_overtaken_is_not_shown_and_without_sessions_none_can_be_ended() {
        let named =
            |list: &[(&str, bool)]| list.iter().map(|(label, on)| ((*label).to_owned(), *on)).collect::<Vec<_>>();
        let all = [("1 session", false), ("Open", true), ("End", true), ("Lock", true), ("Quit", true)];
        assert_eq!(labels(&item(ONE, ONE).0), named(&all));
        assert_eq!(
            labels(&item(NONE, ONE).0),
            named(&[("Open", true), ("End", false), ("Lock", false), ("Quit", true)])
        );
    }

    #[test]
    fn the_menu_does_what_it_says() {
        let (mut item, mut wished) = item(ONE, ONE);
        for entry in item.menu() {
            if let MenuItem::Standard(StandardItem { activate, enabled: true, .. }) = entry {
                activate(&mut item);
            }
        }
        item.activate(0, 0);
        let deeds: Vec<_> = std::iter::from_fn(|| wished.try_recv().ok()).collect();
        assert_eq!(deeds, [Deed::Open, Deed::EndAll, Deed::Lock, Deed::Quit, Deed::Open]);
    }

    #[test]
    fn each_mark_has_its_own_picture_in_two_sizes() {
        let marks = [
            TrayMark::SignedOut,
            TrayMark::SignedIn,
            TrayMark::ReadOnly,
            TrayMark::ReadWrite,
            TrayMark::Ending,
            TrayMark::Offline,
        ];
        let mut seen = HashSet::new();
        for picture in marks.into_iter().flat_map(pictures) {
            let Icon { width, height, data } = icon(&picture);
            assert_eq!((width, data.len()), (height, usize::try_from(width * height * 4).unwrap()));
            assert!(data.chunks(4).any(|pixel| pixel[0] == 255) && data.chunks(4).any(|pixel| pixel[0] == 0));
            assert!(seen.insert(data));
        }
        assert_eq!(seen.len(), 12);
    }
}
