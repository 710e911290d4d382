//! What the shop earns and what becomes of its orders, as counters.

use chassis::clock::Clock;
use contract::{Currency, order::OrderState};
use prometheus::{IntCounter, IntCounterVec};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// The measures of this service's business.
#[derive(Clone)]
pub struct Metrics {
    orders: IntCounterVec,
    revenue: IntCounter,
    /// When the oldest order that has no answer was placed, in unix milliseconds; `i64::MAX` if all have one.
    oldest_unanswered: Arc<AtomicI64>,
}

impl Metrics {
    /// Registers the measures.
    pub fn new(metrics: &chassis::metrics::Metrics, currency: Currency, clock: Clock) -> Self {
        let orders = metrics.counter_vec(
            "shop_orders_total",
            "Orders that this process moved into the state.",
            &["state"],
        );
        for state in OrderState::ALL.into_iter().filter(|state| *state != OrderState::Open) {
            orders.with_label_values(&[state.name()]);
        }
        let revenue = metrics.counter_vec(
            "shop_revenue_minor_units_total",
            "Totals of the orders that this process confirmed, in minor units of the currency. \
             Cancelled ones are not taken off.",
            &["currency"],
        );
        let oldest_unanswered = Arc::new(AtomicI64::new(i64::MAX));
        let placed_at = Arc::clone(&oldest_unanswered);
        metrics.gauge_of(
            "shop_open_order_age_seconds",
            "Seconds since the oldest order that is still placed, neither confirmed nor refused nor cancelled, \
             was placed; 0 if there is none. Every replica tells the same.",
            move || {
                let age_ms = clock.now_unix_ms().saturating_sub(placed_at.load(Ordering::Relaxed)).max(0);
                // Ages have far fewer digits than a float holds.
                age_ms as f64 / 1000.0
            },
        );
        Self { orders, revenue: revenue.with_label_values(&[currency.code()]), oldest_unanswered }
    }

    /// The oldest order without an answer was placed then, in unix milliseconds; none if all have theirs.
    pub(crate) fn oldest_unanswered(&self, placed_at_ms: Option<i64>) {
        self.oldest_unanswered.store(placed_at_ms.unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    /// An order has moved into a state; `total` is in minor units.
    pub fn moved(&self, state: OrderState, total: i64) {
        self.orders.with_label_values(&[state.name()]).inc();
        if state == OrderState::Confirmed {
            self.revenue.inc_by(u64::try_from(total).unwrap_or(0));
        }
    }
}
