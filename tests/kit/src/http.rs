//! A thin HTTP client for tests: what was asked and what came back is told in full when it is not what the
//! test expects.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, header::HeaderMap};
use serde::Serialize;
use serde_json::Value;

/// Longer than any long poll: a test of a service that hangs ends all the same.
const ANSWERS_WITHIN: Duration = Duration::from_secs(90);

/// Requests to one service, with or without a key.
#[derive(Clone, Debug)]
pub struct Client {
    base: String,
    key: Option<String>,
    http: reqwest::Client,
}

impl Client {
    /// `base` is a URL without a path, such as `http://127.0.0.1:8081`.
    pub fn new(base: impl Into<String>) -> Self {
        let http = reqwest::Client::builder().no_proxy().timeout(ANSWERS_WITHIN).build();
        Self::over(base, http.expect("build an HTTP client"))
    }

    /// As [`new`](Self::new), by an HTTP client that knows more: names, authorities, where not to follow.
    pub fn over(base: impl Into<String>, http: reqwest::Client) -> Self {
        Self { base: base.into(), key: None, http }
    }

    /// The same client with `Authorization: Bearer <key>`.
    pub fn with_key(&self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self.clone() }
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    pub fn get(&self, path: &str) -> Request {
        self.request(Method::GET, path)
    }

    pub fn post(&self, path: &str) -> Request {
        self.request(Method::POST, path)
    }

    pub fn put(&self, path: &str) -> Request {
        self.request(Method::PUT, path)
    }

    pub fn patch(&self, path: &str) -> Request {
        self.request(Method::PATCH, path)
    }

    pub fn delete(&self, path: &str) -> Request {
        self.request(Method::DELETE, path)
    }

    pub fn request(&self, method: Method, path: &str) -> Request {
        let asked = format!("{method} {}{path}", self.base);
        let builder = self.http.request(method, format!("{}{path}", self.base));
        let builder = match &self.key {
            Some(key) => builder.bearer_auth(key),
            None => builder,
        };
        Request { asked, builder }
    }
}

/// A request in the making.
#[derive(Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request {
    asked: String,
    builder: RequestBuilder,
}

impl Request {
    /// A form-encoded body.
    pub fn form(self, fields: impl Serialize) -> Self {
        self.with(|builder| builder.form(&fields))
    }

    /// A JSON body.
    pub fn json(self, body: impl Serialize) -> Self {
        self.with(|builder| builder.json(&body))
    }

    /// A body as it is.
    pub fn body(self, content_type: &str, body: impl Into<reqwest::Body>) -> Self {
        self.header("content-type", content_type).with(|builder| builder.body(body))
    }

    pub fn header(self, name: &str, value: &str) -> Self {
        self.with(|builder| builder.header(name, value))
    }

    /// How long to wait for the whole answer.
    pub fn timeout(self, limit: Duration) -> Self {
        self.with(|builder| builder.timeout(limit))
    }

    fn with(self, change: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Self {
        Self { builder: change(self.builder), ..self }
    }

    /// Sends the request and reads the whole answer.
    ///
    /// # Panics
    /// If there is no answer.
    pub async fn send(self) -> Answer {
        let asked = self.asked.clone();
        self.try_send().await.unwrap_or_else(|error| panic!("{asked} got no answer: {error:?}"))
    }

    /// As [`send`](Self::send), for tests in which services die.
    ///
    /// # Errors
    /// If there is no answer, or only a part of one.
    pub async fn try_send(self) -> Result<Answer, reqwest::Error> {
        let response = self.builder.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await?.to_vec();
        Ok(Answer { asked: self.asked, status, headers, body })
    }
}

/// An answer that was read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    asked: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// # Panics
    /// With request and answer, if the status is another one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert!(self.status == status, "expected {status} for {self}");
        self
    }

    /// The JSON body of an answer with this status.
    #[track_caller]
    pub fn expect_json(self, status: u16) -> Value {
        self.expect(status).json()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}) from {self}"))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The header's value; empty if it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The problem (RFC 9457) of an answer with this status: its media type, its members, and the `message`
    /// that old clients read are checked.
    #[track_caller]
    pub fn expect_problem(self, status: u16) -> Value {
        let answer = self.expect(status);
        assert!(
            answer.header("content-type").starts_with("application/problem+json"),
            "no problem: {answer}"
        );
        let problem = answer.json();
        for member in ["type", "title", "message"] {
            assert!(problem[member].is_string(), "`{member}` is no string: {answer}");
        }
        assert!(problem["status"] == status, "`status` is not {status}: {answer}");
        problem
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {} {:?}\n{}", self.asked, self.status, self.headers, self.text())
    }
}

/// The names of the fields that a problem complains about, in its order.
pub fn wrong_fields(problem: &Value) -> Vec<&str> {
    let errors = problem["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    errors.iter().filter_map(|error| error["field"].as_str()).collect()
}
