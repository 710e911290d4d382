//! The rules of all Shops at once: windows of their journeys, and when somebody is told.

use serde_json::{Value, json};

use super::{EVERY_SECONDS, group, record};
use crate::alert::{Alert, Severity};

/// The windows over which failures are counted. The short ones are evaluated over every sample; the long ones over one
/// in five minutes, which loses nothing, since a sample is itself a mean of five minutes.
const WINDOWS: [(&str, &str); 8] = [
    ("5m", ""),
    ("30m", "30m"),
    ("1h", "1h"),
    ("2h", "2h"),
    ("6h", "6h"),
    ("1d", "1d:5m"),
    ("3d", "3d:5m"),
    ("30d", "30d:5m"),
];

const EVERY_SAMPLE: (&str, u32) = ("", EVERY_SECONDS);
const EVERY_FIVE_MINUTES: (&str, u32) = (":5m", 300);

/// So many requests have to have failed in the longer window, whatever share they are: with little traffic a single
/// failure is a large share.
const MANY: u32 = 10;

/// The largest share of failures that is waited for. Promises below 94 percent would otherwise ask for more than all.
const MOST: &str = "0.9";

/// The `spec` of a PrometheusRule for all Shops and the operator.
pub fn fleet(runbooks: &str) -> Value {
    let alerts = |alerts: Vec<Alert>| alerts.iter().map(|alert| alert.rule(runbooks)).collect();
    json!({"groups": [
        group("shopkeeper.windows", windows()),
        group("shopkeeper.promises", alerts(promises())),
        group("shopkeeper.shops", alerts(shops())),
        group("shopkeeper.operator", alerts(operator())),
    ]})
}

/// Every alert that is not a Shop's own.
pub fn alerts() -> Vec<Alert> {
    [promises(), shops(), operator()].concat()
}

fn windows() -> Vec<Value> {
    let of_requests = "on (namespace, shop, journey) group_left ()";
    let ratio = |(name, range): &(&str, &str)| {
        let name = format!("shop:slo_failures:ratio_rate{name}");
        let (failures, requests) = ("shop:journey_failures:rate5m", "shop:journey_requests:rate5m");
        let expression = if range.is_empty() {
            format!("{failures} / {of_requests} {requests}")
        } else {
            format!("sum_over_time({failures}[{range}]) / {of_requests} sum_over_time({requests}[{range}])")
        };
        record(&name, &expression, json!({}))
    };
    let mut rules: Vec<Value> = WINDOWS.iter().map(ratio).collect();
    rules.push(record(
        "shop:slo_budget_left:ratio",
        "1 - shop:slo_failures:ratio_rate30d / shop:slo_error_budget:ratio",
        json!({}),
    ));
    rules
}

/// The error budget is being used so fast that, in the short window and in the long one, `factor` times the share fails
/// that may fail in the long run. `samples` are those of the long window: how they are chosen, and the seconds that each
/// stands for.
fn burns(factor: &str, short: &str, long: &str, samples: (&str, u32)) -> String {
    let (step, seconds) = samples;
    let share = format!("clamp_max({factor} * shop:slo_error_budget:ratio, {MOST})");
    let failed = format!("sum_over_time(shop:journey_failures:rate5m[{long}{step}]) * {seconds} >= {MANY}");
    format!(
        "(shop:slo_failures:ratio_rate{long} > {share} and shop:slo_failures:ratio_rate{short} > {share} and {failed})"
    )
}

/// Factors and windows are those of Google's "The Site Reliability Workbook", chapter 5: 2 % of a month's budget in an
/// hour, 5 % in six hours, 10 % in a day, 10 % in three days.
fn promises() -> Vec<Alert> {
    vec![
        Alert {
            name: "ShopErrorBudgetBurnsFast",
            severity: Severity::Critical,
            lasts: "",
            expression: format!(
                "{} or {}",
                burns("14.4", "5m", "1h", EVERY_SAMPLE),
                burns("6", "30m", "6h", EVERY_SAMPLE)
            ),
            summary: "The shop {{ $labels.shop }} in {{ $labels.namespace }} breaks its promise about {{ $labels.journey }} fast.",
            description: "{{ $value | humanizePercentage }} of the requests of this journey break the promise of {{ $labels.slo }}: at this pace the budget of 30 days is gone within days.",
        },
        Alert {
            name: "ShopErrorBudgetBurnsSlowly",
            severity: Severity::Warning,
            lasts: "",
            expression: format!(
                "{} or {}",
                burns("3", "2h", "1d", EVERY_FIVE_MINUTES),
                burns("1", "6h", "3d", EVERY_FIVE_MINUTES)
            ),
            summary: "The shop {{ $labels.shop }} in {{ $labels.namespace }} will not keep its promise about {{ $labels.journey }}.",
            description: "{{ $value | humanizePercentage }} of the requests of this journey break the promise of {{ $labels.slo }}: at this pace the budget does not last for 30 days.",
        },
    ]
}

fn shops() -> Vec<Alert> {
    let gone = |capability: &str| {
        format!(
            r#"max by (namespace, shop, capability) (shop_capability{{capability=~"{capability}"}}) == 0"#
        )
    };
    let answers =
        |part: &str| format!(r#"on (namespace, shop) (max by (namespace, shop) (up{{part="{part}"}}) == 1)"#);
    vec![
        Alert {
            name: "ShopCapabilityGone",
            severity: Severity::Critical,
            lasts: "1m",
            expression: gone(".+"),
            summary: "Nobody can {{ $labels.capability }} in the shop {{ $labels.shop }} in {{ $labels.namespace }}.",
            description: "Every process of the storefront says that shoppers cannot do this now; the pages say so, too.",
        },
        Alert {
            name: "ShopRuleBroken",
            severity: Severity::Critical,
            lasts: "2m",
            expression: format!(
                "{} or ({} and {}) or ({} and {})",
                gone("browse"),
                gone("register|log_in"),
                answers("user"),
                gone("order"),
                answers("order"),
            ),
            summary: "The shop {{ $labels.shop }} in {{ $labels.namespace }} lost {{ $labels.capability }}, though nothing is down that it needs.",
            description: "What this hangs on answers Prometheus, and yet shoppers cannot do it: a cut between two parts, or a fault in one of them.",
        },
        Alert {
            name: "ShopCircuitOpen",
            severity: Severity::Warning,
            lasts: "2m",
            expression: "max by (namespace, shop, peer) (shop_circuit_state) > 0".to_owned(),
            summary: "The storefront of {{ $labels.shop }} in {{ $labels.namespace }} has given up on the {{ $labels.peer }} service for now.",
            description: "Calls to it failed or took too long. Pages say what is resting, and probes close the circuit once it answers.",
        },
        Alert {
            name: "ShopFeedLags",
            severity: Severity::Warning,
            lasts: "2m",
            expression: "max by (namespace, shop, part, feed) (shop_event_lag_seconds) > 60".to_owned(),
            summary: "The {{ $labels.part }} part of {{ $labels.shop }} in {{ $labels.namespace }} does not get the events of {{ $labels.feed }}.",
            description: "It is {{ $value | humanizeDuration }} behind. Prices, stock, confirmations or revoked sessions are as old as that.",
        },
        Alert {
            name: "ShopOrdersStuck",
            severity: Severity::Warning,
            lasts: "5m",
            expression: "max by (namespace, shop) (shop_open_order_age_seconds) > 600".to_owned(),
            summary: "An order in the shop {{ $labels.shop }} in {{ $labels.namespace }} waits for its confirmation.",
            description: "It was placed {{ $value | humanizeDuration }} ago, and the product service has not answered it. Nothing is lost.",
        },
        Alert {
            name: "ShopStockOut",
            severity: Severity::Info,
            lasts: "",
            expression: "sum by (namespace, shop) (increase(shop_stock_outs_total[1h])) > 0".to_owned(),
            summary: "Products of the shop {{ $labels.shop }} in {{ $labels.namespace }} were sold out within the last hour.",
            description: "The last piece of a product went {{ $value | humanize }} times.",
        },
        Alert {
            name: "ShopDatabaseSaturated",
            severity: Severity::Warning,
            lasts: "5m",
            expression: "max by (namespace, shop, part) (sum by (namespace, shop, part, instance) \
                (db_client_connection_count{db_client_connection_state=\"used\"}) \
                / sum by (namespace, shop, part, instance) (db_client_connection_max)) >= 0.9 \
                or max by (namespace, shop, part) (db_client_connection_pending_requests) > 10"
                .to_owned(),
            summary: "The {{ $labels.part }} service of {{ $labels.shop }} in {{ $labels.namespace }} waits for its database.",
            description: "Its connections are all in use, or requests wait for one: answers become slow, then fail.",
        },
        Alert {
            name: "ShopSigningKeyOld",
            severity: Severity::Warning,
            lasts: "1h",
            expression: "max by (namespace, shop) (shop_signing_key_age_seconds) > 365 * 86400".to_owned(),
            summary: "The key that signs the tokens of {{ $labels.shop }} in {{ $labels.namespace }} is older than a year.",
            description: "It has been in use for {{ $value | humanizeDuration }}.",
        },
        Alert {
            name: "ShopCertificateExpiresSoon",
            severity: Severity::Warning,
            lasts: "1h",
            expression: "min by (namespace, shop) (shopkeeper_certificate_expiry_timestamp_seconds) - time() < 14 * 86400"
                .to_owned(),
            summary: "The certificate of the shop {{ $labels.shop }} in {{ $labels.namespace }} ends within two weeks.",
            description: "Browsers refuse the shop in {{ $value | humanizeDuration }}.",
        },
        Alert {
            name: "ShopNotReady",
            severity: Severity::Warning,
            lasts: "15m",
            expression: r#"max by (namespace, shop) (shopkeeper_shop_condition{type="Ready",status="True"}) == 0"#
                .to_owned(),
            summary: "The shop {{ $labels.shop }} in {{ $labels.namespace }} has not been ready for a while.",
            description: "Its condition Ready is not True; the condition's message names the next step.",
        },
        Alert {
            name: "ShopStalled",
            severity: Severity::Warning,
            lasts: "5m",
            expression: r#"max by (namespace, shop) (shopkeeper_shop_condition{type="Stalled",status="True"}) == 1"#
                .to_owned(),
            summary: "The operator cannot make the shop {{ $labels.shop }} in {{ $labels.namespace }} what it ought to be.",
            description: "It does not become well by itself; the message of the condition Stalled names the next step.",
        },
    ]
}

fn operator() -> Vec<Alert> {
    vec![
        Alert {
            name: "ShopkeeperOperatorDown",
            severity: Severity::Critical,
            lasts: "5m",
            expression: "absent(shopkeeper_leader)".to_owned(),
            summary: "Prometheus hears nothing of the operator.",
            description: "Shops go on selling, but nobody repairs, changes or upgrades them.",
        },
        Alert {
            name: "ShopkeeperNotLeading",
            severity: Severity::Critical,
            lasts: "2m",
            expression: "sum by (namespace) (shopkeeper_leader) == 0".to_owned(),
            summary: "No process of the operator in {{ $labels.namespace }} leads.",
            description: "They run, but none holds the Lease, so nobody looks after the Shops.",
        },
        Alert {
            name: "ShopkeeperOperatorStalled",
            severity: Severity::Critical,
            lasts: "5m",
            expression:
                "sum by (namespace) (increase(shopkeeper_reconcile_duration_seconds_count[15m])) == 0 \
                and on (namespace) sum by (namespace) (shopkeeper_shops) > 0"
                    .to_owned(),
            summary: "The operator in {{ $labels.namespace }} leads, but has looked after no Shop for a quarter of an hour.",
            description: "At rest it looks at each Shop every five minutes.",
        },
        Alert {
            name: "ShopkeeperReconcilesFail",
            severity: Severity::Warning,
            lasts: "15m",
            expression: "sum by (namespace, reason) (rate(shopkeeper_reconcile_errors_total[10m])) > 0"
                .to_owned(),
            summary: "The operator in {{ $labels.namespace }} has to try again and again: {{ $labels.reason }}.",
            description: "Some Shops are not brought to what they say. Its log names them.",
        },
    ]
}
