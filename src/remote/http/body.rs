//! Answers, and reading them within bounds.

use std::fmt;

use bytes::{Bytes, BytesMut};
use reqwest::header::HeaderMap;
use tokio::time::{Instant, timeout_at};

/// How much of a body stands in a message, in characters.
const EXCERPT_LENGTH: usize = 200;

/// An answer of a remote API. Its body may hold a secret, so it is never shown.
#[derive(Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as far as it was read.
    pub body: Bytes,
    /// How the body ended.
    pub(in crate::remote) end: BodyEnd,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// How a body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::remote) enum BodyEnd {
    /// It was read to its end.
    Complete,
    /// The connection broke, or the compression was damaged.
    Broken,
    /// It is larger than is read.
    TooLarge,
    /// It did not end before the deadline.
    TimedOut,
}

/// Reads a response to its end, its limit (in bytes, after decompression) or its deadline.
pub(super) async fn read(mut response: reqwest::Response, limit: usize, deadline: Instant) -> Answer {
    let status = response.status().as_u16();
    let headers = std::mem::take(response.headers_mut());
    let mut body = BytesMut::new();
    let end = loop {
        match timeout_at(deadline, response.chunk()).await {
            Err(_) => break BodyEnd::TimedOut,
            Ok(Err(_)) => break BodyEnd::Broken,
            Ok(Ok(None)) => break BodyEnd::Complete,
            Ok(Ok(Some(chunk))) if body.len() + chunk.len() > limit => break BodyEnd::TooLarge,
            Ok(Ok(Some(chunk))) => body.extend_from_slice(&chunk),
        }
    };
    Answer {
        status,
        headers,
        body: body.freeze(),
        end,
    }
}

/// The start of a body on one line, for a message.
pub fn excerpt(body: &[u8]) -> String {
    let start = body.get(..EXCERPT_LENGTH * 8).unwrap_or(body);
    let text = String::from_utf8_lossy(start);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = line
        .chars()
        .filter(|c| !c.is_control())
        .take(EXCERPT_LENGTH)
        .collect();
    if short.len() < line.len() || start.len() < body.len() {
        format!("{short}…")
    } else {
        short
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_one_short_line() {
        assert_eq!(
            excerpt(b"<html>\n  <b>Bad\tGateway</b>"),
            "<html> <b>Bad Gateway</b>"
        );
        assert_eq!(
            excerpt("é".repeat(500).as_bytes()).chars().count(),
            EXCERPT_LENGTH + 1
        );
        assert_eq!(excerpt(b""), "");
    }
}
