//! What the operator tells of itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use kube::runtime::reflector::ObjectRef;
use prometheus::{HistogramVec, IntCounterVec, IntGauge, IntGaugeVec};
use shop::{Shop, ShopSpec};

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
    shop_info: IntGaugeVec,
    certificate_expiry: IntGaugeVec,
    /// When the certificates end, in unix seconds, as they were read last.
    certificates: Arc<Mutex<HashMap<ObjectRef<Shop>, i64>>>,
}

/// Prints what the operator measures as JSON: name, type, labels and help.
///
/// # Errors
/// If it cannot be written.
pub fn print_definitions() -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(&Metrics::new().all.definitions())?);
    Ok(())
}

impl Metrics {
    /// All of them, at zero.
    pub fn new() -> Self {
        let all = chassis::metrics::Metrics::new("operator", env!("CARGO_PKG_VERSION"));
        let reconcile_duration = all.duration_vec(
            "shopkeeper_reconcile_duration_seconds",
            "Time to bring one Shop to what it says, in seconds.",
            &["outcome"],
        );
        // A series that begins at its first increase hides it from `increase`.
        for outcome in ["success", "error"] {
            reconcile_duration.with_label_values(&[outcome]);
        }
        Self {
            reconcile_duration,
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
            shop_info: all.gauge_vec(
                "shopkeeper_shop_info",
                "1; the labels say what a Shop's data lies in (sqlite, postgres, external), and the version that all \
                 its parts run, empty while they run none or several.",
                &["namespace", "shop", "engine", "version"],
            ),
            certificate_expiry: all.gauge_vec(
                "shopkeeper_certificate_expiry_timestamp_seconds",
                "When the certificate that a Shop's ingress names ends, in unix seconds.",
                &["namespace", "shop"],
            ),
            certificates: Arc::default(),
            all,
        }
    }

    /// The certificate that the Shop's ingress names was read, if it names one.
    pub fn certificate(&self, shop: &Shop, ends: Option<i64>) {
        let mut certificates = self.certificates.lock().unwrap_or_else(PoisonError::into_inner);
        match ends {
            Some(ends) => certificates.insert(ObjectRef::from_obj(shop), ends),
            None => certificates.remove(&ObjectRef::from_obj(shop)),
        };
    }

    /// All of it in the Prometheus text format. What is told of Shops is told of these and of no other.
    ///
    /// # Errors
    /// If a collector gave something that cannot be written.
    pub fn text<'a>(&self, shops: impl Iterator<Item = &'a Shop>) -> anyhow::Result<String> {
        for of_shops in [&self.shop_condition, &self.shop_info, &self.certificate_expiry] {
            of_shops.reset();
        }
        let mut count = 0;
        let mut certificates = self.certificates.lock().unwrap_or_else(PoisonError::into_inner);
        let known = std::mem::take(&mut *certificates);
        for shop in shops {
            count += 1;
            let place = ObjectRef::from_obj(shop);
            let ends = known.get(&place).copied();
            certificates.extend(ends.map(|ends| (place.clone(), ends)));
            let namespace = place.namespace.unwrap_or_default();
            let labels = [namespace.as_str(), place.name.as_str()];
            if let Some(ends) = ends {
                self.certificate_expiry.with_label_values(&labels).set(ends);
            }
            let version =
                shop.status.as_ref().and_then(|status| status.version.as_deref()).unwrap_or_default();
            let labels = [namespace.as_str(), place.name.as_str(), engine(&shop.spec), version];
            self.shop_info.with_label_values(&labels).set(1);
            let conditions = shop.status.iter().flat_map(|status| &status.conditions);
            for condition in conditions {
                for status in ["True", "False", "Unknown"] {
                    let labels = [namespace.as_str(), place.name.as_str(), &condition.type_, status];
                    let is_so = i64::from(condition.status == status);
                    self.shop_condition.with_label_values(&labels).set(is_so);
                }
            }
        }
        drop(certificates);
        self.shops.set(count);
        self.all.text()
    }
}

/// In the words of the Shop.
fn engine(spec: &ShopSpec) -> &'static str {
    let database = &spec.database;
    match (&database.sqlite, &database.postgres) {
        (Some(_), _) => "sqlite",
        (None, Some(_)) => "postgres",
        (None, None) => "external",
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::Metrics;

    fn tea(status: &str) -> shop::Shop {
        let text = "apiVersion: shopkeeper.dev/v1alpha1\nkind: Shop\nmetadata: {name: tea, namespace: shops}\n\
                    spec: {title: Tea House, currency: EUR, host: tea.example.com, exposure: {ingress: {}}}";
        let mut shop = shop::from_yaml(text).unwrap_or_else(|problems| panic!("{problems}"));
        shop.status = serde_json::from_str(status).expect("a status");
        shop
    }

    #[test]
    fn what_is_told_of_a_shop_ends_with_it() {
        let metrics = Metrics::new();
        let shop = tea(r#"{"version": "1.2.3"}"#);
        metrics.certificate(&shop, Some(1_826_958_314));
        let lines = [
            r#"shopkeeper_shop_info{engine="sqlite",namespace="shops",shop="tea",version="1.2.3"} 1"#,
            r#"shopkeeper_certificate_expiry_timestamp_seconds{namespace="shops",shop="tea"} 1826958314"#,
        ];
        for _ in 0..2 {
            let text = metrics.text([&shop].into_iter()).expect("a text");
            assert!(lines.iter().all(|line| text.contains(line)), "{text}");
        }
        assert!(!metrics.text([].into_iter()).expect("a text").contains("shop=\"tea\""));
        // Should it come back under its name, its certificate is read anew.
        let text = metrics.text([&shop].into_iter()).expect("a text");
        assert!(text.contains(lines[0]) && !text.contains(lines[1]), "{text}");
        metrics.certificate(&shop, Some(1));
        metrics.certificate(&shop, None);
        assert!(!metrics.text([&shop].into_iter()).expect("a text").contains("expiry_timestamp_seconds{"));
    }
}
