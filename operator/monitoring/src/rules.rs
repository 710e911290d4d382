//! What Prometheus records and watches: of one Shop what depends on what the Shop says, and the rest for all at once.
//!
//! A Shop's own rules are few, since there may be hundreds of Shops. They measure its journeys and its promises, and
//! name the parts that it ought to have. All else compares these series, whichever Shop they are of.

mod fleet;
mod of_shop;

use serde_json::{Value, json};

pub use fleet::{alerts as fleet_alerts, fleet};
pub use of_shop::{Wanted, alerts as alerts_of_shop, of_shop};

/// How often rules are evaluated, in seconds. Sums over time count on it.
pub(crate) const EVERY_SECONDS: u32 = 30;

/// A rule that records a series.
fn record(name: &str, expression: &str, labels: Value) -> Value {
    let mut rule = json!({"record": name, "expr": expression});
    if labels.as_object().is_some_and(|labels| !labels.is_empty()) {
        rule["labels"] = labels;
    }
    rule
}

/// Rules that are evaluated one after the other.
fn group(name: &str, rules: Vec<Value>) -> Value {
    json!({"name": name, "interval": format!("{EVERY_SECONDS}s"), "rules": rules})
}
