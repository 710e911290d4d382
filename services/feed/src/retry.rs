//! What a consumer does when its feed is held up: says so, waits a little longer each time, tries again.

use crate::metrics::Progress;
use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use chassis::shutdown::Shutdown;
use std::time::Duration;

/// The longest time between two attempts, jitter aside: a service that comes back is heard within it.
const LONGEST_DELAY: Duration = Duration::from_millis(500);

/// The attempts since the feed was last read.
pub(crate) struct Retry {
    delays: ExponentialBackoff,
}

impl Retry {
    /// No attempt has failed. Delays go from 50 ms, doubling up to half a second, with jitter.
    pub(crate) fn new() -> Self {
        let delays = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(50))
            .with_max_delay(LONGEST_DELAY)
            .with_jitter()
            .without_max_times();
        Self { delays: delays.build() }
    }

    /// Waits before the next attempt; `None` if the process drains instead.
    pub(crate) async fn held_up(
        &mut self,
        feed: &str,
        error: &anyhow::Error,
        progress: &mut Progress,
        shutdown: &Shutdown,
    ) -> Option<()> {
        let behind = progress.held_up();
        tracing::debug!(
            error = &**error as &dyn std::error::Error,
            feed,
            behind_seconds = behind.as_secs(),
            "the feed is held up"
        );
        let delay = self.delays.next().unwrap_or(LONGEST_DELAY);
        shutdown.unless_draining(tokio::time::sleep(delay)).await
    }
}
