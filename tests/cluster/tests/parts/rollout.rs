//! Waiting for Deployments and StatefulSets, and watching how long their old Pods take to go.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use cluster::Namespace;
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::core::v1::Pod;
use kit::eventually;
use kube::ResourceExt as _;
use kube::api::ListParams;
use tokio::time::{Instant, interval};

/// How long a rollout may take: four images start, on two cores that have much else to do.
pub(crate) const ROLLS_WITHIN: Duration = Duration::from_secs(300);

/// How often to look: often enough to tell tenths of a second, seldom enough not to be a load.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How a restart went.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Restart {
    /// Until all Pods were new and ready, and all old ones gone.
    pub(crate) took: Duration,
    /// The longest time from a Pod's being told to stop until it was gone.
    pub(crate) longest_stop: Duration,
}

impl fmt::Display for Restart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (took, stop) = (self.took.as_secs_f64(), self.longest_stop.as_secs_f64());
        write!(formatter, "done in {took:.1} s, the longest stop {stop:.1} s")
    }
}

/// Waits until a part's Deployment or StatefulSet has only Pods of its present template, all of them ready, and
/// its earlier Pods are gone.
pub(crate) async fn finished(namespace: &Namespace, name: &str) -> Restart {
    let began = Instant::now();
    let pods = namespace.api::<Pod>();
    let of_this_part = ListParams::default().labels(&format!("app.kubernetes.io/name={name}"));
    let mut told_to_stop = BTreeMap::<String, Instant>::new();
    let mut longest_stop = Duration::ZERO;
    let mut looks = interval(LOOK_EVERY);
    eventually(ROLLS_WITHIN, &format!("{name} is rolled out"), async || {
        looks.tick().await;
        let pods = pods.list(&of_this_part).await.map_err(|error| error.to_string())?.items;
        let uids = pods.iter().filter_map(|pod| pod.uid()).collect::<Vec<_>>();
        for (_, since) in told_to_stop.extract_if(.., |uid, _| !uids.contains(uid)) {
            longest_stop = longest_stop.max(since.elapsed());
        }
        let stopping = pods.iter().filter(|pod| pod.metadata.deletion_timestamp.is_some());
        for uid in stopping.filter_map(|pod| pod.uid()) {
            told_to_stop.entry(uid).or_insert_with(Instant::now);
        }
        let state = state(namespace, name).await?;
        if state.is_done && told_to_stop.is_empty() {
            Ok(())
        } else {
            Err(format!("{}; {}", state.told, pods.iter().map(describe).collect::<Vec<_>>().join(", ")))
        }
    })
    .await;
    Restart { took: began.elapsed(), longest_stop }
}

struct State {
    is_done: bool,
    told: String,
}

async fn state(namespace: &Namespace, name: &str) -> Result<State, String> {
    if let Some(deployment) =
        namespace.api::<Deployment>().get_opt(name).await.map_err(|error| error.to_string())?
    {
        let wanted = deployment.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
        let generation = deployment.metadata.generation;
        let status = deployment.status.unwrap_or_default();
        let is_done = status.observed_generation >= generation
            && [status.replicas, status.updated_replicas, status.available_replicas] == [Some(wanted); 3];
        return Ok(State { is_done, told: format!("{:?} of {wanted} are ready", status.available_replicas) });
    }
    let set = namespace.api::<StatefulSet>().get(name).await.map_err(|error| error.to_string())?;
    let wanted = set.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
    let generation = set.metadata.generation;
    let status = set.status.unwrap_or_default();
    let is_done = status.observed_generation >= generation
        && status.current_revision == status.update_revision
        && status.replicas == wanted
        && status.ready_replicas == Some(wanted);
    Ok(State { is_done, told: format!("{:?} of {wanted} are ready", status.ready_replicas) })
}

/// A Pod in a few words: what its container waits for, or how it is.
fn describe(pod: &Pod) -> String {
    let status = pod.status.as_ref();
    let containers = status.and_then(|status| status.container_statuses.as_deref()).unwrap_or_default();
    let waiting = containers.iter().find_map(|container| {
        let state = container.state.as_ref()?;
        let waiting = state.waiting.as_ref()?;
        Some(format!("{} {}", waiting.reason.as_deref()?, waiting.message.as_deref().unwrap_or_default()))
    });
    let phase = || status.and_then(|status| status.phase.clone()).unwrap_or_default();
    format!("{}: {}", pod.name_any(), waiting.unwrap_or_else(phase))
}
