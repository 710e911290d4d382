//! Measured load makes more pods.

use std::time::Duration;

use cluster::{Cluster, is_available, probe_deployment};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt;
use kube::api::ListParams;
use serde_json::json;

/// Measuring takes two rounds of the metrics server (15 s each), deciding one of the autoscaler, and pods must start.
const SCALED_WITHIN: Duration = Duration::from_secs(300);

#[tokio::test]
async fn an_autoscaler_adds_pods_under_load() {
    let cluster = Cluster::connect().await;
    let namespace = cluster.namespace("smoke-scaling").await;
    let mut busy = probe_deployment("busy", 1);
    busy["spec"]["template"]["spec"]["containers"][0]["resources"] =
        json!({"requests": {"cpu": "50m"}, "limits": {"cpu": "200m"}});
    namespace.apply(busy).await;
    namespace
        .apply(json!({
            "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "busy"},
            "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "busy"},
                "minReplicas": 1, "maxReplicas": 2,
                "metrics": [{
                    "type": "Resource",
                    "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}},
                }],
            },
        }))
        .await;
    namespace.until("busy", "one pod is ready", Duration::from_secs(180), is_available).await;
    let pods =
        namespace.api::<Pod>().list(&ListParams::default().labels("app=busy")).await.expect("list pods");
    let probe = namespace.probe_in(&pods.items[0].name_any());
    let two_are_ready = |deployment: Option<&Deployment>| {
        let status = deployment.and_then(|deployment| deployment.status.as_ref());
        status.and_then(|status| status.ready_replicas) == Some(2)
    };
    tokio::select! {
        burnt = probe.ask(&["burn", "--for", "330s"]) => panic!("nothing burns any more: {burnt:?}"),
        _ = namespace.until("busy", "two pods are ready", SCALED_WITHIN, two_are_ready) => {}
    }
}
