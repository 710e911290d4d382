//! Volumes that outlive their pods.

use cluster::{Cluster, probe_pod};
use serde_json::{Value, json};

#[tokio::test]
async fn what_one_pod_wrote_another_reads() {
    let cluster = Cluster::connect().await;
    let namespace = cluster.namespace("smoke-volume").await;
    namespace
        .apply(json!({
            "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}},
        }))
        .await;
    namespace.apply(with_volume("writer")).await;
    namespace.ready_pod("writer").await;
    namespace.probe_in("writer").says(&["write", "/data/note", "kept"]).await;
    namespace.delete_pod("writer").await;

    namespace.apply(with_volume("reader")).await;
    namespace.ready_pod("reader").await;
    assert_eq!(namespace.probe_in("reader").says(&["read", "/data/note"]).await, "kept");
}

fn with_volume(name: &str) -> Value {
    let mut pod = probe_pod(name, None);
    pod["spec"]["volumes"] = json!([{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]);
    pod["spec"]["containers"][0]["volumeMounts"] = json!([{"name": "data", "mountPath": "/data"}]);
    pod
}
