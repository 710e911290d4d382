//! Another service's feed, over HTTP.

use chassis::secret::ShopSecret;
use contract::event::{CloudEvent, Event, Snapshot};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;

/// How long the other side may hold a poll open while there is nothing to tell.
pub(crate) const POLL_WAIT: Duration = Duration::from_secs(20);

/// Events asked for at once.
const BATCH: usize = 500;

/// How long an answer may take beyond the time that was granted to wait.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// Where another service tells its facts.
#[derive(Clone)]
pub struct Upstream {
    name: &'static str,
    base_url: String,
    secret: ShopSecret,
    client: Client,
}

/// A feed could not be read.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    #[error("the {feed} feed cannot be reached")]
    Unreachable { feed: &'static str, source: reqwest::Error },
    #[error("the {feed} feed answered {status}")]
    Refused { feed: &'static str, status: StatusCode },
    #[error("the {feed} feed sent {type_} at {position}, which cannot be read")]
    Unreadable { feed: &'static str, type_: String, position: i64, source: serde_json::Error },
}

/// What a poll brought.
pub(crate) enum Polled {
    Events(Vec<CloudEvent>),
    /// The position means nothing to the feed (any more): start from a snapshot.
    Gone,
}

impl Upstream {
    /// The feed of service `name`, at its internal address, such as `http://127.0.0.1:9083`.
    ///
    /// # Errors
    /// The HTTP client cannot be built.
    pub fn new(name: &'static str, base_url: &str, secret: ShopSecret) -> reqwest::Result<Self> {
        let client = Client::builder()
            // Internal ports speak plain HTTP inside the Shop's network policy; no certificates are needed,
            // and an image without a bundle of them must not fail here.
            .tls_certs_only([])
            .no_proxy()
            .connect_timeout(Duration::from_secs(2))
            // The other side closes what is idle for 20 s; a connection must not be reused at that moment.
            .pool_idle_timeout(Duration::from_secs(15))
            .build()?;
        Ok(Self { name, base_url: base_url.trim_end_matches('/').to_owned(), secret, client })
    }

    /// The feed's name, as in metrics and positions.
    pub fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) async fn poll(&self, epoch: &str, after: i64) -> Result<Polled, UpstreamError> {
        let request = self
            .client
            .get(format!("{}/internal/events", self.base_url))
            .query(&[("epoch", epoch), ("after", &after.to_string()), ("limit", &BATCH.to_string())])
            .query(&[("wait", POLL_WAIT.as_secs())]);
        match self.answer(request, POLL_WAIT + ANSWER_TIMEOUT).await {
            Ok(events) => Ok(Polled::Events(events)),
            Err(UpstreamError::Refused { status: StatusCode::GONE, .. }) => Ok(Polled::Gone),
            Err(error) => Err(error),
        }
    }

    /// One page of the state behind the feed; `after` is the `next` of the page before.
    pub(crate) async fn snapshot<E: Event>(&self, after: Option<&str>) -> Result<Snapshot<E>, UpstreamError> {
        let request = self.client.get(format!("{}/internal/snapshot", self.base_url));
        let request = if let Some(after) = after { request.query(&[("after", after)]) } else { request };
        self.answer(request, ANSWER_TIMEOUT).await
    }

    /// Asks the service something else, at one of its internal routes.
    ///
    /// # Errors
    /// The service cannot be reached, or refuses.
    pub async fn ask<A: DeserializeOwned>(
        &self,
        path: &str,
        question: &impl Serialize,
    ) -> Result<A, UpstreamError> {
        let request = self.client.post(format!("{}{path}", self.base_url)).json(question);
        self.answer(request, ANSWER_TIMEOUT).await
    }

    async fn answer<A: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        limit: Duration,
    ) -> Result<A, UpstreamError> {
        let unreachable = |source| UpstreamError::Unreachable { feed: self.name, source };
        let response =
            request.bearer_auth(self.secret.reveal()).timeout(limit).send().await.map_err(unreachable)?;
        if !response.status().is_success() {
            return Err(UpstreamError::Refused { feed: self.name, status: response.status() });
        }
        response.json().await.map_err(unreachable)
    }

    /// The event as this consumer knows it; `None` if it is of a type that it does not know.
    pub(crate) fn read<E: Event>(&self, event: &CloudEvent) -> Result<Option<E>, UpstreamError> {
        if !E::TYPES.contains(&event.type_.as_str()) {
            return Ok(None);
        }
        let written = serde_json::json!({"type": event.type_, "data": event.data});
        serde_json::from_value(written).map(Some).map_err(|source| UpstreamError::Unreadable {
            feed: self.name,
            type_: event.type_.clone(),
            position: event.position,
            source,
        })
    }
}
