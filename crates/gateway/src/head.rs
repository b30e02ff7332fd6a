//! The head of each request, read strictly before the HTTP library sees it.
//!
//! HTTP libraries repair: where a length and a chunked coding are sent together they keep one of the two, and a
//! fragment they drop. Here the bytes as they were sent are read first. A head that does not pass is never shown to
//! the library: in its place it gets a placeholder, which the gate answers with the refusal that was noted for it.

use std::{
    collections::VecDeque,
    io, mem,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes, BytesMut};
use doorward_core::route::{RequestTarget, RouteRefusal};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::refusal::Refusal;

/// Shown to the HTTP library in place of a head that is refused.
const PLACEHOLDER: &[u8] = b"GET / HTTP/1.1\r\nhost: refused\r\n\r\n";

/// How large a head may be.
#[derive(Debug, Clone, Copy)]
pub struct HeadLimits {
    pub bytes: usize,
    pub headers: usize,
}

/// What one head said, or why it is refused.
#[derive(Debug)]
pub struct HeadRead {
    pub target: Result<RequestTarget, Refusal>,
    /// Whether the connection must be closed after the answer, since nothing after this can be told apart.
    pub last: bool,
}

/// The heads read on a connection, in the order in which the library will ask about them.
#[derive(Debug, Clone, Default)]
pub struct Heads(Arc<Mutex<VecDeque<HeadRead>>>);

impl Heads {
    /// What was read of the next head. A request without one is refused.
    pub fn next(&self) -> HeadRead {
        let next = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        next.unwrap_or(HeadRead { target: Err(Refusal::Route(RouteRefusal::HeaderMalformed)), last: true })
    }

    fn push(&self, head: HeadRead) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(head);
    }
}

/// Where in the stream the reader is.
#[derive(Debug)]
enum Stage {
    Head(BytesMut),
    /// In a body of which so many bytes are still to come.
    Body(u64),
    /// In a body whose end only the library knows: no other head is read on this connection.
    Chunked,
    /// After a refused head: whatever comes is thrown away.
    Refused,
}

/// What follows a head.
enum Follows {
    Nothing,
    Length(u64),
    Chunks,
}

/// A connection whose heads are read before they are passed on.
#[derive(Debug)]
pub struct HeadReader<IO> {
    io: IO,
    heads: Heads,
    limits: HeadLimits,
    stage: Stage,
    ready: BytesMut,
}

impl<IO> HeadReader<IO> {
    pub fn new(io: IO, limits: HeadLimits) -> (Self, Heads) {
        let heads = Heads::default();
        let stage = Stage::Head(BytesMut::new());
        (Self { io, heads: heads.clone(), limits, stage, ready: BytesMut::new() }, heads)
    }

    fn take(&mut self, mut bytes: Bytes) {
        while !bytes.is_empty() {
            match &mut self.stage {
                Stage::Refused => return,
                Stage::Chunked => return self.ready.extend_from_slice(&bytes),
                Stage::Body(left) => {
                    let length = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                    *left -= length as u64;
                    let ended = *left == 0;
                    self.ready.extend_from_slice(&bytes.split_to(length));
                    if ended {
                        self.stage = Stage::Head(BytesMut::new());
                    }
                }
                Stage::Head(head) => match take_head(head, &mut bytes, self.limits.bytes) {
                    Ok(false) => return,
                    Ok(true) => self.complete(),
                    Err(refusal) => self.refuse(refusal),
                },
            }
        }
    }

    fn complete(&mut self) {
        let Stage::Head(head) = mem::replace(&mut self.stage, Stage::Refused) else { return };
        match read_head(&head, self.limits.headers) {
            Ok((target, follows)) => {
                let last = matches!(follows, Follows::Chunks);
                self.heads.push(HeadRead { target: Ok(target), last });
                self.ready.extend_from_slice(&head);
                self.stage = match follows {
                    Follows::Nothing | Follows::Length(0) => Stage::Head(BytesMut::new()),
                    Follows::Length(length) => Stage::Body(length),
                    Follows::Chunks => Stage::Chunked,
                };
            }
            Err(refusal) => self.refuse(refusal),
        }
    }

    fn refuse(&mut self, refusal: Refusal) {
        self.heads.push(HeadRead { target: Err(refusal), last: true });
        self.ready.extend_from_slice(PLACEHOLDER);
        self.stage = Stage::Refused;
    }
}

/// Moves bytes into `head` until it is complete; a line that does not end in CR LF, and nothing else, is refused.
fn take_head(head: &mut BytesMut, bytes: &mut Bytes, limit: usize) -> Result<bool, Refusal> {
    while bytes.has_remaining() {
        let byte = bytes.get_u8();
        if (byte == b'\n') != (head.last() == Some(&b'\r')) {
            return Err(RouteRefusal::HeaderMalformed.into());
        }
        head.extend_from_slice(&[byte]);
        if head.len() > limit {
            return Err(Refusal::HeadTooLarge);
        }
        if head.ends_with(b"\r\n\r\n") {
            return Ok(true);
        }
        if head.as_ref() == b"\r\n" {
            return Err(RouteRefusal::HeaderMalformed.into());
        }
    }
    Ok(false)
}

fn read_head(head: &[u8], most: usize) -> Result<(RequestTarget, Follows), Refusal> {
    let malformed = Refusal::Route(RouteRefusal::HeaderMalformed);
    let mut lines = head.split(|b| *b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let request = lines.next().ok_or(malformed)?;
    let mut words = request.split(|b| *b == b' ');
    let (Some(method), Some(target), Some(b"HTTP/1.1"), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(malformed);
    };
    let method = std::str::from_utf8(method).map_err(|_| malformed)?;
    let headers = lines.filter(|line| !line.is_empty()).map(header).collect::<Option<Vec<_>>>().ok_or(malformed)?;
    if headers.len() > most {
        return Err(Refusal::HeadTooLarge);
    }
    let target = RequestTarget::read(method, target, headers.iter().copied())?;
    Ok((target, follows(&headers)))
}

fn header(line: &[u8]) -> Option<(&str, &[u8])> {
    let colon = line.iter().position(|b| *b == b':')?;
    let (name, value) = line.split_at_checked(colon)?;
    let value = value.strip_prefix(b":")?.trim_ascii();
    let plain = value.iter().all(|b| *b == b'\t' || !b.is_ascii_control());
    let name = std::str::from_utf8(name).ok()?;
    plain.then_some((name, value))
}

/// How the body is framed. The headers passed the strict reading, so that there is one length or one coding at most.
fn follows(headers: &[(&str, &[u8])]) -> Follows {
    for (name, value) in headers {
        if name.eq_ignore_ascii_case("transfer-encoding") {
            return Follows::Chunks;
        }
        if name.eq_ignore_ascii_case("content-length") {
            let length = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
            return length.map_or(Follows::Chunks, Follows::Length);
        }
    }
    Follows::Nothing
}

impl<IO: AsyncRead + Unpin> AsyncRead for HeadReader<IO> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        while this.ready.is_empty() {
            let mut space = [0_u8; 8 * 1_024];
            let mut read = ReadBuf::new(&mut space);
            ready!(Pin::new(&mut this.io).poll_read(cx, &mut read))?;
            if read.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            this.take(Bytes::copy_from_slice(read.filled()));
        }
        let length = this.ready.len().min(out.remaining());
        out.put_slice(&this.ready.split_to(length));
        Poll::Ready(Ok(()))
    }
}

impl<IO: AsyncWrite + Unpin> AsyncWrite for HeadReader<IO> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: HeadLimits = HeadLimits { bytes: 200, headers: 4 };

    /// What the library is shown and what is noted, with the bytes coming `step` at a time.
    fn read(sent: &[u8], step: usize) -> (Vec<u8>, Vec<HeadRead>) {
        let (mut reader, heads) = HeadReader::new((), LIMITS);
        sent.chunks(step).for_each(|bytes| reader.take(Bytes::copy_from_slice(bytes)));
        let noted = heads.0.lock().unwrap().drain(..).collect();
        (reader.ready.to_vec(), noted)
    }

    #[test]
    fn heads_are_told_apart_however_the_bytes_come() {
        let sent =
            b"POST /a HTTP/1.1\r\nhost: h\r\ncontent-length: 4\r\n\r\nGET GET /b#x HTTP/1.1\r\n\r\nGET /c HTTP/1.1\r\n";
        for step in [1, 3, 50, 1_000] {
            let (shown, noted) = read(sent, step);
            let end = sent.windows(4).position(|w| w == b"GET ").unwrap() + 4;
            assert_eq!(shown, [&sent[..end], PLACEHOLDER].concat(), "{step}");
            assert_eq!(noted.len(), 2);
            assert_eq!(noted[0].target.as_ref().unwrap().path(), "/a");
            assert!(!noted[0].last && noted[1].last && noted[1].target.is_err());
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_never_shown() {
        for (sent, expected) in [
            (
                "GET / HTTP/1.1\r\nhost: h\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
                RouteRefusal::AmbiguousLength,
            ),
            (
                "GET / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\ncontent-length: 1\r\n\r\n",
                RouteRefusal::AmbiguousLength,
            ),
            ("GET / HTTP/1.1\nhost: h\n\n", RouteRefusal::HeaderMalformed),
            ("GET / HTTP/1.1\r\nhost: h\r\nx: a\r\n b\r\n\r\n", RouteRefusal::HeaderMalformed),
            ("GET / HTTP/1.1\r\nhost: h\r\nx : a\r\n\r\n", RouteRefusal::HeaderMalformed),
            ("GET / HTTP/1.1\r\nhost: h\r\nx: a\rb\r\n\r\n", RouteRefusal::HeaderMalformed),
            ("GET / HTTP/1.0\r\nhost: h\r\n\r\n", RouteRefusal::HeaderMalformed),
            ("GET  / HTTP/1.1\r\nhost: h\r\n\r\n", RouteRefusal::HeaderMalformed),
            ("\r\nGET / HTTP/1.1\r\nhost: h\r\n\r\n", RouteRefusal::HeaderMalformed),
            ("GET /#a HTTP/1.1\r\nhost: h\r\n\r\n", RouteRefusal::Fragment),
            ("GET http://h/ HTTP/1.1\r\nhost: h\r\n\r\n", RouteRefusal::NotOriginForm),
            ("TRACE / HTTP/1.1\r\nhost: h\r\n\r\n", RouteRefusal::MethodNotAllowed),
        ] {
            let (shown, noted) = read(sent.as_bytes(), 7);
            assert_eq!(shown, PLACEHOLDER, "{sent:?}");
            assert_eq!(noted[0].target.as_ref().err(), Some(&Refusal::Route(expected)), "{sent:?}");
        }
    }

    #[test]
    fn a_head_has_its_limits() {
        for sent in [
            format!("GET /{} HTTP/1.1\r\n", "a".repeat(200)),
            format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(5)),
        ] {
            let (_, noted) = read(sent.as_bytes(), 64);
            assert_eq!(noted[0].target.as_ref().err(), Some(&Refusal::HeadTooLarge));
        }
    }
}
