//! Where Shops are: namespaces under the `restricted` Pod Security standard; and who has the cluster to itself.

use cluster::{Cluster, Namespace};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

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
