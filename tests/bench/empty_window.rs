//! A Tauri window with an empty page in it, on the same webview: what the console's start and memory are measured beside.

use std::borrow::Cow;

use tauri::{
    Assets, Runtime,
    utils::assets::{AssetKey, AssetsIter, CspHash},
    webview::PageLoadEvent,
};

/// One empty page, in place of the console's.
struct Empty;

impl<R: Runtime> Assets<R> for Empty {
    fn get(&self, _: &AssetKey) -> Option<Cow<'_, [u8]>> {
        Some(Cow::Borrowed(b"<!doctype html><title>Empty</title>"))
    }

    fn iter(&self) -> Box<AssetsIter<'_>> {
        Box::new(std::iter::empty())
    }

    fn csp_hashes(&self, _: &AssetKey) -> Box<dyn Iterator<Item = CspHash<'_>> + '_> {
        Box::new(std::iter::empty())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let mut context = tauri::generate_context!();
    context.set_assets(Box::new(Empty));
    let loaded = |_: &tauri::Webview, load: &tauri::webview::PageLoadPayload<'_>| {
        if load.event() == PageLoadEvent::Finished {
            tracing::info!(code = "page-loaded");
        }
    };
    Ok(tauri::Builder::default().on_page_load(loaded).run(context)?)
}
