//! Stands between a service's internal ports and those who read its feed: spreads their requests over the
//! replicas, as a Kubernetes Service would, and delivers batches of events in the worst ways it may.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use rand::Rng;
use rand::rngs::StdRng;
use serde_json::Value;

use crate::delivery::{Batch, Delivery, shuffled, twice};

/// Earlier batches that may be delivered again.
const REMEMBERED: usize = 20;

/// Longer than a consumer waits for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Larger than any snapshot of the campaign's shop.
const LARGEST_BODY: usize = 16 << 20;

struct Proxy {
    /// The internal ports of the replicas.
    upstreams: Vec<String>,
    http: reqwest::Client,
    chance: Mutex<StdRng>,
    delivered: Mutex<VecDeque<Batch>>,
    disturbed: Arc<AtomicUsize>,
}

/// Serves a feed's readers until the process ends, and counts the deliveries that it disturbed.
pub(crate) fn start(
    listener: std::net::TcpListener,
    upstreams: Vec<String>,
    chance: StdRng,
    disturbed: Arc<AtomicUsize>,
) -> anyhow::Result<()> {
    let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
    let proxy = Proxy { upstreams, http, chance: Mutex::new(chance), delivered: Mutex::default(), disturbed };
    let router = Router::new().fallback(pass).with_state(Arc::new(proxy));
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener).context("cannot listen for feed readers")?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(())
}

async fn pass(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    let place = place(request.uri());
    let (delivery, upstream) = proxy.with_chance(|chance| {
        (Delivery::draw(chance), proxy.upstreams[chance.random_range(0..proxy.upstreams.len())].clone())
    });
    if let (Delivery::Again, Some((epoch, after))) = (delivery, &place)
        && let Some(batch) = proxy.earlier(epoch, *after)
    {
        proxy.disturbed.fetch_add(1, Ordering::Relaxed);
        return json(&batch.events);
    }
    let (status, body) = match proxy.ask(&upstream, request).await {
        Ok(answer) => answer,
        Err(error) => return (StatusCode::BAD_GATEWAY, format!("{error:#}")).into_response(),
    };
    match place {
        Some(place) if status == StatusCode::OK => proxy.deliver(delivery, place, body).await,
        _ => (status, [(header::CONTENT_TYPE, "application/json")], body).into_response(),
    }
}

/// The epoch and position that a poll of the feed names; `None` for any other request.
fn place(uri: &Uri) -> Option<(String, i64)> {
    let query = uri.query().filter(|_| uri.path() == "/internal/events")?;
    let named = |name: &str| {
        query
            .split('&')
            .find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name))
            .map(|pair| pair.1)
    };
    Some((named("epoch")?.to_owned(), named("after")?.parse().ok()?))
}

fn json(body: &impl serde::Serialize) -> Response {
    axum::Json(body).into_response()
}

impl Proxy {
    async fn ask(&self, upstream: &str, request: Request) -> anyhow::Result<(StatusCode, Bytes)> {
        let (head, body) = request.into_parts();
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut asked = self.http.request(head.method, format!("{upstream}{path}"));
        for name in [header::AUTHORIZATION, header::CONTENT_TYPE] {
            if let Some(value) = head.headers.get(&name) {
                asked = asked.header(name, value);
            }
        }
        let answer = asked.body(to_bytes(body, LARGEST_BODY).await?).send().await?;
        Ok((answer.status(), answer.bytes().await?))
    }

    async fn deliver(&self, delivery: Delivery, (epoch, after): (String, i64), body: Bytes) -> Response {
        let Ok(events) = serde_json::from_slice::<Vec<Value>>(&body) else {
            return (StatusCode::BAD_GATEWAY, "the feed is no JSON").into_response();
        };
        if events.is_empty() {
            return json(&events);
        }
        self.remember(Batch { epoch, after, events: events.clone() });
        if !matches!(delivery, Delivery::AsItIs | Delivery::Again) {
            self.disturbed.fetch_add(1, Ordering::Relaxed);
        }
        match delivery {
            Delivery::AsItIs | Delivery::Again => json(&events),
            Delivery::Late(delay) => {
                tokio::time::sleep(delay).await;
                json(&events)
            }
            Delivery::Twice => json(&twice(events)),
            Delivery::Shuffled => json(&self.with_chance(|chance| shuffled(events, chance))),
            Delivery::Cut => cut(&body),
        }
    }

    fn with_chance<T>(&self, draw: impl FnOnce(&mut StdRng) -> T) -> T {
        draw(&mut self.chance.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn remember(&self, batch: Batch) {
        let mut delivered = self.delivered.lock().unwrap_or_else(PoisonError::into_inner);
        delivered.push_back(batch);
        if delivered.len() > REMEMBERED {
            delivered.pop_front();
        }
    }

    /// One of the batches that may be delivered again at that place.
    fn earlier(&self, epoch: &str, after: i64) -> Option<Batch> {
        let delivered = self.delivered.lock().unwrap_or_else(PoisonError::into_inner);
        let suitable: Vec<&Batch> = delivered.iter().filter(|batch| batch.suits(epoch, after)).collect();
        let chosen = self.with_chance(|chance| chance.random_range(0..suitable.len().max(1)));
        suitable.get(chosen).map(|batch| (*batch).clone())
    }
}

/// Announces the whole body and breaks off in the middle.
fn cut(body: &Bytes) -> Response {
    let half = body.slice(..body.len() / 2);
    let broken = std::io::Error::other("cut by the campaign");
    let stream = futures::stream::iter([Ok(half), Err(broken)]);
    let headers = [(header::CONTENT_LENGTH, body.len().to_string())];
    (headers, Body::from_stream(stream)).into_response()
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn only_a_poll_has_a_place() {
        let place = |path: &str| place(&path.parse().expect("a path"));
        assert_eq!(place("/internal/events?epoch=ab&after=7&limit=5"), Some(("ab".into(), 7)));
        assert_eq!(place("/internal/snapshot?after=7"), None);
    }
}
