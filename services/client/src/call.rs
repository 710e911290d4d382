//! What is asked of a peer, before it is known whether and how often it will be sent.

use crate::settings::Limits;
use chassis::secret::PROBE_HEADER;
use reqwest::{
    Method,
    header::{HeaderName, HeaderValue},
};
use serde::Serialize;
use std::time::Duration;

/// The largest answer about one thing. The largest there is, a basket of 100 lines, has about 30 KiB.
const MAX_ANSWER_BYTES: usize = 2 * 1024 * 1024;

/// The largest page of a list: 100 orders of 100 lines have about 3 MiB, 100 products with the longest
/// descriptions (10,000 characters) 4 MiB.
const MAX_LIST_BYTES: usize = 8 * 1024 * 1024;

/// What a call is like, from which its limits follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Changes nothing.
    Read,
    /// Takes effect each time.
    Write,
    /// However often it is sent, it takes effect once.
    RepeatableWrite,
    /// Waits for its turn to check or hash a password.
    Password,
    /// Writes a whole catalogue.
    Import,
}

/// How long a call may take, and whether it may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    /// All of it.
    pub(crate) total: Duration,
    /// The first attempt.
    pub(crate) attempt: Duration,
    pub(crate) is_repeatable: bool,
    /// Set for a call that is slow even at a healthy peer: how long it is waited for once the circuit has
    /// opened.
    pub(crate) patience: Option<Duration>,
}

impl Kind {
    pub(crate) fn terms(self, limits: &Limits) -> Terms {
        let (total, attempt, is_repeatable, patience) = match self {
            Self::Read => (limits.read, limits.read_attempt, true, None),
            Self::Write => (limits.write, limits.write, false, None),
            Self::RepeatableWrite => (limits.write, limits.write_attempt, true, None),
            Self::Password => (limits.password, limits.password, false, Some(Duration::ZERO)),
            Self::Import => (limits.import, limits.import, false, Some(limits.import_patience)),
        };
        Terms { total, attempt, is_repeatable, patience }
    }
}

/// What goes along with the head of a request.
pub(crate) enum Body {
    Empty,
    /// A content type and the bytes; none if what was given cannot be written as JSON.
    Bytes(HeaderValue, bytes::Bytes),
}

/// A call to be made.
pub(crate) struct Call<'a> {
    pub(crate) kind: Kind,
    pub(crate) method: Method,
    /// The segments of the path, each as it is, not yet encoded.
    pub(crate) path: Vec<&'a str>,
    pub(crate) query: Vec<(&'static str, &'a str)>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Body,
    pub(crate) max_bytes: usize,
}

impl<'a> Call<'a> {
    pub(crate) fn new(kind: Kind, method: Method, path: &[&'a str]) -> Self {
        Self {
            kind,
            method,
            path: path.to_vec(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Body::Empty,
            max_bytes: MAX_ANSWER_BYTES,
        }
    }

    pub(crate) fn get(path: &[&'a str]) -> Self {
        Self::new(Kind::Read, Method::GET, path)
    }

    /// A read of a part that is only to tell whether the peer serves.
    pub(crate) fn probe(path: &[&'a str]) -> Self {
        Self::get(path).header(PROBE_HEADER, HeaderValue::from_static("1"))
    }

    pub(crate) fn post(kind: Kind, path: &[&'a str]) -> Self {
        Self::new(kind, Method::POST, path)
    }

    /// With a page of a list as the answer.
    pub(crate) fn listing(self) -> Self {
        Self { max_bytes: MAX_LIST_BYTES, ..self }
    }

    pub(crate) fn query(mut self, name: &'static str, value: Option<&'a str>) -> Self {
        self.query.extend(value.map(|value| (name, value)));
        self
    }

    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(crate) fn bytes(self, content_type: HeaderValue, bytes: bytes::Bytes) -> Self {
        Self { body: Body::Bytes(content_type, bytes), ..self }
    }

    /// With a JSON body. What is sent here is made of texts and numbers, which JSON can always hold.
    pub(crate) fn json(self, value: &impl Serialize) -> Self {
        let bytes = serde_json::to_vec(value).unwrap_or_default();
        self.bytes(HeaderValue::from_static("application/json"), bytes.into())
    }
}
