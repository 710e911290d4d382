//! What the shop earns and what becomes of its orders, as counters.

use contract::{Currency, order::OrderState};
use prometheus::{IntCounter, IntCounterVec};

/// The measures of this service's business.
#[derive(Clone)]
pub struct Metrics {
    orders: IntCounterVec,
    revenue: IntCounter,
}

impl Metrics {
    /// Registers the measures.
    pub fn new(metrics: &chassis::metrics::Metrics, currency: Currency) -> Self {
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
        Self { orders, revenue: revenue.with_label_values(&[currency.code()]) }
    }

    /// An order has moved into a state; `total` is in minor units.
    pub fn moved(&self, state: OrderState, total: i64) {
        self.orders.with_label_values(&[state.name()]).inc();
        if state == OrderState::Confirmed {
            self.revenue.inc_by(u64::try_from(total).unwrap_or(0));
        }
    }
}
