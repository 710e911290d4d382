//! Consuming a feed into memory: every process for itself, from a snapshot, without a database.

use crate::{
    Upstream,
    metrics::{Metrics, Progress},
    retry::Retry,
    upstream::Polled,
};
use chassis::shutdown::Shutdown;
use contract::event::{Event, Snapshot};
use std::sync::Arc;

/// Something in memory that follows a feed.
pub trait Copy: Send + Sync + 'static {
    type Event: Event;

    /// A snapshot is about to be applied: what it does not mention is gone. Nothing by default, for copies
    /// that only grow.
    fn start_over(&self) {}

    /// Takes one event in. It may be one that the copy has already seen.
    fn apply(&self, event: Self::Event);

    /// Everything that was told so far has been applied.
    fn caught_up(&self) {}
}

/// Keeps the copy up to date until the process drains. While the feed cannot be read the copy stays as it is.
pub async fn follow_copy<C: Copy>(upstream: Upstream, copy: Arc<C>, shutdown: Shutdown, metrics: Metrics) {
    let mut progress = metrics.progress(upstream.name());
    let mut place = None;
    let mut retry = Retry::new();
    loop {
        match shutdown.unless_draining(turn(&upstream, &*copy, &mut place, &mut progress)).await {
            None => return,
            Some(Ok(())) => retry = Retry::new(),
            Some(Err(error)) => {
                let waited = retry.held_up(upstream.name(), &error, &mut progress, &shutdown).await;
                if waited.is_none() {
                    return;
                }
            }
        }
    }
}

/// One poll, or one snapshot if there is no place to go on from.
async fn turn<C: Copy>(
    upstream: &Upstream,
    copy: &C,
    place: &mut Option<(String, i64)>,
    progress: &mut Progress,
) -> anyhow::Result<()> {
    let Some((epoch, position)) = place.as_mut() else {
        *place = Some(load(upstream, copy).await?);
        copy.caught_up();
        progress.caught_up();
        return Ok(());
    };
    match upstream.poll(epoch, *position).await? {
        Polled::Gone => *place = None,
        Polled::Events(events) => {
            progress.applied(events.len() as u64);
            for event in events {
                if let Some(known) = upstream.read(&event)? {
                    copy.apply(known);
                }
                *position = event.position;
            }
            copy.caught_up();
            progress.caught_up();
        }
    }
    Ok(())
}

async fn load<C: Copy>(upstream: &Upstream, copy: &C) -> anyhow::Result<(String, i64)> {
    let mut page: Snapshot<C::Event> = upstream.snapshot(None).await?;
    let place = (page.epoch.clone(), page.position);
    copy.start_over();
    loop {
        anyhow::ensure!(page.epoch == place.0, "the feed was restored while its snapshot was read");
        page.events.into_iter().for_each(|event| copy.apply(event));
        let Some(next) = page.next else { return Ok(place) };
        page = upstream.snapshot(Some(&next)).await?;
    }
}
