//! How far behind the feeds of others this process is.

use prometheus::{Gauge, GaugeVec, IntCounterVec, Opts};
use std::time::{Duration, Instant};

/// The measures of all feeds that a process follows.
#[derive(Clone)]
pub struct Metrics {
    lag: GaugeVec,
    applied: IntCounterVec,
}

impl Metrics {
    /// Registers the measures.
    pub fn new(metrics: &chassis::metrics::Metrics) -> Self {
        let lag = Opts::new(
            "shop_event_lag_seconds",
            "Seconds since this process last had every event of the feed; 0 while it has them all.",
        );
        let lag = GaugeVec::new(lag, &["feed"]).expect("the definition is valid");
        metrics.register(lag.clone());
        let applied = metrics.counter_vec(
            "shop_events_applied_total",
            "Events of the feed that took effect here.",
            &["feed"],
        );
        Self { lag, applied }
    }

    pub(crate) fn progress(&self, feed: &str) -> Progress {
        Progress {
            lag: self.lag.with_label_values(&[feed]),
            applied: self.applied.with_label_values(&[feed]),
            caught_up_at: Instant::now(),
        }
    }
}

/// Where one consumer stands.
pub(crate) struct Progress {
    lag: Gauge,
    applied: prometheus::IntCounter,
    caught_up_at: Instant,
}

impl Progress {
    /// Every event so far has taken effect.
    pub(crate) fn caught_up(&mut self) {
        self.caught_up_at = Instant::now();
        self.lag.set(0.0);
    }

    /// `events` took effect, and there may be more.
    pub(crate) fn applied(&mut self, events: u64) {
        self.applied.inc_by(events);
    }

    /// The feed could not be read, or its events could not take effect.
    pub(crate) fn held_up(&mut self) -> Duration {
        let behind = self.caught_up_at.elapsed();
        self.lag.set(behind.as_secs_f64());
        behind
    }
}
