//! Consuming a feed with effects: each event exactly once, whatever is killed when.
//!
//! The position in the feed is a row of the consumer's own database, and it moves in the write that applies
//! the events. It moves only from where the reader found it, so of several replicas that hold the same
//! events one applies them and the others notice that they were overtaken.
//!
//! Events are applied in their order, so one that cannot be holds up all behind it: a batch that the other side
//! answers with 5xx each time, an event that cannot be read, a write that fails. It is tried again, at least
//! twice a second, for as long as it takes; nothing is left out. Operators see `shop_event_lag_seconds` of that
//! feed grow while `shop_events_applied_total` stands still, and at the level `debug` a line "the feed is held up"
//! with the cause for each attempt. Requests go on meanwhile, and so does readiness.

use crate::{
    Upstream,
    applied::Applying,
    metrics::{Metrics, Progress},
    retry::Retry,
    upstream::Polled,
};
use chassis::shutdown::Shutdown;
use contract::event::{CloudEvent, Event, Snapshot};
use database::{Database, Transaction, values};
use futures::future::BoxFuture;
use std::{sync::Arc, time::Instant};

/// Events that share one write. A longer write would make others wait.
const GROUP: usize = 50;

/// What another service's events do here.
pub trait Effects: Send + Sync + 'static {
    type Event: Event;

    /// Applies one event, in the write that moves the position. It must do nothing if the event is one that
    /// an earlier state already includes: after a snapshot some are met again. `traceparent` names this
    /// handling of the event, as the cause of whatever it leads to.
    fn apply<'t>(
        &'t self,
        transaction: &'t mut Transaction,
        event: Self::Event,
        traceparent: Option<String>,
    ) -> BoxFuture<'t, Result<(), database::Error>>;

    /// Settles what a snapshot cannot say in events, after all its pages were applied and before the feed
    /// is followed on. Nothing by default.
    fn resynchronised<'t>(&'t self, _upstream: &'t Upstream) -> BoxFuture<'t, anyhow::Result<()>> {
        Box::pin(async { Ok(()) })
    }
}

/// Where a consumer stands in a feed.
#[derive(Clone, Debug)]
struct Place {
    epoch: String,
    position: i64,
}

/// Applies a feed's events until the process drains. Whatever goes wrong is tried again.
pub async fn follow_effects<E: Effects>(
    database: Database,
    upstream: Upstream,
    effects: Arc<E>,
    shutdown: Shutdown,
    metrics: Metrics,
) {
    let consumer = Consumer { database, upstream, effects };
    let mut progress = metrics.progress(consumer.upstream.name());
    let mut retry = Retry::new();
    loop {
        match shutdown.unless_draining(consumer.turn(&mut progress)).await {
            None => return,
            Some(Ok(())) => retry = Retry::new(),
            Some(Err(error)) => {
                let waited = retry.held_up(consumer.upstream.name(), &error, &mut progress, &shutdown).await;
                if waited.is_none() {
                    return;
                }
            }
        }
    }
}

/// What is new after a position, in the feed's order, whatever way it was delivered.
pub(crate) fn in_order(mut events: Vec<CloudEvent>, after: i64) -> Vec<CloudEvent> {
    events.retain(|event| event.position > after);
    events.sort_by_key(|event| event.position);
    events.dedup_by_key(|event| event.position);
    events
}

struct Consumer<E> {
    database: Database,
    upstream: Upstream,
    effects: Arc<E>,
}

impl<E: Effects> Consumer<E> {
    /// One poll and its effects, or one snapshot.
    async fn turn(&self, progress: &mut Progress) -> anyhow::Result<()> {
        let Some(mut place) = self.place().await? else { return self.resynchronise(None).await };
        let events = match self.upstream.poll(&place.epoch, place.position).await? {
            Polled::Events(events) => in_order(events, place.position),
            Polled::Gone => return self.resynchronise(Some(place)).await,
        };
        if events.is_empty() {
            progress.caught_up();
        }
        for group in events.chunks(GROUP) {
            let Some(further) = self.apply(place, group).await? else { return Ok(()) };
            place = further;
            progress.applied(group.len() as u64);
        }
        Ok(())
    }

    async fn place(&self) -> Result<Option<Place>, database::Error> {
        let row = self
            .database
            .fetch_optional(
                "SELECT epoch, position FROM feed_position WHERE feed = $1",
                values![self.upstream.name()],
            )
            .await?;
        row.map(|row| Ok(Place { epoch: row.get("epoch")?, position: row.get("position")? })).transpose()
    }

    /// Applies events and moves the position in one write; `None` if another replica was faster.
    async fn apply(&self, from: Place, events: &[CloudEvent]) -> anyhow::Result<Option<Place>> {
        let position = events.last().map_or(from.position, |event| event.position);
        let (effects, feed) = (Arc::clone(&self.effects), self.upstream.name());
        let (mut known, mut applying) = (Vec::new(), Vec::new());
        for event in events {
            if let Some(read) = self.upstream.read::<E::Event>(event)? {
                let applied = Applying::new(feed, event);
                known.push((read, applied.traceparent()));
                applying.push(applied);
            }
        }
        let began = Instant::now();
        let moved = self
            .database
            .write(move |transaction| {
                Box::pin(async move {
                    if !move_on(transaction, feed, &from, position).await? {
                        return Ok::<_, database::Error>(None);
                    }
                    for (event, traceparent) in known {
                        effects.apply(transaction, event, traceparent).await?;
                    }
                    Ok(Some(Place { epoch: from.epoch, position }))
                })
            })
            .await?;
        if moved.is_some() {
            let took = began.elapsed();
            applying.into_iter().for_each(|applied| applied.committed(took));
        }
        Ok(moved)
    }

    /// Takes the state from the feed's snapshot and follows the feed from there. Ends early if another replica
    /// has moved the position meanwhile: what was read before that is out of date.
    async fn resynchronise(&self, from: Option<Place>) -> anyhow::Result<()> {
        let feed = self.upstream.name();
        let mut page: Snapshot<E::Event> = self.upstream.snapshot(None).await?;
        let start = Place { epoch: page.epoch.clone(), position: page.position };
        tracing::info!(feed, epoch = start.epoch, position = start.position, "loading a snapshot");
        let mut told = 0;
        loop {
            anyhow::ensure!(
                page.epoch == start.epoch,
                "the {feed} feed was restored while its snapshot was read"
            );
            told += page.events.len();
            if !self.apply_page(&from, page.events).await? {
                return Ok(());
            }
            let Some(next) = page.next else { break };
            page = self.upstream.snapshot(Some(&next)).await?;
        }
        self.effects.resynchronised(&self.upstream).await?;
        let position = start.position;
        let rows = self.database.write(move |transaction| Box::pin(start_at(transaction, feed, from, start)));
        if rows.await? == 1 {
            tracing::info!(target: "event", feed, position, events = told, "applied a snapshot");
        }
        Ok(())
    }

    /// Applies a page of a snapshot; false if another replica was faster.
    async fn apply_page(&self, from: &Option<Place>, events: Vec<E::Event>) -> Result<bool, database::Error> {
        let mut events = events.into_iter().peekable();
        while events.peek().is_some() {
            let group: Vec<_> = events.by_ref().take(GROUP).collect();
            let (effects, feed, from) = (Arc::clone(&self.effects), self.upstream.name(), from.clone());
            let is_current = self
                .database
                .write(move |transaction| {
                    Box::pin(async move {
                        if !stands_at(transaction, feed, from.as_ref()).await? {
                            return Ok::<_, database::Error>(false);
                        }
                        for event in group {
                            effects.apply(transaction, event, None).await?;
                        }
                        Ok(true)
                    })
                })
                .await?;
            if !is_current {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Whether the position is still where the reader found it. Its row stays locked until the commit.
async fn stands_at(
    transaction: &mut Transaction,
    feed: &str,
    place: Option<&Place>,
) -> Result<bool, database::Error> {
    match place {
        Some(place) => move_on(transaction, feed, place, place.position).await,
        None => {
            let sql = "SELECT position FROM feed_position WHERE feed = $1";
            Ok(transaction.fetch_optional(sql, values![feed]).await?.is_none())
        }
    }
}

/// Puts the position to the start of a snapshot that was applied, unless another replica was faster.
async fn start_at(
    transaction: &mut Transaction,
    feed: &str,
    from: Option<Place>,
    start: Place,
) -> Result<u64, database::Error> {
    let Place { epoch, position } = start;
    match from {
        Some(from) => {
            let sql = "UPDATE feed_position SET epoch = $1, position = $2 \
                       WHERE feed = $3 AND epoch = $4 AND position = $5";
            transaction.execute(sql, values![epoch, position, feed, from.epoch, from.position]).await
        }
        None => {
            let sql = "INSERT INTO feed_position (feed, epoch, position) VALUES ($1, $2, $3) \
                       ON CONFLICT (feed) DO NOTHING";
            transaction.execute(sql, values![feed, epoch, position]).await
        }
    }
}

/// Moves the position if it still stands where the reader found it. The row stays locked until the commit.
async fn move_on(
    transaction: &mut Transaction,
    feed: &str,
    from: &Place,
    position: i64,
) -> Result<bool, database::Error> {
    let moved = transaction
        .execute(
            "UPDATE feed_position SET position = $1 WHERE feed = $2 AND epoch = $3 AND position = $4",
            values![position, feed, from.epoch.as_str(), from.position],
        )
        .await?;
    Ok(moved == 1)
}
