//! Pods run on every node, and nodes leave each other's alone.

use cluster::{Cluster, report};
use futures::future::join_all;
use k8s_openapi::api::core::v1::{Event, Pod};
use kube::ResourceExt;
use kube::api::ListParams;

#[tokio::test]
async fn pods_run_on_every_node() {
    let cluster = Cluster::connect().await;
    let nodes = cluster.nodes().await;
    let namespace = cluster.namespace("smoke-pods").await;
    join_all(nodes.iter().map(async |node| {
        let probe = namespace.probe(&format!("on-{node}"), Some(node)).await;
        let answer = probe.says(&["get", "http://127.0.0.1:8080"]).await;
        assert!(answer.starts_with(&format!("on-{node} to ")), "{answer}");
    }))
    .await;
}

/// Two kubelets on one machine end each other's pods unless all that they own is apart. One that cleans up is when it
/// shows: so pods come and go on the first node while the second has one that must not notice.
#[tokio::test]
async fn a_node_that_cleans_up_leaves_the_pods_of_the_other_alone() {
    let cluster = Cluster::connect().await;
    let nodes = cluster.nodes().await;
    let [busy, quiet, ..] = nodes.as_slice() else {
        return report(
            "SKIPPED: a_node_that_cleans_up_leaves_the_pods_of_the_other_alone: there is one node only",
        );
    };
    let namespace = cluster.namespace("smoke-apart").await;
    namespace.probe("stays", Some(quiet)).await;
    let before = containers(&namespace.ready_pod("stays").await);
    for round in 0..3 {
        let name = format!("goes-{round}");
        namespace.probe(&name, Some(busy)).await;
        namespace.delete_pod(&name).await;
    }
    assert_eq!(containers(&namespace.ready_pod("stays").await), before);
    let events = namespace.api::<Event>().list(&ListParams::default()).await.expect("list events");
    let about = |event: &&Event| event.involved_object.name.as_deref() == Some("stays");
    let reasons = events.iter().filter(about).filter_map(|event| event.reason.as_deref()).collect::<Vec<_>>();
    assert!(reasons.contains(&"Started"), "no event tells of the start: {reasons:?}");
    assert!(!reasons.contains(&"Killing") && !reasons.contains(&"SandboxChanged"), "{reasons:?}");
}

/// The pod's containers as its node knows them, and how often they were started again.
fn containers(pod: &Pod) -> Vec<(Option<String>, i32)> {
    let status = pod.status.as_ref().and_then(|status| status.container_statuses.as_ref());
    let status = status.unwrap_or_else(|| panic!("{} has no containers", pod.name_any()));
    status.iter().map(|container| (container.container_id.clone(), container.restart_count)).collect()
}
