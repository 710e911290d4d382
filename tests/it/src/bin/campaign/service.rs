//! A service as its clients see it: requests spread over its replicas, and repeated until they are answered.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use rand::Rng;
use rand::rngs::StdRng;
use reqwest::{Method, RequestBuilder, header::HeaderMap};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::part::Part;
use crate::replica::Replica;

/// How long a client waits for an answer: less than the longest freeze, so that some give up.
const PATIENCE: Duration = Duration::from_millis(2500);

/// How often a client tries before the campaign is broken off: many times longer than any fault.
const ATTEMPTS: usize = 300;

pub(crate) struct Service {
    pub(crate) part: Part,
    pub(crate) replicas: Vec<Arc<Replica>>,
    http: reqwest::Client,
}

/// A request that can be sent again.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    method: Method,
    path: String,
    key: Option<String>,
    headers: Vec<(&'static str, String)>,
    body: Body,
}

#[derive(Clone, Debug)]
enum Body {
    Empty,
    Form(Vec<(&'static str, String)>),
    Json(Value),
    Csv(String),
}

/// An answer that was read to its end.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// An earlier attempt got no answer: it may have taken effect, or may still do so.
    pub(crate) doubtful: bool,
}

/// No answer came, or none that says what became of the request.
#[derive(Debug)]
pub(crate) struct Unanswered {
    /// The request may have reached the service.
    pub(crate) doubtful: bool,
}

impl Ask {
    pub(crate) fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), key: None, headers: Vec::new(), body: Body::Empty }
    }

    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    pub(crate) fn post(path: impl Into<String>) -> Self {
        Self::new(Method::POST, path)
    }

    pub(crate) fn key(self, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..self }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn form(self, fields: Vec<(&'static str, String)>) -> Self {
        Self { body: Body::Form(fields), ..self }
    }

    pub(crate) fn json(self, body: Value) -> Self {
        Self { body: Body::Json(body), ..self }
    }

    pub(crate) fn csv(self, text: String) -> Self {
        Self { body: Body::Csv(text), ..self }
    }

    fn request(&self, http: &reqwest::Client, base: &str) -> RequestBuilder {
        let mut request = http.request(self.method.clone(), format!("{base}{}", self.path));
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        match &self.body {
            Body::Empty => request,
            Body::Form(fields) => request.form(fields),
            Body::Json(body) => request.json(body),
            Body::Csv(text) => request.header("content-type", "text/csv").body(text.clone()),
        }
    }
}

impl Service {
    pub(crate) fn new(part: Part, replicas: Vec<Arc<Replica>>) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
        Ok(Self { part, replicas, http })
    }

    /// Sends a request to a replica that chance chooses, once.
    pub(crate) async fn once(&self, ask: &Ask, chance: &mut StdRng) -> Result<Answer, Unanswered> {
        let replica = &self.replicas[chance.random_range(0..self.replicas.len())];
        let in_flight = replica.asked();
        let result = read(ask.request(&self.http, &replica.public)).await;
        match result {
            Ok(answer) => {
                in_flight.answered();
                // Whether a write behind one of these took effect is not said; 429 says that it did not.
                if answer.status >= 500 || answer.status == 408 {
                    Err(Unanswered { doubtful: true })
                } else if answer.status == 429 {
                    Err(Unanswered { doubtful: false })
                } else {
                    Ok(answer)
                }
            }
            Err(error) => Err(Unanswered { doubtful: !error.is_connect() }),
        }
    }

    /// Sends a request again and again, to whichever replica, until an answer says what became of it.
    pub(crate) async fn until_answered(&self, ask: &Ask, chance: &mut StdRng) -> anyhow::Result<Answer> {
        let mut doubtful = false;
        for attempt in 0..ATTEMPTS {
            match self.once(ask, chance).await {
                Ok(answer) => return Ok(Answer { doubtful, ..answer }),
                Err(unanswered) => doubtful |= unanswered.doubtful,
            }
            let longest_ms = 40 << attempt.min(3);
            tokio::time::sleep(Duration::from_millis(chance.random_range(10..longest_ms))).await;
        }
        bail!("the {} service never answered {} {}", self.part.name(), ask.method, ask.path)
    }
}

/// Reads the JSON of an internal route, from one replica, once.
pub(crate) async fn internal<A: DeserializeOwned>(
    http: &reqwest::Client,
    replica: &Replica,
    path: &str,
) -> anyhow::Result<A> {
    let request = http.get(format!("{}{path}", replica.internal)).bearer_auth(crate::keys::SECRET);
    let answer = read(request.timeout(PATIENCE)).await?;
    answer.json(200).with_context(|| format!("{} {path}", replica.name))
}

async fn read(request: RequestBuilder) -> Result<Answer, reqwest::Error> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.bytes().await?.to_vec();
    Ok(Answer { status, headers, body, doubtful: false })
}

impl Answer {
    /// The JSON of an answer with this status.
    pub(crate) fn json<A: DeserializeOwned>(&self, status: u16) -> anyhow::Result<A> {
        if self.status != status {
            bail!("expected {status}, got {self}");
        }
        serde_json::from_slice(&self.body).with_context(|| format!("unexpected JSON: {self}"))
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.status, String::from_utf8_lossy(&self.body))
    }
}
