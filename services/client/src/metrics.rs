//! What is counted of calls to peers.

use crate::error::Cause;
use prometheus::{HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec};
use std::time::Duration;

/// The measures of calls to all peers.
pub(crate) struct Metrics {
    duration: HistogramVec,
    retries: IntCounterVec,
    timeouts: IntCounterVec,
    not_sent: IntCounterVec,
    circuit: IntGaugeVec,
}

/// The measures of calls to one peer.
pub(crate) struct PeerMetrics {
    peer: &'static str,
    duration: HistogramVec,
    pub(crate) retries: IntCounter,
    pub(crate) timeouts: IntCounter,
    not_sent: IntCounterVec,
    pub(crate) circuit: IntGauge,
}

impl Metrics {
    /// Registers the measures; once per part.
    pub(crate) fn new(metrics: &chassis::metrics::Metrics) -> Self {
        Self {
            duration: metrics.duration_vec(
                "http_client_request_duration_seconds",
                "Time from a request to a service to its whole answer, or to its failure, in seconds.",
                &["peer", "http_request_method", "outcome"],
            ),
            retries: metrics.counter_vec(
                "shop_peer_retries_total",
                "Requests to a service that were sent a second time.",
                &["peer"],
            ),
            timeouts: metrics.counter_vec(
                "shop_peer_timeouts_total",
                "Requests to a service that were given up because no whole answer came in time.",
                &["peer"],
            ),
            not_sent: metrics.counter_vec(
                "shop_peer_not_sent_total",
                "Requests to a service that were not sent: its circuit is open, too many are under way, or no time was left.",
                &["peer", "reason"],
            ),
            circuit: metrics.gauge_vec(
                "shop_circuit_state",
                "The circuit to a service: 0 closed, 1 half-open, 2 open.",
                &["peer"],
            ),
        }
    }

    pub(crate) fn of(&self, peer: &'static str) -> PeerMetrics {
        // A series that begins at its first increase hides it from `increase`.
        for cause in [Cause::CircuitOpen, Cause::Full, Cause::TimedOut] {
            self.not_sent.with_label_values(&[peer, cause_label(cause)]);
        }
        PeerMetrics {
            peer,
            duration: self.duration.clone(),
            retries: self.retries.with_label_values(&[peer]),
            timeouts: self.timeouts.with_label_values(&[peer]),
            not_sent: self.not_sent.clone(),
            circuit: self.circuit.with_label_values(&[peer]),
        }
    }
}

/// How a request that was sent ended.
#[derive(Clone, Copy)]
pub(crate) enum Outcome {
    Answered,
    Refused,
    Failed(Cause),
}

impl PeerMetrics {
    pub(crate) fn sent(&self, method: &str, outcome: Outcome, took: Duration) {
        let outcome = match outcome {
            Outcome::Answered => "answered",
            Outcome::Refused => "refused",
            Outcome::Failed(cause) => cause_label(cause),
        };
        if outcome == cause_label(Cause::TimedOut) {
            self.timeouts.inc();
        }
        self.duration.with_label_values(&[self.peer, method, outcome]).observe(took.as_secs_f64());
    }

    pub(crate) fn not_sent(&self, cause: Cause) {
        self.not_sent.with_label_values(&[self.peer, cause_label(cause)]).inc();
    }
}

fn cause_label(cause: Cause) -> &'static str {
    match cause {
        Cause::Unreachable => "unreachable",
        Cause::CircuitOpen => "circuit_open",
        Cause::Full => "full",
        Cause::TimedOut => "timed_out",
        Cause::Broken => "broken",
        Cause::ServerError(_) => "server_error",
        Cause::Garbage => "garbage",
    }
}
