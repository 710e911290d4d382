//! What a Shop costs: writes to the API server, and time until it is ready.

use std::collections::BTreeMap;
use std::time::Duration;

use cluster::{Cluster, Monitor, Operator, Shop, report};
use kit::eventually;
use serde_json::json;
use tokio::time::sleep;

use crate::town::{alone, namespace};

/// How long the operator must be silent.
const SILENCE: Duration = Duration::from_secs(60);

/// How long until Shops of earlier cases are gone, and until an operator that was busy has calmed down.
const CALM_WITHIN: Duration = Duration::from_secs(180);

/// How long without a write counts as calm.
const CALM: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_shop_costs_few_writes_when_it_is_made_and_none_at_rest() {
    let _turn = alone().await;
    let cluster = Cluster::connect().await;
    let operator = Operator::of(&cluster);
    if operator.pods().await.is_empty() {
        return report(
            "SKIPPED: a_shop_costs_few_writes_when_it_is_made_and_none_at_rest: the operator has no Pods",
        );
    }
    operator.until_one_leads().await;
    eventually(CALM_WITHIN, "no Shop of another case is left", async || {
        sleep(Duration::from_millis(500)).await;
        let shops =
            cluster.get("/apis/shopkeeper.dev/v1alpha1/shops").await.map_err(|error| error.to_string())?;
        let shops = shops["items"].as_array().map(Vec::len).unwrap_or_default();
        if shops == 0 { Ok(()) } else { Err(format!("{shops} Shops")) }
    })
    .await;
    let town = namespace(&cluster, "cost").await;
    let monitor = Monitor::start(&cluster).await;
    let shop = Shop::named(&town, "tea");
    shop.furnish().await;
    let spec = shop.furnished(json!({"sqlite": {}}));
    let before = writes(&operator, &monitor).await;
    shop.apply(spec).await;
    let took = shop.until_ready().await;
    until_calm(&operator, &monitor).await;
    let after = writes(&operator, &monitor).await;
    let children = shop.children().await.len();
    let made = sum(&after) - sum(&before);
    report(&format!(
        "NOTE: cost: a Shop on SQLite is ready {:.1} s after it was applied; {made} writes for its {children} objects",
        took.as_secs_f64()
    ));
    // Each object once; the status as it changes; some objects again as parts follow each other.
    #[expect(clippy::cast_precision_loss, reason = "some dozens")]
    let bound = 3.0 * children as f64 + 40.0;
    assert!(made <= bound, "{made} writes for {children} objects: {:#?}", difference(&before, &after));

    sleep(SILENCE).await;
    let later = writes(&operator, &monitor).await;
    let told = difference(&after, &later);
    report(&format!("NOTE: cost: {} writes in {SILENCE:?} at rest", sum(&later) - sum(&after)));
    assert!(told.is_empty(), "the operator wrote though nothing had changed: {told:#?}");

    // One that begins anew finds all as it ought to be.
    for pod in operator.pods().await {
        operator.kill(&pod, false).await;
    }
    eventually(CALM_WITHIN, "a new operator has looked after the Shop", async || {
        sleep(Duration::from_millis(500)).await;
        operator.until_one_leads().await;
        let looks = operator.metric(&monitor, "shopkeeper_reconcile_duration_seconds_count").await;
        if sum(&looks) >= 1.0 { Ok(()) } else { Err(looks) }
    })
    .await;
    sleep(CALM).await;
    let told = writes(&operator, &monitor).await;
    assert!(told.is_empty(), "a new operator wrote though nothing had changed: {told:#?}");
    assert!(shop.seen().await.expect("read the Shop").is_ready(), "it is ready as before");
}

/// Waits until nothing was written for a while.
async fn until_calm(operator: &Operator, monitor: &Monitor) {
    eventually(CALM_WITHIN, "the operator has nothing more to write", async || {
        let before = writes(operator, monitor).await;
        sleep(CALM).await;
        let told = difference(&before, &writes(operator, monitor).await);
        if told.is_empty() { Ok(()) } else { Err(told) }
    })
    .await;
}

/// Writes by kind and verb, but for those of the lease, which is renewed every few seconds.
async fn writes(operator: &Operator, monitor: &Monitor) -> BTreeMap<String, f64> {
    let mut writes = operator.metric(monitor, "shopkeeper_api_writes_total").await;
    writes.retain(|labels, _| !labels.contains("\"Lease\""));
    writes
}

fn sum(writes: &BTreeMap<String, f64>) -> f64 {
    writes.values().sum()
}

fn difference(before: &BTreeMap<String, f64>, after: &BTreeMap<String, f64>) -> BTreeMap<String, f64> {
    let since = |(labels, count): (&String, &f64)| {
        let since = count - before.get(labels).copied().unwrap_or_default();
        (since != 0.0).then(|| (labels.clone(), since))
    };
    after.iter().filter_map(since).collect()
}
