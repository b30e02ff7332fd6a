//! Answers that last: a download piece by piece, and activities as they happen (server-sent events).
//!
//! In a test nothing flows until the test pours it, and the test is told when the reader was cut off. Nothing here
//! waits for time to pass.

use std::{convert::Infallible, sync::Mutex};

use axum::{
    body::{Body, Bytes},
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use doorward_core::id::AccountId;
use futures::{Stream, stream};
use serde_json::Value;
use tokio::sync::mpsc;

use super::{answers::Fault, asked::Asked, lock};
use crate::world::Person;

const PIECE: usize = 16 * 1024;
/// More than any body a gateway should take in one piece of memory.
const LARGEST: usize = 1 << 30;

/// Who listens, and who paces.
#[derive(Default)]
pub(super) struct Streams {
    holder: Mutex<Option<mpsc::UnboundedSender<OpenStream>>>,
    listeners: Mutex<Vec<(AccountId, mpsc::Sender<Bytes>)>>,
}

/// The streams that were opened since they are held, in order.
#[derive(Debug)]
pub struct HeldStreams(mpsc::UnboundedReceiver<OpenStream>);

/// The upstream's end of a stream somebody reads; the stream ends when this is dropped.
#[derive(Debug)]
pub struct OpenStream {
    pub account: AccountId,
    sender: mpsc::Sender<Bytes>,
}

/// Nobody reads the stream any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nobody reads the stream any more")]
pub struct StreamCut;

impl HeldStreams {
    /// The next stream that is opened; nothing when the upstream is gone.
    pub async fn next(&mut self) -> Option<OpenStream> {
        self.0.recv().await
    }
}

impl OpenStream {
    pub async fn pour(&self, piece: impl Into<Bytes>) -> Result<(), StreamCut> {
        self.sender.send(piece.into()).await.map_err(|_| StreamCut)
    }

    /// Waits until the reader is gone.
    pub async fn cut(&self) {
        self.sender.closed().await;
    }
}

impl Streams {
    pub fn hold(&self) -> HeldStreams {
        let (holder, held) = mpsc::unbounded_channel();
        *lock(&self.holder) = Some(holder);
        HeldStreams(held)
    }

    /// Tells whoever listens to the account; whoever does not keep up is dropped.
    pub fn tell(&self, account: &AccountId, activity: &Value) {
        let event = Bytes::from(format!("event: activity\ndata: {activity}\n\n"));
        lock(&self.listeners).retain(|(of, listener)| of != account || listener.try_send(event.clone()).is_ok());
    }

    /// Gives the upstream's end away where streams are held; otherwise gives it back.
    fn give_away(&self, open: OpenStream) -> Option<OpenStream> {
        match &*lock(&self.holder) {
            Some(holder) => holder.send(open).err().map(|unsent| unsent.0),
            None => Some(open),
        }
    }
}

/// `?bytes=` asks for that much of nothing in particular; otherwise the export's own lines.
pub(super) async fn download(asked: Asked) -> Result<Response, Fault> {
    let id = asked.number_id()?;
    let export_exists = asked.data().exports.iter().any(|export| export.id == id);
    if !export_exists {
        return Err(Fault::NotFound);
    }
    let filler = asked.number("bytes")?;
    let (sender, receiver) = mpsc::channel(1);
    let is_held = asked.upstream.0.streams.give_away(OpenStream { account: asked.account.clone(), sender }).is_none();
    let body = match filler {
        _ if is_held => Body::from_stream(pieces(receiver)),
        Some(length) => Body::from_stream(stream::iter(zeros(length)?.map(Ok::<_, Infallible>))),
        None => Body::from_stream(stream::iter(lines(&asked).into_iter().map(Ok::<_, Infallible>))),
    };
    Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8")], body).into_response())
}

pub(super) async fn watch_activities(asked: Asked) -> Result<Response, Fault> {
    let (sender, receiver) = mpsc::channel(64);
    // The first line goes out at once, so that whoever reads knows that the stream stands.
    let _ = sender.try_send(Bytes::from_static(b": open\n\n"));
    let streams = &asked.upstream.0.streams;
    if let Some(open) = streams.give_away(OpenStream { account: asked.account.clone(), sender }) {
        lock(&streams.listeners).push((open.account, open.sender));
    }
    let headers = [(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-store")];
    Ok((headers, Body::from_stream(pieces(receiver))).into_response())
}

fn pieces(receiver: mpsc::Receiver<Bytes>) -> impl Stream<Item = Result<Bytes, Infallible>> {
    stream::unfold(receiver, |mut receiver| async move { receiver.recv().await.map(|piece| (Ok(piece), receiver)) })
}

fn zeros(length: i64) -> Result<impl Iterator<Item = Bytes>, Fault> {
    let length = usize::try_from(length).ok().filter(|n| *n <= LARGEST).ok_or(Fault::BadRequest("bytes"))?;
    let piece = Bytes::from(vec![b'0'; PIECE]);
    Ok((0..length).step_by(PIECE).map(move |at| piece.slice(..PIECE.min(length - at))))
}

fn lines(asked: &Asked) -> Vec<Bytes> {
    let line = |person: &Person| format!("{},{},{}\n", person.id, person.email, person.unsubscribed);
    let head = "id,email,unsubscribed\n".to_owned();
    let data = asked.data();
    std::iter::once(head).chain(data.people.iter().map(line)).map(Bytes::from).collect()
}
