//! A request's body that is read to its end even where nobody wanted it: some HTTP/2 clients take the reset that says
//! "send no more" for a failure, and never show the refusal that came before it. It reads little, and not for long.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::{runtime::Handle, time::timeout};

const MOST: usize = 64 * 1_024;
const LONGEST: Duration = Duration::from_secs(2);

pub(super) struct Drained(Option<Incoming>);

impl Drained {
    pub(super) fn new(body: Incoming) -> Self {
        Self(Some(body))
    }
}

impl Body for Drained {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match &mut self.0 {
            Some(body) => Pin::new(body).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.0.as_ref().map(Body::size_hint).unwrap_or_default()
    }
}

impl Drop for Drained {
    fn drop(&mut self) {
        let (Some(rest), Ok(runtime)) = (self.0.take().filter(|rest| !rest.is_end_stream()), Handle::try_current())
        else {
            return;
        };
        runtime.spawn(async move {
            let _rest = timeout(LONGEST, Limited::new(rest, MOST).collect()).await;
        });
    }
}
