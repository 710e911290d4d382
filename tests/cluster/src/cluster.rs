//! A cluster, as its administrator sees it.

use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::Once;
use std::time::Duration;

use k8s_openapi::api::core::v1::Node;
use kube::api::{ApiResource, DynamicObject, ListParams, Patch, PatchParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::discovery::{Scope, pinned_kind};
use kube::runtime::wait::{Condition, await_condition};
use kube::{Api, Client, Config, Resource, ResourceExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Bed, Namespace, report};

/// Who owns the fields that tests set.
const FIELD_MANAGER: &str = "shopkeeper-tests";

/// How long nodes may take until pods are let in: they were just started, or found again.
const TAKES_PODS_WITHIN: Duration = Duration::from_secs(180);

/// What begins the names of taints that go by themselves.
const NOT_YET: &str = "node.kubernetes.io/";

/// A cluster to test on. Each test makes its own: connections belong to a test's runtime.
#[derive(Clone)]
pub struct Cluster {
    client: Client,
    bed: Option<Bed>,
}

impl Cluster {
    /// The cluster that `KUBECONFIG` names, or else the bed.
    ///
    /// # Panics
    /// If there is none, with what to do about it.
    pub async fn connect() -> Self {
        static CRYPTOGRAPHY: Once = Once::new();
        CRYPTOGRAPHY.call_once(|| {
            // It fails only if somebody chose before, and here all choose the same.
            let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        });
        let (kubeconfig, bed) = match std::env::var_os("KUBECONFIG") {
            Some(path) => {
                let path = PathBuf::from(path);
                let bed = Bed::of_kubeconfig(&path);
                (path, bed)
            }
            None => {
                let bed = Bed::of_environment();
                (bed.kubeconfig().await, Some(bed))
            }
        };
        let read = Kubeconfig::read_from(&kubeconfig).unwrap_or_else(|error| {
            panic!("no cluster: {error}; `tests/cluster/bed up` brings one up, or set KUBECONFIG")
        });
        let config = Config::from_custom_kubeconfig(read, &KubeConfigOptions::default()).await;
        let client = Client::try_from(config.expect("understand the kubeconfig")).expect("make a client");
        Self { client, bed }
    }

    /// The bed, if the cluster is one; else `None`, after saying that `what` is skipped for want of it.
    pub fn bed_or_skip(&self, what: &str) -> Option<&Bed> {
        if self.bed.is_none() {
            report(&format!("SKIPPED: {what}: needs the bed command, and KUBECONFIG names another cluster"));
        }
        self.bed.as_ref()
    }

    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// The objects of a kind in all namespaces, or those outside of namespaces.
    pub fn all<K: Resource<DynamicType = ()>>(&self) -> Api<K> {
        Api::all(self.client())
    }

    /// A new namespace for a test, which goes with the value returned. Its name begins with `name`.
    pub async fn namespace(&self, name: &str) -> Namespace {
        self.labelled_namespace(name, &[]).await
    }

    /// As [`namespace`](Self::namespace), with labels.
    pub async fn labelled_namespace(&self, name: &str, labels: &[(&str, &str)]) -> Namespace {
        Namespace::create(self, name, labels).await
    }

    /// The names of the nodes that take pods, in order; it waits for those that don't yet.
    ///
    /// # Panics
    /// If there is none.
    pub async fn nodes(&self) -> Vec<String> {
        let mut names = kit::eventually(TAKES_PODS_WITHIN, "nodes take pods", async || {
            let nodes = self.all::<Node>().list(&ListParams::default()).await;
            let mut names = Vec::new();
            for node in nodes.map_err(|error| error.to_string())? {
                let taints = node.spec.iter().flat_map(|spec| spec.taints.iter().flatten());
                let refusing = taints.filter(|taint| taint.effect != "PreferNoSchedule").collect::<Vec<_>>();
                if let Some(taint) = refusing.iter().find(|taint| taint.key.starts_with(NOT_YET)) {
                    return Err(format!("{} is {}", node.name_any(), taint.key));
                }
                if refusing.is_empty() {
                    names.push(node.name_any());
                }
            }
            Ok(names)
        })
        .await;
        names.sort();
        assert!(!names.is_empty(), "no node takes pods");
        names
    }

    /// What the API server answers to a path, as in `/apis/metrics.k8s.io/v1beta1/nodes`.
    ///
    /// # Errors
    /// If it does not answer, or not with 2xx.
    pub async fn get(&self, path: &str) -> Result<Value, kube::Error> {
        let request = http::Request::get(path).body(Vec::new()).expect("a path");
        self.client.request(request).await
    }

    /// Changes the object at a path by a merge patch; the object as it is then.
    ///
    /// # Errors
    /// If it is refused.
    pub async fn merge(&self, path: &str, patch: &Value) -> Result<Value, kube::Error> {
        self.send("PATCH", path, "application/merge-patch+json", patch).await
    }

    /// Deletes the object at a path, with options as the API server takes them.
    ///
    /// # Errors
    /// If it is refused.
    pub async fn delete(&self, path: &str, options: Value) -> Result<Value, kube::Error> {
        self.send("DELETE", path, "application/json", &options).await
    }

    /// Sends a body to a path.
    ///
    /// # Errors
    /// If the API server does not answer, or not with 2xx.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        content_type: &str,
        body: &Value,
    ) -> Result<Value, kube::Error> {
        let body = serde_json::to_vec(body).expect("JSON");
        let request = http::Request::builder().method(method).uri(path).header("content-type", content_type);
        self.client.request(request.body(body).expect("a request")).await
    }

    /// Makes an object as the manifest says, or changes it; `namespace` is where it goes if its kind has one and
    /// the manifest does not say.
    ///
    /// # Panics
    /// If the cluster refuses it.
    pub async fn apply(&self, namespace: &str, manifest: Value) -> DynamicObject {
        let object: DynamicObject =
            serde_json::from_value(manifest).expect("an object with apiVersion and kind");
        let types = object.types.clone().expect("apiVersion and kind");
        let name = object.name_any();
        let kind = (&types).try_into().expect("apiVersion and kind");
        let found = pinned_kind(&self.client, &kind).await;
        let (resource, capabilities): (ApiResource, _) =
            found.unwrap_or_else(|error| panic!("the cluster knows no {kind:?}: {error}"));
        let api: Api<DynamicObject> = match capabilities.scope {
            Scope::Cluster => Api::all_with(self.client(), &resource),
            Scope::Namespaced => {
                let namespace = object.namespace().unwrap_or_else(|| namespace.into());
                Api::namespaced_with(self.client(), &namespace, &resource)
            }
        };
        let forced = PatchParams::apply(FIELD_MANAGER).force();
        let applied = api.patch(&name, &forced, &Patch::Apply(&object)).await;
        applied.unwrap_or_else(|error| panic!("apply {} {name}: {error}", types.kind))
    }
}

/// Waits until the object is as `condition` says, and returns it.
///
/// # Panics
/// After `deadline`, with the object as it is then.
pub(crate) async fn until<K>(
    api: Api<K>,
    name: &str,
    what: &str,
    deadline: Duration,
    condition: impl Condition<K>,
) -> K
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Serialize + Send + 'static,
{
    let waiting = await_condition(api.clone(), name, condition);
    match tokio::time::timeout(deadline, waiting).await {
        Ok(Ok(Some(object))) => object,
        Ok(Ok(None)) => panic!("{name} is gone; awaited: {what}"),
        Ok(Err(error)) => panic!("watch {name} until {what}: {error}"),
        Err(_) => {
            let mut now =
                serde_json::to_value(api.get_opt(name).await.expect("read it once more")).expect("JSON");
            now["metadata"]["managedFields"].take();
            panic!("not within {deadline:?}: {name}: {what}; it is {now:#}")
        }
    }
}

impl Cluster {
    /// Waits until an object outside of namespaces is as `condition` says, and returns it.
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
        K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Serialize + Send + 'static,
    {
        until(self.all(), name, what, deadline, condition).await
    }
}
