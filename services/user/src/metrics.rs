//! What the user service counts. The help text of each measure says what it means.

use chassis::metrics::Metrics as Registry;
use prometheus::{Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge};
use std::time::Duration;

/// The measures. Clones are one.
#[derive(Clone)]
pub struct Metrics {
    pub registrations: IntCounter,
    logins: IntCounterVec,
    refreshes: IntCounterVec,
    hashes_waiting: IntGauge,
    hash_duration: Histogram,
}

/// How a login or a refresh ended.
#[derive(Clone, Copy, Debug)]
pub enum Outcome {
    Succeeded,
    Refused,
    /// A login: too many wrong passwords before.
    Limited,
    /// A refresh: the token had been exchanged long ago, so the session was ended.
    Reused,
}

impl Outcome {
    fn label(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Refused => "refused",
            Self::Limited => "limited",
            Self::Reused => "reused",
        }
    }
}

impl Metrics {
    /// Registers all measures.
    pub fn new(registry: &Registry) -> Self {
        let hash_duration = HistogramOpts::new(
            "shop_password_hash_duration_seconds",
            "Time that hashing or checking one password took, in seconds, without the wait for its turn.",
        )
        .buckets(chassis::metrics::DURATION_BUCKETS.to_vec());
        let hash_duration = Histogram::with_opts(hash_duration).expect("the definition is valid");
        registry.register(hash_duration.clone());
        let logins = registry.counter_vec("shop_logins_total", "Logins, by how they ended.", &["result"]);
        let refreshes = registry.counter_vec(
            "shop_refreshes_total",
            "Refresh tokens that were shown, by how it ended.",
            &["result"],
        );
        // A series that begins at its first increase hides it from `increase`.
        for outcome in [Outcome::Succeeded, Outcome::Refused, Outcome::Limited] {
            logins.with_label_values(&[outcome.label()]);
        }
        for outcome in [Outcome::Succeeded, Outcome::Refused, Outcome::Reused] {
            refreshes.with_label_values(&[outcome.label()]);
        }
        Self {
            registrations: registry.counter("shop_registrations_total", "Accounts that were registered."),
            logins,
            refreshes,
            hashes_waiting: registry.gauge(
                "shop_password_hashes_waiting",
                "Requests that wait for their turn to hash a password.",
            ),
            hash_duration,
        }
    }

    pub fn login(&self, outcome: Outcome) {
        self.logins.with_label_values(&[outcome.label()]).inc();
    }

    pub fn refresh(&self, outcome: Outcome) {
        self.refreshes.with_label_values(&[outcome.label()]).inc();
    }

    /// Counts somebody as waiting until the answer is dropped.
    pub(crate) fn waiting_for_hash(&self) -> Waiting {
        self.hashes_waiting.inc();
        Waiting(self.hashes_waiting.clone())
    }

    pub(crate) fn hashed(&self, took: Duration) {
        self.hash_duration.observe(took.as_secs_f64());
    }
}

/// Somebody who waits.
pub(crate) struct Waiting(IntGauge);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.dec();
    }
}
