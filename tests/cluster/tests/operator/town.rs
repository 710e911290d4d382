//! Where Shops are: namespaces under the `restricted` Pod Security standard; and who has the cluster to itself.

use std::collections::BTreeMap;
use std::time::Duration;

use cluster::{Cluster, Namespace};
use k8s_openapi::api::core::v1::Pod;
use kit::eventually;
use kube::ResourceExt;
use kube::api::{DeleteParams, ListParams};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio::time::sleep;

/// How long until a Pod has another in its place: it ends after its drain delay, and the other has to start.
const REPLACED_WITHIN: Duration = Duration::from_secs(240);

/// Held together by those who bear others, alone by those who do not.
static CLUSTER: RwLock<()> = RwLock::const_new(());

/// A turn with others.
pub(crate) async fn together() -> RwLockReadGuard<'static, ()> {
    CLUSTER.read().await
}

/// A turn without others.
pub(crate) async fn alone() -> RwLockWriteGuard<'static, ()> {
    CLUSTER.write().await
}

/// A namespace where nothing is admitted that is not restricted.
pub(crate) async fn namespace(cluster: &Cluster, name: &str) -> Namespace {
    let labels = [
        ("pod-security.kubernetes.io/enforce", "restricted"),
        ("pod-security.kubernetes.io/enforce-version", "latest"),
    ];
    cluster.labelled_namespace(name, &labels).await
}

/// How often each container of a namespace was started again.
pub(crate) async fn restarts(town: &Namespace) -> BTreeMap<String, i32> {
    let mut restarts = BTreeMap::new();
    for pod in town.api::<Pod>().list(&ListParams::default()).await.expect("list Pods") {
        let containers = pod.status.iter().flat_map(|status| status.container_statuses.iter().flatten());
        for container in containers {
            restarts.insert(format!("{} of {}", container.name, pod.name_any()), container.restart_count);
        }
    }
    restarts
}

/// No container of the namespace had to be started again.
pub(crate) async fn restarted_nothing(town: &Namespace) {
    restarted_nothing_since(town, &BTreeMap::new()).await;
}

/// No container of the namespace had to be started again since those restarts were counted.
pub(crate) async fn restarted_nothing_since(town: &Namespace, before: &BTreeMap<String, i32>) {
    for (container, count) in restarts(town).await {
        let before = before.get(&container).copied().unwrap_or_default();
        assert_eq!(count, before, "{container} was restarted");
    }
}

/// The Pods of a component of the Shop `tea`.
pub(crate) fn pods_of(component: &str) -> ListParams {
    ListParams::default().labels(&format!("shopkeeper.dev/shop=tea,app.kubernetes.io/component={component}"))
}

/// Deletes a Pod of a component of the Shop `tea`, and waits until there is another one that is ready.
pub(crate) async fn another_after(town: &Namespace, component: &str, how: &DeleteParams) {
    let pods = town.api::<Pod>();
    let before = pods.list(&pods_of(component)).await.expect("list Pods").items;
    let victim = before.first().unwrap_or_else(|| panic!("{component} has no Pods")).name_any();
    let before = before.iter().filter_map(ResourceExt::uid).collect::<Vec<_>>();
    pods.delete(&victim, how).await.expect("delete a Pod");
    eventually(REPLACED_WITHIN, &format!("{component} has another Pod"), async || {
        sleep(Duration::from_millis(200)).await;
        let now = pods.list(&pods_of(component)).await.map_err(|error| error.to_string())?.items;
        let new = now.iter().find(|pod| !before.contains(&pod.uid().unwrap_or_default()));
        if cluster::is_ready(new) { Ok(()) } else { Err(format!("{new:?}")) }
    })
    .await;
}
