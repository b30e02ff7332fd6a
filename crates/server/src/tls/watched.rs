//! A connection that is known to move: who holds one open and neither sends nor takes a byte loses it.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, sleep_until},
};

/// When something moved last, in milliseconds since the beginning.
#[derive(Clone)]
struct Moved {
    began: Instant,
    last: Arc<AtomicU64>,
}

impl Moved {
    fn note(&self) {
        let elapsed = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(elapsed, Ordering::Relaxed);
    }

    async fn stood_still(self, idle: Duration) {
        loop {
            let end = self.began + Duration::from_millis(self.last.load(Ordering::Relaxed)) + idle;
            if end <= Instant::now() {
                return;
            }
            sleep_until(end).await;
        }
    }
}

/// A stream that notes when bytes move.
pub(super) struct Watched<S> {
    stream: S,
    moved: Moved,
}

impl<S> Watched<S> {
    /// The stream, and what is ready once nothing has moved for `idle`.
    pub(super) fn new(stream: S, idle: Duration) -> (Self, impl Future<Output = ()>) {
        let moved = Moved { began: Instant::now(), last: Arc::default() };
        let still = moved.clone().stood_still(idle);
        (Self { stream, moved }, still)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = ready!(Pin::new(&mut self.stream).poll_read(cx, buffer));
        self.moved.note();
        Poll::Ready(read)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, bytes));
        self.moved.note();
        Poll::Ready(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_moves_stays_and_whoever_stands_still_goes() {
        let idle = Duration::from_secs(60);
        let (mut far, near) = tokio::io::duplex(64);
        let (mut near, still) = Watched::new(near, idle);
        let mut still = std::pin::pin!(still);
        for _ in 0..3 {
            let waited = tokio::time::timeout(idle - Duration::from_secs(1), still.as_mut()).await;
            assert!(waited.is_err(), "something moved within the time");
            far.write_all(b"x").await.unwrap();
            near.read_u8().await.unwrap();
        }
        let waited = tokio::time::timeout(idle + Duration::from_secs(1), still.as_mut()).await;
        assert!(waited.is_ok(), "nothing moved any more");
    }
}
