//! A shop of the operator while parts of the cluster are gone. The operator must be installed.

use std::time::Duration;

use cluster::{Cluster, Operator, Seen, Shop, Traffic, report};
use serde_json::json;
use tokio::time::sleep;

use crate::{ALONE, WELL_WITHIN, recovered};

/// How long there is no control plane.
const OUTAGE: Duration = Duration::from_secs(60);

/// How long until the operator looks after its Shops again: its watches try again later and later.
const LOOKED_AFTER_WITHIN: Duration = Duration::from_secs(180);

#[tokio::test]
async fn without_a_control_plane_a_shop_sells_and_the_operator_recovers_by_itself() {
    let _alone = ALONE.lock().await;
    let cluster = Cluster::connect().await;
    let what = "without_a_control_plane_a_shop_sells_and_the_operator_recovers_by_itself";
    let Some(bed) = cluster.bed_or_skip(what) else { return };
    let operator = Operator::of(&cluster);
    if operator.pods().await.is_empty() {
        return report(&format!("SKIPPED: {what}: the operator has no Pods"));
    }
    operator.until_one_leads().await;
    let labels = [("pod-security.kubernetes.io/enforce", "restricted")];
    let town = cluster.labelled_namespace("faults-shop", &labels).await;
    let shop = Shop::open(&town, "tea", json!({"sqlite": {}})).await;
    let traffic = Traffic::begin(shop.door().await.http()).await;

    let stopped = bed.breaks(&["stop"], &["start"]).await;
    sleep(OUTAGE).await;
    let meanwhile = traffic.take().await;
    report(&format!("NOTE: faults: without a control plane: {meanwhile}"));
    meanwhile.expect_no_failure();
    stopped.mend();
    recovered(&cluster).await;
    operator.until_one_leads().await;

    let sold = traffic.end().await;
    report(&format!("NOTE: faults: before, while and after there was no control plane: {sold}"));
    shop.patch(json!({"spec": {"parts": {"user": {"replicas": 0}}}})).await;
    shop.until("nobody can log in", LOOKED_AFTER_WITHIN, |seen: &Seen| {
        seen.is_current() && seen.condition("LogIn").status == "False"
    })
    .await;
    shop.patch(json!({"spec": {"parts": {"user": {"replicas": null}}}})).await;
    shop.until("it is ready", LOOKED_AFTER_WITHIN.max(WELL_WITHIN), Seen::is_ready).await;
}
