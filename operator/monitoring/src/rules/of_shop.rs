//! The rules of one Shop: what its shoppers do and meet, what it promises, and which parts it ought to have.

use serde_json::{Value, json};
use shop::Slo;

use super::{group, record};
use crate::alert::{Alert, Severity};
use crate::journeys::{Journey, allowed_failures, fast_enough};

/// One answer of 100 may be slow: `latencyMillis` is what 99 of them stay below.
const ALLOWED_SLOW: f64 = 0.01;

/// What a Shop is to be held to.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    pub namespace: &'a str,
    pub shop: &'a str,
    pub slo: &'a Slo,
    /// The names of the parts that are to run.
    pub parts: &'a [&'a str],
}

/// The `spec` of the Shop's PrometheusRule.
pub fn of_shop(wanted: &Wanted, runbooks: &str) -> Value {
    let journeys = Journey::ALL.iter().flat_map(|journey| journey_rules(*journey, wanted)).collect();
    let alerts = alerts(wanted).iter().map(|alert| alert.rule(runbooks)).collect();
    let name = |what: &str| format!("{}.{}.{what}", wanted.namespace, wanted.shop);
    json!({"groups": [group(&name("journeys"), journeys), group(&name("parts"), alerts)]})
}

/// What is recorded of one journey: requests and failures of each kind per second, and the share that may fail.
fn journey_rules(journey: Journey, wanted: &Wanted) -> Vec<Value> {
    let objective = journey.objective(wanted.slo);
    let shop = format!(r#"namespace="{}",shop="{}""#, wanted.namespace, wanted.shop);
    let of = format!(r#"{shop},part="storefront",{}"#, journey.requests());
    let rate = |series: &str, more: &str| {
        format!("(sum(rate(http_server_request_duration_seconds_{series}{{{of}{more}}}[5m])) or vector(0))")
    };
    let requests = rate("count", "");
    let failed = rate("count", r#",http_response_status_code=~"5..""#);
    let slow = match fast_enough(objective) {
        Some(bound) => format!("{requests} - {}", rate("bucket", &format!(r#",le=~"{bound}""#))),
        None => "vector(0)".to_owned(),
    };
    let labels = json!({"namespace": wanted.namespace, "shop": wanted.shop, "journey": journey.name()});
    let with = |slo: &str| {
        let mut labels = labels.clone();
        labels["slo"] = json!(slo);
        labels
    };
    let budget = |share: f64| format!("vector({share})");
    vec![
        record("shop:journey_requests:rate5m", &requests, labels.clone()),
        record("shop:journey_failures:rate5m", &failed, with("success")),
        record("shop:journey_failures:rate5m", &slow, with("latency")),
        record("shop:slo_error_budget:ratio", &budget(allowed_failures(objective)), with("success")),
        record("shop:slo_error_budget:ratio", &budget(ALLOWED_SLOW), with("latency")),
    ]
}

/// What only the Shop's own rules can know: that something is not there which ought to be.
pub fn alerts(wanted: &Wanted) -> Vec<Alert> {
    // `absent` has labels to give to the alert only where it is asked of a plain selector.
    let absent = |part: &str| {
        let up = format!(r#"up{{namespace="{}",shop="{}",part="{part}"}}"#, wanted.namespace, wanted.shop);
        format!("absent({up}) or max by (namespace, shop, part) ({up}) == 0")
    };
    let of_part = |part: &&str| match *part {
        "storefront" => Alert {
            name: "ShopClosed",
            severity: Severity::Critical,
            lasts: "1m",
            expression: absent(part),
            summary: "The shop {{ $labels.shop }} in {{ $labels.namespace }} shows no page.",
            description: "No process of the storefront answers Prometheus. API clients may still be served.",
        },
        _ => Alert {
            name: "ShopPartDown",
            severity: Severity::Warning,
            lasts: "2m",
            expression: absent(part),
            summary: "The {{ $labels.part }} service of the shop {{ $labels.shop }} in {{ $labels.namespace }} is down.",
            description: "No process of it answers Prometheus. The shop goes on without it, as far as its rules say.",
        },
    };
    wanted.parts.iter().map(of_part).collect()
}

#[cfg(test)]
mod tests {
    use super::{Wanted, of_shop};
    use shop::Slo;

    fn tea(parts: &[&str]) -> serde_json::Value {
        let slo = Slo::default();
        of_shop(&Wanted { namespace: "shops", shop: "tea", slo: &slo, parts }, "runbooks")
    }

    #[test]
    fn every_journey_is_measured_and_no_part_that_is_not_wanted_is_missed() {
        let rules = tea(&["user", "product"]);
        assert_eq!(rules["groups"][0]["rules"].as_array().map(Vec::len), Some(20));
        let alerts = rules["groups"][1]["rules"].as_array().expect("rules");
        assert_eq!(alerts.len(), 2);
        assert!(rules.to_string().contains(r#"part=\"user\"})"#), "{rules}");
        assert!(!rules.to_string().contains(r#"part=\"order\""#), "{rules}");
    }

    #[test]
    fn a_shops_own_rules_are_small() {
        // There may be a thousand Shops, and the operator remembers the rules of each.
        assert!(tea(&["user", "product", "order", "storefront"]).to_string().len() < 12_000);
    }
}
