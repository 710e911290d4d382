//! How many calls to one peer are under way at once: a slow peer does not fill the process.

use crate::settings::Limits;
use std::time::Duration;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

/// The places for calls to one peer.
pub(crate) struct Bulkhead {
    places: Semaphore,
    /// Of these, those for calls that may be slow: others find room beside them.
    slow: Semaphore,
    queue: Duration,
}

/// The place of a call, free again when this is dropped.
pub(crate) struct Place<'a> {
    _slow: Option<SemaphorePermit<'a>>,
    _place: SemaphorePermit<'a>,
}

impl Bulkhead {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            places: Semaphore::new(limits.in_flight),
            slow: Semaphore::new(limits.slow_in_flight),
            queue: limits.queue,
        }
    }

    /// A place, waited for shortly; none if none got free.
    pub(crate) async fn enter(&self, is_slow: bool) -> Option<Place<'_>> {
        let enter = async {
            let slow = if is_slow { Some(self.slow.acquire().await.ok()?) } else { None };
            Some(Place { _slow: slow, _place: self.places.acquire().await.ok()? })
        };
        timeout(self.queue, enter).await.ok().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::Bulkhead;
    use crate::settings::Limits;
    use std::time::Duration;
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn the_65th_call_waits_100_ms_and_gives_up() {
        let bulkhead = Bulkhead::new(&Limits::default());
        let mut places = Vec::new();
        for _ in 0..64 {
            places.push(bulkhead.enter(false).await.unwrap());
        }
        let began = Instant::now();
        assert!(bulkhead.enter(false).await.is_none());
        assert_eq!(began.elapsed().as_millis() / 10, 10);
        places.pop();
        assert!(bulkhead.enter(false).await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn slow_calls_leave_room_for_the_others() {
        let bulkhead = Bulkhead::new(&Limits::default());
        let mut places = Vec::new();
        while let Some(place) = bulkhead.enter(true).await {
            places.push(place);
        }
        assert_eq!(places.len(), 32);
        let began = Instant::now();
        assert!(bulkhead.enter(false).await.is_some());
        assert_eq!(began.elapsed(), Duration::ZERO);
    }
}
