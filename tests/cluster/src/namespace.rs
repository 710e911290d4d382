//! A namespace that belongs to one test.

use std::fmt::Debug;
use std::time::Duration;

use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::core::v1::{Event, Namespace as Object, Pod, ServiceAccount};
use kube::api::{DeleteParams, DynamicObject, ListParams, LogParams, PostParams};
use kube::runtime::conditions::is_deleted;
use kube::runtime::wait::{Condition, await_condition};
use kube::{Api, Resource, ResourceExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::cluster::until;
use crate::workload::{is_ready, probe_pod};
use crate::{Cluster, Probe};

/// How long a pod may take until it is ready: its image is there, the machine is busy.
const READY_WITHIN: Duration = Duration::from_secs(180);

/// How long a pod may take until it is gone: its node kills it after its grace period, and says so.
const GONE_WITHIN: Duration = Duration::from_secs(180);

/// How much of each pod's log is told when a test fails.
const LINES_TOLD: i64 = 20;

/// A namespace that is deleted with the value. If the test panics, what happened in it is printed before.
pub struct Namespace {
    name: String,
    cluster: Cluster,
}

impl Namespace {
    pub(crate) async fn create(cluster: &Cluster, name: &str, labels: &[(&str, &str)]) -> Self {
        let name = format!("{name}-{:06x}", rand::random_range(0..0x100_0000));
        let labels = labels.iter().copied().collect::<std::collections::BTreeMap<_, _>>();
        let object = json!({"metadata": {"name": name, "labels": labels}});
        let object: Object = serde_json::from_value(object).expect("a namespace");
        cluster.all().create(&PostParams::default(), &object).await.expect("create a namespace");
        let namespace = Self { name, cluster: cluster.clone() };
        // Without it no pod gets in, and the controller manager makes it in its own time.
        let is_there = |account: Option<&ServiceAccount>| account.is_some();
        namespace.until("default", "it is there", READY_WITHIN, is_there).await;
        namespace
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// The objects of a kind in it.
    pub fn api<K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>>(&self) -> Api<K> {
        Api::namespaced(self.cluster.client(), &self.name)
    }

    /// Makes an object in it as the manifest says, or changes it.
    ///
    /// # Panics
    /// If the cluster refuses it.
    pub async fn apply(&self, manifest: Value) -> DynamicObject {
        self.cluster.apply(&self.name, manifest).await
    }

    /// Waits until an object in it is as `condition` says, and returns it.
    ///
    /// # Panics
    /// After `deadline`, with the object as it is then.
    pub async fn until<K>(
        &self,
        name: &str,
        what: &str,
        deadline: Duration,
        condition: impl Condition<K>,
    ) -> K
    where
        K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>,
        K: Clone + Debug + DeserializeOwned + Serialize + Send + 'static,
    {
        until(self.api(), name, what, deadline, condition).await
    }

    /// Waits until the pod is ready, and returns it.
    ///
    /// # Panics
    /// If it takes longer than three minutes.
    pub async fn ready_pod(&self, name: &str) -> Pod {
        self.until(name, "it is ready", READY_WITHIN, is_ready).await
    }

    /// A pod that serves and asks, on any node or the one that is named, once it is ready.
    pub async fn probe(&self, name: &str, node: Option<&str>) -> Probe {
        self.apply(probe_pod(name, node)).await;
        self.ready_pod(name).await;
        self.probe_in(name)
    }

    /// Deletes the pod, and waits until it is gone.
    ///
    /// # Panics
    /// If it takes longer than three minutes.
    pub async fn delete_pod(&self, name: &str) {
        let pods = self.api::<Pod>();
        let uid = pods.get(name).await.expect("read a pod").uid().expect("a uid");
        pods.delete(name, &DeleteParams::default()).await.expect("delete a pod");
        let gone = timeout(GONE_WITHIN, await_condition(pods, name, is_deleted(&uid))).await;
        gone.unwrap_or_else(|_| panic!("{name} is still there after {GONE_WITHIN:?}")).expect("watch a pod");
    }

    /// The probe in a pod that is there.
    pub fn probe_in(&self, pod: &str) -> Probe {
        Probe::new(self.api(), pod)
    }

    /// What a panicking test leaves to think about.
    async fn account(&self) -> Result<String, kube::Error> {
        let mut lines = Vec::new();
        for pod in self.api::<Pod>().list(&ListParams::default()).await? {
            let status = serde_json::to_string(&pod.status).unwrap_or_default();
            lines.push(format!("pod {}: {status}", pod.name_any()));
        }
        for event in self.api::<Event>().list(&ListParams::default()).await? {
            let of = event.involved_object;
            lines.push(format!(
                "{} {}: {}: {}",
                of.kind.unwrap_or_default(),
                of.name.unwrap_or_default(),
                event.reason.unwrap_or_default(),
                event.message.unwrap_or_default()
            ));
        }
        lines.extend(self.shops().await);
        for pod in self.api::<Pod>().list(&ListParams::default()).await? {
            lines.push(self.end_of_log(&pod.name_any()).await);
        }
        Ok(lines.join("\n  "))
    }

    /// The Shops in it and what they say of themselves; none where the cluster knows no Shops.
    async fn shops(&self) -> Vec<String> {
        let path = format!("/apis/shopkeeper.dev/v1alpha1/namespaces/{}/shops", self.name);
        let found = self.cluster.get(&path).await.unwrap_or_default();
        let shops = found["items"].as_array().cloned().unwrap_or_default();
        let tell = |shop: Value| format!("Shop {}: {:#}", shop["metadata"]["name"], shop["status"]);
        shops.into_iter().map(tell).collect()
    }

    async fn end_of_log(&self, pod: &str) -> String {
        let last = LogParams { tail_lines: Some(LINES_TOLD), ..LogParams::default() };
        let log = self.api::<Pod>().logs(pod, &last).await.unwrap_or_else(|error| error.to_string());
        format!("The last lines of {pod}:\n{log}")
    }
}

impl Drop for Namespace {
    /// Another thread asks for the deletion, since this one may be in the middle of a panic; nobody waits for its end.
    fn drop(&mut self) {
        let panicking = std::thread::panicking();
        let name = self.name.clone();
        let deleting = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let namespace = Namespace { name, cluster: Cluster::connect().await };
                if panicking {
                    println!(
                        "In namespace {}:\n  {}",
                        namespace.name,
                        namespace.account().await.unwrap_or_default()
                    );
                }
                let deleted =
                    namespace.cluster.all::<Object>().delete(&namespace.name, &DeleteParams::default()).await;
                if let Err(error) = deleted {
                    println!("namespace {} stays: {error}", namespace.name);
                }
                std::mem::forget(namespace);
            });
        });
        if deleting.join().is_err() {
            println!("namespace {} stays", self.name);
        }
    }
}
