//! What a shopper can do now, as a measure: from the circuits, so that a cut between two parts that are both
//! ready shows, too.

use std::sync::Arc;
use std::time::Duration;

use chassis::{metrics::Metrics, shutdown::Shutdown};
use prometheus::IntGaugeVec;

use crate::shop::Shop;
use crate::views::Health;

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(1);

/// Keeps `shop_capability` true until the process drains.
pub(crate) async fn measure(shop: Arc<Shop>, gauge: IntGaugeVec, shutdown: Shutdown) {
    let mut turns = tokio::time::interval(EVERY);
    while shutdown.unless_draining(turns.tick()).await.is_some() {
        for (capability, holds) in now(&shop) {
            gauge.with_label_values(&[capability]).set(holds.into());
        }
    }
}

/// The gauge, registered.
pub(crate) fn gauge(metrics: &Metrics) -> IntGaugeVec {
    metrics.gauge_vec("shop_capability", "1 if shoppers can do this now, 0 if not.", &["capability"])
}

/// Each capability, and whether it holds. A part that nobody has heard of yet is taken to be up.
fn now(shop: &Shop) -> [(&'static str, bool); 4] {
    let parts = shop.parts();
    let is_up = |health: Health| health != Health::Down;
    [
        ("browse", is_up(parts.product) || shop.catalogue.is_known()),
        ("register", is_up(parts.user)),
        ("log_in", is_up(parts.user)),
        ("order", is_up(parts.order)),
    ]
}
