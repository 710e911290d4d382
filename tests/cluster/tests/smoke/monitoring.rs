//! What is measured of a cluster: by its own API, and by Prometheus.

use std::time::Duration;

use cluster::{Cluster, probe_deployment, report, service};
use serde_json::json;

/// How long until a new node or target was measured: Prometheus reads its settings again, then comes by every 30 s at most.
const MEASURED_WITHIN: Duration = Duration::from_secs(300);

/// The metrics server is an API of its own behind the API server.
#[tokio::test]
async fn an_aggregated_api_tells_what_nodes_use() {
    let cluster = Cluster::connect().await;
    let nodes = cluster.nodes().await;
    kit::eventually(MEASURED_WITHIN, "every node's use of CPU is told", async || {
        let metrics =
            cluster.get("/apis/metrics.k8s.io/v1beta1/nodes").await.map_err(|error| error.to_string())?;
        let items = metrics["items"].as_array().cloned().unwrap_or_default();
        let uses = |node: &String| {
            let of_node = items.iter().find(|item| item["metadata"]["name"] == node.as_str());
            of_node.and_then(|item| item["usage"]["cpu"].as_str()).is_some_and(|cpu| !cpu.starts_with("0n"))
        };
        if nodes.iter().all(uses) { Ok(()) } else { Err(metrics.to_string()) }
    })
    .await;
}

#[tokio::test]
async fn a_service_monitor_makes_prometheus_scrape_a_service() {
    let cluster = Cluster::connect().await;
    let servers = cluster.get("/apis/monitoring.coreos.com/v1/prometheuses").await.unwrap_or_default();
    let Some(home) = servers["items"][0]["metadata"]["namespace"].as_str() else {
        return report(
            "SKIPPED: a_service_monitor_makes_prometheus_scrape_a_service: the cluster has no Prometheus",
        );
    };
    let namespace = cluster.namespace("smoke-monitor").await;
    namespace.apply(probe_deployment("web", 1)).await;
    namespace.apply(service("web")).await;
    namespace
        .apply(json!({
            "apiVersion": "monitoring.coreos.com/v1", "kind": "ServiceMonitor", "metadata": {"name": "web"},
            "spec": {"selector": {"matchLabels": {"app": "web"}}, "endpoints": [{"port": "http", "interval": "1s"}]},
        }))
        .await;
    // Every Prometheus that its operator runs has this Service.
    let path = format!(
        "/api/v1/namespaces/{home}/services/prometheus-operated:9090/proxy/api/v1/query\
         ?query=probe_requests_total%7Bnamespace%3D%22{}%22%7D",
        namespace.name()
    );
    kit::eventually(MEASURED_WITHIN, "Prometheus has the metric", async || {
        let answer = cluster.get(&path).await.map_err(|error| error.to_string())?;
        let found = answer["data"]["result"][0]["metric"]["service"] == "web";
        if found { Ok(()) } else { Err(answer.to_string()) }
    })
    .await;
}
