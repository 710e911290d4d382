//! A service's own feed as the sign that what it keeps in memory is out of date.

use crate::Feed;
use chassis::shutdown::Shutdown;
use contract::event::CloudEvent;
use database::Engine;
use std::time::Duration;

/// How often a replica looks for what other replicas wrote. They share a database, but not a memory; this
/// bounds how old their caches may be.
pub(crate) const LOOKS_EVERY: Duration = Duration::from_millis(100);

/// Events that are read at once.
const BATCH: i64 = 500;

/// What happened to the data that a cache was made from.
pub enum OwnChange {
    /// A replica, perhaps this one, told a fact.
    Event(CloudEvent),
    /// The database was restored, or events were missed: nothing in the cache can be trusted.
    StartOver,
}

impl Feed {
    /// Calls `on_change` for every event from now on, whichever replica wrote it, until the process drains.
    pub async fn follow_own(self, shutdown: Shutdown, on_change: impl Fn(OwnChange)) {
        let mut announcements = self.database.announcements();
        let mut place = None;
        loop {
            let looks_again = match self.changes_since(&mut place, &on_change).await {
                Ok(true) => continue,
                Ok(false) => self.database.engine() == Engine::Postgres,
                Err(error) => {
                    tracing::debug!(error = &error as &dyn std::error::Error, "the own feed cannot be read");
                    true
                }
            };
            let next = async {
                if looks_again {
                    tokio::select! { _ = announcements.changed() => {}, () = tokio::time::sleep(LOOKS_EVERY) => {} }
                } else if announcements.changed().await.is_err() {
                    std::future::pending().await
                }
            };
            if shutdown.unless_draining(next).await.is_none() {
                return;
            }
        }
    }

    /// Reports what is new; true if there may be more at once. `place` is the epoch and position last seen.
    async fn changes_since(
        &self,
        place: &mut Option<(String, i64)>,
        on_change: &impl Fn(OwnChange),
    ) -> Result<bool, database::Error> {
        let head = self.head().await?;
        let (epoch, position) = match place.as_ref() {
            Some((epoch, position)) if *epoch == head.epoch && *position >= head.pruned_to => {
                (epoch, *position)
            }
            _ => {
                *place = Some((head.epoch, head.position));
                on_change(OwnChange::StartOver);
                return Ok(false);
            }
        };
        if head.position <= position {
            return Ok(false);
        }
        let events = self.read(epoch, position, BATCH).await?;
        let last = events.last().map_or(position, |event| event.position);
        *place = Some((head.epoch, last));
        events.into_iter().for_each(|event| on_change(OwnChange::Event(event)));
        Ok(last < head.position)
    }
}
