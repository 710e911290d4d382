//! A shop of the operator while parts of the cluster are gone. The operator must be installed.

use std::collections::BTreeMap;
use std::time::Duration;

use cluster::{Cluster, Namespace, Operator, Seen, Shop, Traffic, is_ready, report};
use k8s_openapi::api::core::v1::{Node, Pod};
use kit::eventually;
use kit::shop::Part;
use kube::ResourceExt;
use kube::api::ListParams;
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::{ALONE, NOTICED_WITHIN, WELL_WITHIN, node_is_ready, recovered};

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

/// How long until what was left of a lost node is forgotten everywhere: Services, connections, circuits.
const AROUND_WITHIN: Duration = Duration::from_secs(240);

/// A volume is a folder of one node here: who has its database on a lost node has none until it is back, and no operator
/// can help that. So the databases are on the node that stays, and a replica of each part is on the one that is cut.
#[tokio::test]
async fn a_shop_with_replicas_goes_on_without_a_node() {
    let _alone = ALONE.lock().await;
    let cluster = Cluster::connect().await;
    let what = "a_shop_with_replicas_goes_on_without_a_node";
    let Some(bed) = cluster.bed_or_skip(what) else { return };
    let operator = Operator::of(&cluster);
    if operator.pods().await.is_empty() {
        return report(&format!("SKIPPED: {what}: the operator has no Pods"));
    }
    operator.until_one_leads().await;
    let nodes = cluster.nodes().await;
    let (stays, goes) = (&nodes[0], nodes.last().expect("a node"));
    assert_ne!(stays, goes, "two nodes");
    let labels = [("pod-security.kubernetes.io/enforce", "restricted")];
    let town = cluster.labelled_namespace("faults-node", &labels).await;
    let shop = Shop::named(&town, "tea");
    shop.furnish().await;
    let mut spec = shop.furnished(json!({"postgres": {}}));
    let closed = bed.breaks(&["kubectl", "cordon", goes], &["kubectl", "uncordon", goes]).await;
    shop.apply(spec.clone()).await;
    shop.until_ready().await;
    closed.mend();
    let closed = bed.breaks(&["kubectl", "cordon", stays], &["kubectl", "uncordon", stays]).await;
    for part in Part::ALL {
        spec["parts"][part.name()]["replicas"] = json!(2);
    }
    shop.apply(spec).await;
    shop.until_ready().await;
    closed.mend();
    shop.until_let_in().await;
    let there = ready_on(&town, goes).await;
    assert_eq!(there.len(), 4, "of each part, and of nothing else: {there:?}");
    let before = restarts_on(&town, stays).await;
    let traffic = Traffic::begin(shop.door().await.http()).await;
    traffic.until_all_well(AROUND_WITHIN).await;

    let began = Instant::now();
    let cut = bed.breaks(&["cut", goes], &["mend", goes]).await;
    cluster
        .until::<Node>(goes, "it is not ready", NOTICED_WITHIN, |node: Option<&Node>| !node_is_ready(node))
        .await;
    report(&format!(
        "NOTE: faults: a node was missed {:.0} s after its cable was pulled",
        began.elapsed().as_secs_f32()
    ));
    let meanwhile = traffic.until_all_well(AROUND_WITHIN).await;
    report(&format!(
        "NOTE: faults: {:.0} s after that cut all went well again: {meanwhile}",
        began.elapsed().as_secs_f32()
    ));
    // The lost replicas have others in their place, and the Shop says so.
    shop.until("it is ready without the node", WELL_WITHIN, Seen::is_ready).await;
    traffic.until_all_well(AROUND_WITHIN).await;

    cut.mend();
    recovered(&cluster).await;
    operator.until_one_leads().await;
    shop.until("it is ready", LOOKED_AFTER_WITHIN.max(WELL_WITHIN), Seen::is_ready).await;
    traffic.until_all_well(AROUND_WITHIN).await;
    let sold = traffic.end().await;
    report(&format!("NOTE: faults: before, while and after a node was cut: {sold}"));
    let after = restarts_on(&town, stays).await;
    for (container, count) in before {
        assert_eq!(after.get(&container), Some(&count), "{container} was started again, or is another one");
    }
}

/// The Pods of a Shop that are ready on a node.
async fn ready_on(town: &Namespace, node: &str) -> Vec<String> {
    let pods = pods_on(town, node).await;
    pods.iter().filter(|pod| is_ready(Some(pod))).map(ResourceExt::name_any).collect()
}

/// How often each container on a node was started again.
async fn restarts_on(town: &Namespace, node: &str) -> BTreeMap<String, i32> {
    let mut restarts = BTreeMap::new();
    for pod in pods_on(town, node).await {
        let containers = pod.status.iter().flat_map(|status| status.container_statuses.iter().flatten());
        for container in containers {
            restarts.insert(format!("{} of {}", container.name, pod.name_any()), container.restart_count);
        }
    }
    restarts
}

async fn pods_on(town: &Namespace, node: &str) -> Vec<Pod> {
    eventually(NOTICED_WITHIN, "Pods are listed", async || {
        let on_node = ListParams::default().fields(&format!("spec.nodeName={node}"));
        town.api::<Pod>().list(&on_node).await.map(|list| list.items).map_err(|error| error.to_string())
    })
    .await
}
