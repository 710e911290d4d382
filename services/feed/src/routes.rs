//! `GET /internal/events`: the outbox, to whoever knows the Shop's secret.

use crate::{Feed, Head, own::LOOKS_EVERY};
use axum::{
    Router,
    extract::{Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use chassis::problem::ApiError;
use chassis::shutdown::Shutdown;
use contract::event::CloudEvent;
use database::Engine;
use serde::Deserialize;
use std::time::Duration;
use tokio::time::Instant;

/// The most events that one answer holds, and the longest that a poll may wait.
const LARGEST_BATCH: i64 = 1000;
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The media type of a batch of CloudEvents (CloudEvents 1.0, JSON batch format).
const BATCH_TYPE: &str = "application/cloudevents-batch+json";

/// When a consumer may come back while the database is away.
const RETRY_AFTER: Duration = Duration::from_secs(1);

#[derive(Clone)]
struct Served {
    feed: Feed,
    shutdown: Shutdown,
}

/// The route of a service's own feed, for its internal port. Waiting polls end when the process drains.
pub fn routes(feed: Feed, shutdown: Shutdown) -> Router {
    Router::new().route("/internal/events", get(events)).with_state(Served { feed, shutdown })
}

/// What a consumer asks for.
#[derive(Deserialize)]
struct Poll {
    /// The epoch that `after` belongs to; unchecked if absent.
    epoch: Option<String>,
    /// The last position that the consumer has.
    #[serde(default)]
    after: i64,
    #[serde(default = "default_limit")]
    limit: i64,
    /// Seconds to wait while there is nothing to tell.
    #[serde(default)]
    wait: u64,
}

fn default_limit() -> i64 {
    100
}

/// The answer to a consumer whose position means nothing here: it has to start from a snapshot.
pub fn gone() -> ApiError {
    ApiError::gone("The feed no longer holds this position; load /internal/snapshot and go on from there.")
}

async fn events(State(served): State<Served>, Query(poll): Query<Poll>) -> Result<Response, ApiError> {
    let Served { feed, shutdown } = served;
    let limit = poll.limit.clamp(1, LARGEST_BATCH);
    let deadline = Instant::now() + Duration::from_secs(poll.wait).min(LONGEST_WAIT);
    let mut announcements = feed.database.announcements();
    loop {
        let head = head_for(&feed, &poll).await?;
        let events = if head.position > poll.after {
            let events = feed.read(&head.epoch, poll.after, limit).await.map_err(database_trouble)?;
            // Asked again, since what was thrown away meanwhile is missing in them.
            head_for(&feed, &poll).await?;
            events
        } else {
            Vec::new()
        };
        if !events.is_empty() || Instant::now() >= deadline || shutdown.is_draining() {
            return batch(&events);
        }
        let next_look = match feed.database.engine() {
            Engine::Sqlite => deadline,
            // Another replica's writes are announced over there only.
            Engine::Postgres => deadline.min(Instant::now() + LOOKS_EVERY),
        };
        tokio::select! {
            _ = announcements.changed() => {}
            () = tokio::time::sleep_until(next_look) => {}
            () = shutdown.draining() => {}
        }
    }
}

/// The feed's head, if the consumer's position means something to it.
async fn head_for(feed: &Feed, poll: &Poll) -> Result<Head, ApiError> {
    let head = feed.head().await.map_err(database_trouble)?;
    let is_elsewhere = poll.epoch.as_ref().is_some_and(|epoch| *epoch != head.epoch);
    let is_kept = (head.pruned_to..=head.position).contains(&poll.after);
    if is_elsewhere || !is_kept { Err(gone()) } else { Ok(head) }
}

fn database_trouble(error: database::Error) -> ApiError {
    if error.is_unavailable() { ApiError::unavailable(RETRY_AFTER) } else { ApiError::internal(error) }
}

fn batch(events: &[CloudEvent]) -> Result<Response, ApiError> {
    let body = serde_json::to_vec(events).map_err(ApiError::internal)?;
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, BATCH_TYPE)], body).into_response())
}
