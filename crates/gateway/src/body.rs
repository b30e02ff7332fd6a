//! Bodies in both directions: streamed, never stored, and broken off when their session dies, when nothing moves any
//! more or when there is too much. A body that is broken off never looks complete.

use std::{
    error::Error,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::{Buf, Bytes};
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::{live::Registered, refusal::Refusal};

/// What goes either way.
pub type Body = UnsyncBoxBody<Bytes, Box<dyn Error + Send + Sync>>;

/// Why a body was broken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("the session of this body is over")]
    Cut,
    #[error("nothing moved for too long")]
    Idle,
    #[error("it is larger than allowed")]
    TooLarge,
    #[error("it did not arrive whole")]
    Incomplete,
}

/// How far a request body has come: its frames so far, and what broke it.
#[derive(Debug, Default)]
pub struct Progress {
    frames: AtomicU64,
    /// Whether the next piece is waited for, which is the sender's to send.
    awaited: AtomicBool,
    broken: AtomicU8,
}

impl Progress {
    /// Returns when no frame has come for `limit`, and says who kept the other waiting.
    pub async fn stalled(&self, limit: Duration) -> Refusal {
        let mut seen = self.frames.load(Ordering::Relaxed);
        loop {
            sleep(limit).await;
            let now = self.frames.load(Ordering::Relaxed);
            if now == seen {
                let awaited = self.awaited.load(Ordering::Relaxed);
                return if awaited { Refusal::BodyTooSlow } else { Refusal::UpstreamTooSlow };
            }
            seen = now;
        }
    }

    /// The refusal that says why the body was broken off, if it was.
    pub fn refusal(&self) -> Option<Refusal> {
        match self.broken.load(Ordering::Acquire) {
            1 => Some(Refusal::BodyTooLarge),
            2 => Some(Refusal::BodyTooSlow),
            3 => Some(Refusal::BodyBroken),
            _ => None,
        }
    }

    fn note(&self, broken: Broken) {
        let code = match broken {
            Broken::TooLarge => 1,
            Broken::Idle => 2,
            Broken::Incomplete => 3,
            Broken::Cut => 0,
        };
        self.broken.store(code, Ordering::Release);
    }
}

/// A body that is cut with its request.
pub struct CutBody<B> {
    inner: B,
    /// Keeps the request among those under way for as long as the body flows.
    _registered: Arc<Registered>,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
    idle: Pin<Box<Sleep>>,
    idle_limit: Duration,
    left: Option<u64>,
    progress: Arc<Progress>,
}

impl<B> CutBody<B> {
    /// `inner` as part of the request `registered`, with at most `most` bytes where there is a limit.
    pub fn new(inner: B, registered: Arc<Registered>, idle_limit: Duration, most: Option<u64>) -> Self {
        let cut = Box::pin(registered.flight().cut.clone().cancelled_owned());
        let idle = Box::pin(sleep(idle_limit));
        let progress = Arc::default();
        Self { inner, _registered: registered, cut, idle, idle_limit, left: most, progress }
    }

    /// Where to look how far it has come.
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    fn broken<T>(&self, broken: Broken) -> Poll<Option<Result<T, Broken>>> {
        self.progress.note(broken);
        Poll::Ready(Some(Err(broken)))
    }

    fn count(&mut self, data: &Bytes) -> Result<(), Broken> {
        self.progress.frames.fetch_add(1, Ordering::Relaxed);
        self.idle.as_mut().reset(Instant::now() + self.idle_limit);
        if let Some(left) = &mut self.left {
            *left = left.checked_sub(data.remaining() as u64).ok_or(Broken::TooLarge)?;
        }
        Ok(())
    }
}

impl<B> HttpBody for CutBody<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let this = &mut *self;
        if this.cut.as_mut().poll(cx).is_ready() {
            return this.broken(Broken::Cut);
        }
        loop {
            let polled = Pin::new(&mut this.inner).poll_frame(cx);
            this.progress.awaited.store(polled.is_pending(), Ordering::Relaxed);
            match polled {
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Ready(Some(Err(_))) => return this.broken(Broken::Incomplete),
                // Trailers are headers that nobody has looked at: they do not pass.
                Poll::Ready(Some(Ok(frame))) => {
                    let Ok(data) = frame.into_data() else { continue };
                    return match this.count(&data) {
                        Ok(()) => Poll::Ready(Some(Ok(Frame::data(data)))),
                        Err(broken) => this.broken(broken),
                    };
                }
                Poll::Pending if this.idle.as_mut().poll(cx).is_ready() => return this.broken(Broken::Idle),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
