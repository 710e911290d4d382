//! What the operator tells of itself.

use kube::runtime::reflector::ObjectRef;
use prometheus::{HistogramVec, IntCounterVec, IntGauge, IntGaugeVec};
use shop::Shop;

/// The metrics of the operator. Clones are one.
#[derive(Clone)]
pub struct Metrics {
    all: chassis::metrics::Metrics,
    pub reconcile_duration: HistogramVec,
    pub reconcile_errors: IntCounterVec,
    pub api_writes: IntCounterVec,
    pub is_leader: IntGauge,
    pub shops: IntGauge,
    shop_condition: IntGaugeVec,
}

impl Metrics {
    /// All of them, at zero.
    pub fn new() -> Self {
        let all = chassis::metrics::Metrics::new("operator", env!("CARGO_PKG_VERSION"));
        Self {
            reconcile_duration: all.duration_vec(
                "shopkeeper_reconcile_duration_seconds",
                "Time to bring one Shop to what it says, in seconds.",
                &["outcome"],
            ),
            reconcile_errors: all.counter_vec(
                "shopkeeper_reconcile_errors_total",
                "Reconciles that have to be tried again, by what went wrong.",
                &["reason"],
            ),
            api_writes: all.counter_vec(
                "shopkeeper_api_writes_total",
                "Writes to the Kubernetes API, Leases and Events aside. None at rest.",
                &["kind", "verb"],
            ),
            is_leader: all.gauge("shopkeeper_leader", "1 if this replica is the one that works."),
            shops: all.gauge("shopkeeper_shops", "Shops that this replica looks after."),
            shop_condition: all.gauge_vec(
                "shopkeeper_shop_condition",
                "1 for the status that a condition of a Shop has, 0 for the others.",
                &["namespace", "shop", "type", "status"],
            ),
            all,
        }
    }

    /// All of it in the Prometheus text format. The conditions are those of these Shops and of no other.
    ///
    /// # Errors
    /// If a collector gave something that cannot be written.
    pub fn text<'a>(&self, shops: impl Iterator<Item = &'a Shop>) -> anyhow::Result<String> {
        self.shop_condition.reset();
        let mut count = 0;
        for shop in shops {
            count += 1;
            let place = ObjectRef::from_obj(shop);
            let namespace = place.namespace.unwrap_or_default();
            let conditions = shop.status.iter().flat_map(|status| &status.conditions);
            for condition in conditions {
                for status in ["True", "False", "Unknown"] {
                    let labels = [namespace.as_str(), place.name.as_str(), &condition.type_, status];
                    let is_so = i64::from(condition.status == status);
                    self.shop_condition.with_label_values(&labels).set(is_so);
                }
            }
        }
        self.shops.set(count);
        self.all.text()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}
