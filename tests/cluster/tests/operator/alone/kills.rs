//! The operator is killed at random moments, while Shops are made, changed and deleted: they end as they would have.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use cluster::{Cluster, Namespace, Operator, Seen, Shop, report};
use futures::future::join_all;
use kit::eventually;
use kube::ResourceExt;
use serde_json::{Value, json};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::town::{alone, namespace};

/// Shops at a time.
const AT_ONCE: usize = 5;

/// A Shop's way may take this long while there often is no operator.
const DONE_WITHIN: Duration = Duration::from_secs(420);

/// The longest time between two kills.
const BETWEEN_KILLS_MS: u64 = 5000;

#[tokio::test]
async fn an_operator_that_is_killed_at_random_ends_in_the_same_state_with_the_same_secrets() {
    let _turn = alone().await;
    let cluster = Cluster::connect().await;
    let operator = Operator::of(&cluster);
    if operator.pods().await.is_empty() {
        return report("SKIPPED: an_operator_that_is_killed_at_random: the operator has no Pods");
    }
    let enough = if std::env::var_os("DEEP").is_some() { 50 } else { 1 };
    let town = namespace(&cluster, "kills-calm").await;
    let calm = live(&town, "tea").await;
    let mut in_all = 0;
    while in_all < enough {
        let stop = CancellationToken::new();
        let shops = async {
            let towns = join_all((0..AT_ONCE).map(|_| namespace(&cluster, "kills"))).await;
            let ends = join_all(towns.iter().map(|town| live(town, "tea"))).await;
            stop.cancel();
            ends
        };
        let (ends, kills) = tokio::join!(shops, kill(&operator, &stop));
        report(&format!(
            "NOTE: kills: {AT_ONCE} Shops came and went while the operator was killed {kills} times"
        ));
        for end in ends {
            assert_eq!(end, calm);
        }
        operator.until_one_leads().await;
        // Shops that were quicker than the first kill were at least made.
        in_all += kills.max(1);
    }
}

/// Kills one Pod of the operator after the other; how many.
async fn kill(operator: &Operator, stop: &CancellationToken) -> usize {
    let mut kills = 0;
    while !stop.is_cancelled() {
        // Somebody has to get somewhere between two kills.
        operator.until_one_leads().await;
        let pause = Duration::from_millis(rand::random_range(0..BETWEEN_KILLS_MS));
        if stop.run_until_cancelled(sleep(pause)).await.is_none() {
            break;
        }
        let pods = operator.pods().await;
        let leader = operator.until_one_leads().await;
        // Mostly the one that works.
        let victim = pods.iter().find(|pod| pod.name_any() == leader || rand::random_ratio(1, 4));
        if let Some(victim) = victim {
            operator.kill(victim, rand::random()).await;
            kills += 1;
        }
    }
    kills
}

/// A Shop is made, changed and deleted; the kinds and names of what it was made of before and after the change.
async fn live(town: &Namespace, name: &str) -> [BTreeSet<String>; 2] {
    let shop = Shop::named(town, name);
    shop.furnish().await;
    let mut spec = shop.furnished(json!({"sqlite": {}}));
    spec.as_object_mut().expect("a spec").remove("staff"); // so that its password is generated
    shop.apply(spec.clone()).await;
    let mut secrets = BTreeMap::new();
    ready_with(&shop, &mut secrets).await;
    let made = names(&shop).await;
    assert!(secrets.len() >= 3, "there are generated Secrets: {:?}", secrets.keys());

    spec["theme"] = json!({"accentColor": "#123456"});
    spec["parts"]["storefront"]["replicas"] = json!(2);
    shop.apply(spec).await;
    ready_with(&shop, &mut secrets).await;
    let changed = names(&shop).await;

    shop.delete().await;
    shop.until_gone_but(DONE_WITHIN, |_| false).await;
    [made, changed]
}

/// Waits until the Shop is ready, and watches that no Secret that was seen once ever changes.
async fn ready_with(shop: &Shop<'_>, secrets: &mut BTreeMap<String, Value>) {
    eventually(
        DONE_WITHIN,
        &format!("Shop {} in {} is ready", shop.name, shop.namespace.name()),
        async || {
            sleep(Duration::from_millis(300)).await;
            for child in shop.children().await.into_iter().filter(|child| child.kind == "Secret") {
                let is = json!([child.object["metadata"]["uid"], child.object["data"]]);
                let was = secrets.entry(child.name.clone()).or_insert_with(|| is.clone());
                assert_eq!(*was, is, "{child} of {} was made twice", shop.namespace.name());
            }
            let seen = shop.seen().await?;
            if Seen::is_ready(&seen) { Ok(()) } else { Err(seen.to_string()) }
        },
    )
    .await;
}

async fn names(shop: &Shop<'_>) -> BTreeSet<String> {
    shop.children().await.iter().map(ToString::to_string).collect()
}
