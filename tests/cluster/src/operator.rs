//! The operator that is installed on the cluster: its Pods, which of them leads, what it counts.

use std::collections::BTreeMap;
use std::time::Duration;

use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::Pod;
use kit::eventually;
use kube::api::{DeleteParams, ListParams, Preconditions};
use kube::{Api, ResourceExt};
use serde_json::json;

use crate::{Cluster, Probe, address_of, is_ready, probe_pod};

/// Where it is installed.
const NAMESPACE: &str = "shopkeeper-system";

/// What its leader holds.
const LEASE: &str = "shopkeeper-operator";

/// Whose Pods may read its metrics.
const MONITORING: &str = "monitoring";

/// How long until its Pods are there and one of them leads: a lease that was not given back has to run out.
const LEADS_WITHIN: Duration = Duration::from_secs(120);

/// The operator, as an administrator sees it.
pub struct Operator {
    cluster: Cluster,
}

impl Operator {
    pub fn of(cluster: &Cluster) -> Self {
        Self { cluster: cluster.clone() }
    }

    fn pods_api(&self) -> Api<Pod> {
        Api::namespaced(self.cluster.client(), NAMESPACE)
    }

    /// Its Pods that are not about to go. None if it runs elsewhere.
    pub async fn pods(&self) -> Vec<Pod> {
        let pods = self.pods_api().list(&ListParams::default()).await.expect("list the operator's Pods");
        let is_its = |pod: &Pod| {
            let ports =
                pod.spec.iter().flat_map(|spec| &spec.containers).flat_map(|one| one.ports.iter().flatten());
            pod.metadata.deletion_timestamp.is_none()
                && ports.into_iter().any(|port| port.name.as_deref() == Some("http"))
        };
        pods.items.into_iter().filter(is_its).collect()
    }

    /// Waits until all of its Pods are ready and one of them leads; its name.
    ///
    /// # Panics
    /// If that takes too long.
    pub async fn until_one_leads(&self) -> String {
        let leases: Api<Lease> = Api::namespaced(self.cluster.client(), NAMESPACE);
        eventually(LEADS_WITHIN, "the operator's Pods are ready and one leads", async || {
            let pods = self.pods().await;
            let lease = leases.get_opt(LEASE).await.map_err(|error| error.to_string())?;
            let holder = lease.and_then(|lease| lease.spec?.holder_identity).unwrap_or_default();
            let all_ready = pods.iter().all(|pod| is_ready(Some(pod)));
            if all_ready && pods.iter().any(|pod| pod.name_any() == holder) {
                Ok(holder)
            } else {
                Err(format!(
                    "{holder:?} leads of {:?}",
                    pods.iter().map(|pod| pod.name_any()).collect::<Vec<_>>()
                ))
            }
        })
        .await
    }

    /// Kills a Pod: with no time to end, or as an eviction does.
    pub async fn kill(&self, pod: &Pod, at_once: bool) {
        let mut how = DeleteParams::default();
        if at_once {
            how = how.grace_period(0);
        }
        how.preconditions = Some(Preconditions { uid: pod.uid(), resource_version: None });
        // It may be gone by itself.
        let _ = self.pods_api().delete(&pod.name_any(), &how).await;
    }

    /// All of a metric's values, summed over its Pods, by what is in braces.
    ///
    /// # Panics
    /// If a Pod does not tell.
    pub async fn metric(&self, monitor: &Monitor, name: &str) -> BTreeMap<String, f64> {
        let mut sums = BTreeMap::new();
        for pod in self.pods().await {
            let url = format!("http://{}:8080/metrics", address_of(&pod));
            let told = monitor.probe.says(&["get", &url]).await;
            for line in told.lines() {
                let Some(rest) = line.strip_prefix(name).filter(|rest| rest.starts_with(['{', ' '])) else {
                    continue;
                };
                let (labels, value) = rest.rsplit_once(' ').expect("a metric has a value");
                *sums.entry(labels.to_owned()).or_default() += value.parse::<f64>().expect("a number");
            }
        }
        sums
    }
}

/// A Pod where those are who watch: network policies let it in where metrics are told. It goes with the value.
pub struct Monitor {
    pub probe: Probe,
}

impl Monitor {
    /// # Panics
    /// If the cluster has no namespace for those who watch.
    pub async fn start(cluster: &Cluster) -> Self {
        Self::start_in(cluster, MONITORING).await
    }

    /// The same in another namespace that is there already.
    pub async fn start_in(cluster: &Cluster, namespace: &str) -> Self {
        let name = format!("test-{:06x}", rand::random_range(0..0x100_0000));
        let mut pod = probe_pod(&name, None);
        // Should nobody take it away, it ends by itself.
        pod["spec"]["activeDeadlineSeconds"] = json!(3600);
        cluster.apply(namespace, pod).await;
        let pods: Api<Pod> = Api::namespaced(cluster.client(), namespace);
        let monitor = Self { probe: Probe::new(pods.clone(), &name) };
        eventually(LEADS_WITHIN, "the probe among those who watch is ready", async || {
            let pod = pods.get(&name).await.map_err(|error| error.to_string())?;
            if is_ready(Some(&pod)) { Ok(()) } else { Err(format!("{:?}", pod.status)) }
        })
        .await;
        monitor
    }
}

impl Drop for Monitor {
    /// Another thread asks for the deletion, since this one may be in the middle of a panic.
    fn drop(&mut self) {
        let path = self.probe.path();
        let deleting = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let deleted = Cluster::connect().await.delete(&path, json!({})).await;
                deleted.map(drop).unwrap_or_else(|error| println!("{path} stays: {error}"));
            });
        });
        // What it could not say is on standard error already.
        let _ = deleting.join();
    }
}
