//! The last stage: what there is to say about a Shop. Every message names the next step.

mod capabilities;
mod conditions;
mod databases;
mod exposed;
mod overall;
mod parts;
mod trouble;

use kube::core::DynamicObject;
use shop::{ShopStatus, VolumeStatus};

use crate::apply::Outcome;
use crate::changes::Changes;
use crate::component::Component;
use crate::kind::Kind;
use crate::observe::Observed;
use crate::plan::{Plan, VolumeState};

pub use conditions::{Verdict, transitions};

/// What the status is made of.
pub(crate) struct Seen<'a> {
    pub(crate) observed: &'a Observed,
    pub(crate) plan: &'a Plan,
    pub(crate) changes: &'a Changes,
    pub(crate) outcome: &'a Outcome,
}

/// The status of a Shop.
pub fn of(observed: &Observed, plan: &Plan, changes: &Changes, outcome: &Outcome) -> ShopStatus {
    let seen = Seen { observed, plan, changes, outcome };
    let parts = parts::of(&seen);
    let databases = databases::verdict(&seen);
    let exposed = exposed::verdict(&seen);
    let stalled = overall::stalled(&seen);
    let verdicts = [
        overall::ready(&seen, &parts, &stalled, &databases, &exposed),
        overall::reconciling(&seen, &stalled),
        stalled,
        databases,
        exposed,
        capabilities::browse(&parts),
        capabilities::register(&parts),
        capabilities::log_in(&parts),
        capabilities::order(&parts),
    ];
    ShopStatus {
        observed_generation: Some(observed.generation),
        url: Some(plan.url.clone()),
        version: parts::common_version(&parts),
        conditions: conditions::with_times(observed, &verdicts),
        volumes: volumes(plan),
        parts,
    }
}

/// What is to be remembered of volumes: those that are there, and those that are lost.
fn volumes(plan: &Plan) -> Vec<VolumeStatus> {
    let remembered = |volume: &crate::plan::Volume| match &volume.state {
        VolumeState::New => None,
        VolumeState::Present(uid) | VolumeState::Lost(uid) => {
            Some(VolumeStatus { claim: volume.claim.clone(), uid: uid.clone() })
        }
    };
    plan.volumes.iter().filter_map(remembered).collect()
}

impl Seen<'_> {
    /// The Pods of a component that are not about to go.
    pub(crate) fn pods(&self, component: Component) -> impl Iterator<Item = &DynamicObject> {
        let name = component.name();
        self.observed.all(Kind::Pod).filter(move |pod| {
            let label = |key: &str| pod.metadata.labels.as_ref().and_then(|labels| labels.get(key));
            pod.metadata.deletion_timestamp.is_none() && label("app.kubernetes.io/component") == Some(&name)
        })
    }

    /// How many Pods of a component take part in its Service.
    pub(crate) fn ready_pods(&self, component: Component) -> usize {
        self.pods(component).filter(|pod| is_ready(pod)).count()
    }
}

/// Whether a Pod takes part in its Services.
pub(crate) fn is_ready(pod: &DynamicObject) -> bool {
    let conditions = pod.data["status"]["conditions"].as_array();
    conditions
        .into_iter()
        .flatten()
        .any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
}

#[cfg(test)]
mod tests;
