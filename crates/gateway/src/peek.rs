//! A look at a JSON body before it goes on: which fields it names, never what they are. It is held in memory up to a
//! limit and goes on unchanged; of a longer one the fields are not named.

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Buf, Bytes};
use doorward_core::history::fields::Fields;
use http::{HeaderMap, header::CONTENT_TYPE};
use http_body_util::BodyExt;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

/// So many bytes are looked at.
const MOST: usize = 256 * 1_024;

/// A body of which the beginning was read already.
#[derive(Debug)]
pub struct Peeked<B> {
    ahead: VecDeque<Bytes>,
    rest: Option<B>,
}

impl<B: HttpBody<Data = Bytes> + Unpin> Peeked<B> {
    /// `body`, of which nothing was read.
    pub fn unread(body: B) -> Self {
        Self { ahead: VecDeque::new(), rest: Some(body) }
    }

    /// `body` with the names of its fields, where its headers say that it is JSON. It waits until the body is there.
    pub async fn look(mut body: B, headers: &HeaderMap) -> Result<(Self, Fields), B::Error> {
        if body.is_end_stream() {
            return Ok((Self::unread(body), Fields::of(b"")));
        }
        if !json(headers) {
            return Ok((Self::unread(body), Fields::default()));
        }
        let (mut ahead, mut bytes) = (VecDeque::new(), 0_usize);
        while let Some(frame) = body.frame().await {
            // Trailers do not pass.
            let Ok(data) = frame?.into_data() else { continue };
            bytes = bytes.saturating_add(data.remaining());
            ahead.push_back(data);
            if bytes > MOST {
                return Ok((Self { ahead, rest: Some(body) }, Fields::default()));
            }
        }
        let whole: Vec<u8> = ahead.iter().flat_map(|data| data.iter().copied()).collect();
        Ok((Self { ahead, rest: None }, Fields::of(&whole)))
    }
}

fn json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for Peeked<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        if let Some(data) = self.ahead.pop_front() {
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        match &mut self.rest {
            Some(rest) => Pin::new(rest).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.ahead.is_empty() && self.rest.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let ahead = self.ahead.iter().fold(0_u64, |sum, data| sum.saturating_add(data.len() as u64));
        let Some(rest) = &self.rest else { return SizeHint::with_exact(ahead) };
        let (mut hint, of) = (SizeHint::new(), rest.size_hint());
        if let Some(upper) = of.upper() {
            hint.set_upper(upper.saturating_add(ahead));
        }
        hint.set_lower(of.lower().saturating_add(ahead));
        hint
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures::stream;
    use http::HeaderValue;
    use http_body_util::StreamBody;

    use super::*;

    /// What is looked at, and what goes on, of a body that comes in pieces.
    async fn looked(kind: &'static str, sent: &[u8]) -> (Fields, Vec<u8>) {
        let pieces: Vec<_> = sent.chunks(1_000).map(|piece| Frame::data(Bytes::copy_from_slice(piece))).collect();
        let body = StreamBody::new(stream::iter(pieces.into_iter().map(Ok::<_, Infallible>)));
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]);
        let (peeked, fields) = Peeked::look(body, &headers).await.unwrap();
        (fields, peeked.collect().await.unwrap().to_bytes().to_vec())
    }

    #[tokio::test]
    async fn a_body_goes_on_unchanged_and_its_fields_are_named_where_it_is_json_and_not_too_long() {
        let short = br#"{"plan":"gold","tags":{"tier":1}}"#.to_vec();
        let long = [b"{\"plan\":\"", "g".repeat(MOST).as_bytes(), b"\"}"].concat();
        for (kind, sent, names, all) in [
            ("application/json; charset=utf-8", &short, vec!["plan", "tags.tier"], true),
            ("application/merge-patch+json", &short, vec!["plan", "tags.tier"], true),
            ("text/plain", &short, vec![], false),
            ("application/json", &long, vec![], false),
        ] {
            let (fields, went_on) = looked(kind, sent).await;
            assert_eq!((fields.names, fields.all), (names.into_iter().map(str::to_owned).collect(), all), "{kind}");
            assert!(went_on == *sent, "{kind}");
        }
    }
}
