//! Pods, Deployments and Services, as tests make and judge them.

use std::path::PathBuf;
use std::process::Command;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Pod, Service};
use serde_json::{Value, json};

/// The image of `tests/cluster/probe`, which is loaded into the nodes and comes from no registry.
pub const PROBE_IMAGE: &str = "localhost/probe:1";

/// A pod that serves, and from which tests ask. It is allowed everywhere: also where Pod Security is `restricted`.
pub fn probe_pod(name: &str, node: Option<&str>) -> Value {
    let mut spec = probe_pod_spec(&["serve"]);
    spec["nodeName"] = json!(node);
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": spec,
    })
}

/// The spec of a pod with one container, `probe`, which runs the probe with these words.
pub fn probe_pod_spec(words: &[&str]) -> Value {
    json!({
        "terminationGracePeriodSeconds": 1,
        "automountServiceAccountToken": false,
        "securityContext": {
            "runAsNonRoot": true, "runAsUser": 65532, "fsGroup": 65532, "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [{
            "name": "probe", "image": PROBE_IMAGE, "imagePullPolicy": "IfNotPresent", "args": words,
            "ports": [{"name": "http", "containerPort": 8080}],
            "readinessProbe": {"httpGet": {"path": "/metrics", "port": 8080}, "periodSeconds": 1},
            "securityContext": {
                "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": true,
            },
        }],
    })
}

/// A Deployment of such pods, labelled `app: NAME`.
pub fn probe_deployment(name: &str, replicas: u32) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": probe_pod_spec(&["serve"])},
        },
    })
}

/// The Service of the pods labelled `app: NAME`: its port 80 is their port `http`.
pub fn service(name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "labels": {"app": name}},
        "spec": {"selector": {"app": name}, "ports": [{"name": "http", "port": 80, "targetPort": "http"}]},
    })
}

/// The image of PostgreSQL: `SHOPKEEPER_POSTGRES_IMAGE`, else the one that `tests/images` builds, of Debian's major
/// version.
///
/// # Panics
/// If `tests/images` cannot be run.
pub fn postgres_image() -> String {
    if let Ok(image) = std::env::var("SHOPKEEPER_POSTGRES_IMAGE") {
        return image;
    }
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/../images");
    let output = Command::new(program).args(["--list", "postgres"]).output().expect("run tests/images");
    let file = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    let name = file.file_stem().expect("tests/images lists a file").to_string_lossy().into_owned();
    name.replacen("postgres-", "postgres:", 1)
}

/// The address of a Service.
///
/// # Panics
/// If it is headless.
pub fn address_of_service(service: &Service) -> String {
    let address = service.spec.as_ref().and_then(|spec| spec.cluster_ip.clone());
    address.filter(|address| address != "None").expect("a Service with an address")
}

/// Whether all replicas of a Deployment are ready.
pub fn is_available(deployment: Option<&Deployment>) -> bool {
    deployment.is_some_and(|deployment| {
        let wanted = deployment.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
        let ready = deployment.status.as_ref().and_then(|status| status.ready_replicas).unwrap_or(0);
        ready == wanted
    })
}

/// Whether a pod takes part in its Services.
pub fn is_ready(pod: Option<&Pod>) -> bool {
    let conditions = pod.and_then(|pod| pod.status.as_ref()?.conditions.as_ref());
    conditions.into_iter().flatten().any(|condition| condition.type_ == "Ready" && condition.status == "True")
}

/// The pod's address.
///
/// # Panics
/// If it has none yet.
pub fn address_of(pod: &Pod) -> String {
    pod.status.as_ref().and_then(|status| status.pod_ip.clone()).expect("a pod that runs has an address")
}
