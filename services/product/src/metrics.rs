//! What the shelves tell, as counters and gauges.

use contract::product::Stock;
use prometheus::{IntCounter, IntCounterVec, IntGaugeVec};

/// The measures of this service's business.
#[derive(Clone)]
pub struct Metrics {
    stock_outs: IntCounter,
    reservations: IntCounterVec,
    products: IntGaugeVec,
}

impl Metrics {
    /// Registers the measures.
    pub fn new(metrics: &chassis::metrics::Metrics) -> Self {
        let reservations = metrics.counter_vec(
            "shop_reservations_total",
            "Wishes of orders for stock that this process answered, by the answer.",
            &["outcome"],
        );
        for outcome in ["reserved", "refused"] {
            reservations.with_label_values(&[outcome]);
        }
        Self {
            stock_outs: metrics
                .counter("shop_stock_outs_total", "Times that the last piece of a product went."),
            reservations,
            products: metrics.gauge_vec(
                "shop_products",
                "Products of the catalogue, by whether any piece is left.",
                &["available"],
            ),
        }
    }

    /// The word for a product's stock has changed.
    pub(crate) fn stock_became(&self, stock: Stock) {
        if stock == Stock::Out {
            self.stock_outs.inc();
        }
    }

    /// An order was answered.
    pub(crate) fn answered(&self, outcome: &str) {
        self.reservations.with_label_values(&[outcome]).inc();
    }

    /// The catalogue was counted.
    pub(crate) fn counted(&self, available: bool, products: i64) {
        self.products.with_label_values(&[if available { "true" } else { "false" }]).set(products);
    }
}
