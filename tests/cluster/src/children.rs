//! The objects that the operator makes of a Shop, whatever their kind.

use std::fmt;

use serde_json::{Value, json};

use crate::{Cluster, Namespace};

/// Every kind that a Shop is made of: where its API is, its plural, its name.
const KINDS: [(&str, &str, &str); 14] = [
    ("/api/v1", "serviceaccounts", "ServiceAccount"),
    ("/api/v1", "configmaps", "ConfigMap"),
    ("/api/v1", "secrets", "Secret"),
    ("/api/v1", "persistentvolumeclaims", "PersistentVolumeClaim"),
    ("/api/v1", "services", "Service"),
    ("/apis/apps/v1", "deployments", "Deployment"),
    ("/apis/apps/v1", "statefulsets", "StatefulSet"),
    ("/apis/policy/v1", "poddisruptionbudgets", "PodDisruptionBudget"),
    ("/apis/autoscaling/v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler"),
    ("/apis/networking.k8s.io/v1", "networkpolicies", "NetworkPolicy"),
    ("/apis/networking.k8s.io/v1", "ingresses", "Ingress"),
    ("/apis/gateway.networking.k8s.io/v1", "httproutes", "HTTPRoute"),
    ("/apis/monitoring.coreos.com/v1", "servicemonitors", "ServiceMonitor"),
    ("/apis/monitoring.coreos.com/v1", "prometheusrules", "PrometheusRule"),
];

/// One object.
#[derive(Clone, Debug)]
pub struct Child {
    pub kind: &'static str,
    pub name: String,
    /// Where the API server has it.
    pub path: String,
    /// As it was when it was listed or looked at.
    pub object: Value,
}

/// All objects in a namespace that have this label (`name=value`), by kind and name.
///
/// # Panics
/// If they cannot be listed.
pub async fn children(namespace: &Namespace, label: &str) -> Vec<Child> {
    let selector = label.replace('/', "%2F").replace('=', "%3D");
    let mut found = Vec::new();
    for (api, plural, kind) in KINDS {
        let folder = format!("{api}/namespaces/{}/{plural}", namespace.name());
        let list = match namespace.cluster().get(&format!("{folder}?labelSelector={selector}")).await {
            Ok(list) => list,
            Err(kube::Error::Api(status)) if status.code == 404 => continue, // It has no such kind.
            Err(error) => panic!("list {plural}: {error}"),
        };
        for object in list["items"].as_array().into_iter().flatten() {
            let name = object["metadata"]["name"].as_str().expect("an object has a name").to_owned();
            found.push(Child { kind, path: format!("{folder}/{name}"), name, object: object.clone() });
        }
    }
    found
}

impl Child {
    /// The object as it is now.
    ///
    /// # Errors
    /// If it is not there.
    pub async fn now(&self, cluster: &Cluster) -> Result<Value, kube::Error> {
        cluster.get(&self.path).await
    }

    /// Changes it by a merge patch.
    ///
    /// # Panics
    /// If the API server refuses that.
    pub async fn patch(&self, cluster: &Cluster, patch: &Value) {
        let patched = cluster.merge(&self.path, patch).await;
        patched.unwrap_or_else(|error| panic!("patch {self} by {patch}: {error}"));
    }

    /// Deletes it.
    ///
    /// # Panics
    /// If the API server refuses that.
    pub async fn delete(&self, cluster: &Cluster) {
        let deleted = cluster.delete(&self.path, json!({"propagationPolicy": "Background"})).await;
        deleted.unwrap_or_else(|error| panic!("delete {self}: {error}"));
    }

    pub fn uid(&self) -> &str {
        self.object["metadata"]["uid"].as_str().unwrap_or_default()
    }

    /// The part of the shop that it is of: `user`, `product`, …
    pub fn component(&self) -> &str {
        self.object["metadata"]["labels"]["app.kubernetes.io/component"].as_str().unwrap_or_default()
    }

    /// Whether it runs Pods.
    pub fn is_workload(&self) -> bool {
        matches!(self.kind, "Deployment" | "StatefulSet")
    }
}

impl fmt::Display for Child {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.kind, self.name)
    }
}
