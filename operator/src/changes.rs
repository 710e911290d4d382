//! What has to be done so that the objects of a Shop are as they ought to be: a pure comparison. Where nothing
//! differs, nothing is done.

mod ownership;
mod turns;

use kube::ResourceExt as _;
use kube::core::DynamicObject;
use serde_json::Value;

use crate::build::Child;
use crate::component::Component;
use crate::differs::first_difference;
use crate::kind::Kind;
use crate::labels;
use crate::observe::Observed;
use crate::plan::{Plan, Replicas};

pub use ownership::Ownership;
pub use turns::is_settled;

/// One thing to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Make an object that is not there.
    Create(Child),
    /// Put an object right; `because` names the field that differs.
    Apply { child: Child, because: String },
    /// Only change how many Pods a workload runs.
    Scale { kind: Kind, name: String, replicas: i32 },
    /// Remove an object that is not wanted any more: this one and no other of its name.
    Delete { kind: Kind, name: String, uid: String, resource_version: String },
}

impl Change {
    /// Whether Pods come, go or change by it.
    pub fn is_of_pods(&self) -> bool {
        match self {
            Self::Create(child) | Self::Apply { child, .. } => child.kind.is_workload(),
            Self::Scale { .. } => true,
            Self::Delete { kind, .. } => kind.is_workload(),
        }
    }
}

/// What has to be done, and what can't be done now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    pub now: Vec<Change>,
    /// Objects of somebody else that have a name which the Shop needs, as in `Service tea-user`.
    pub taken: Vec<String>,
    /// Objects that are about to go, in whose place new ones will be made.
    pub leaving: Vec<String>,
    /// Components whose Pods wait for others before they change.
    pub waiting: Vec<Component>,
    /// Components that are changing or not yet as they ought to be.
    pub unsettled: Vec<Component>,
}

/// Compares what there is with what ought to be.
pub fn decide(observed: &Observed, plan: &Plan, children: &[Child]) -> Changes {
    let mut changes = Changes::default();
    let turns = turns::of(observed, children);
    changes.unsettled = turns.unsettled;
    for child in children {
        let Some(live) = observed.object(child.kind, &child.name) else {
            if turns::waits_for_its_server(observed, plan, child) {
                changes.waiting.extend(child.pods.as_ref().map(|pods| pods.component));
            } else {
                changes.now.push(Change::Create(child.clone()));
            }
            continue;
        };
        match Ownership::of(observed, child.kind, live) {
            Ownership::Stranger => changes.taken.push(format!("{} {}", child.kind.name(), child.name)),
            Ownership::Leaving => changes.leaving.push(format!("{} {}", child.kind.name(), child.name)),
            Ownership::Ours | Ownership::Inherited => {
                let component = child.pods.as_ref().map(|pods| pods.component);
                let is_held = component.is_some_and(|component| turns.held.contains(&component));
                if is_held {
                    changes.waiting.extend(component);
                    changes.now.extend(resize(child, live));
                } else {
                    changes.now.extend(put_right(plan, child, live));
                }
            }
        }
    }
    changes.now.extend(no_longer_wanted(observed, children));
    changes.waiting.sort();
    changes
}

fn put_right(plan: &Plan, child: &Child, live: &DynamicObject) -> Vec<Change> {
    let mut changes = Vec::new();
    let live_value = serde_json::to_value(live).unwrap_or_default();
    let mark = |object: &Value| object["metadata"]["annotations"][labels::DESIRED].clone();
    // Where the marks differ, a field may be there that is not wanted any more, though all that is wanted is there.
    let is_outdated = mark(&child.manifest) != mark(&live_value);
    let because = first_difference(&child.manifest, &live_value).or(is_outdated.then(String::new));
    let autoscaling = child.pods.as_ref().and_then(|pods| match pods.component {
        Component::Part(part) => match plan.replicas(part) {
            Replicas::Autoscaled(autoscaling) => Some(autoscaling),
            Replicas::Fixed(_) => None,
        },
        Component::Postgres(_) => None,
    });
    if let Some(autoscaling) = autoscaling {
        let now = replicas(live);
        let scale = |replicas| Change::Scale { kind: child.kind, name: child.name.clone(), replicas };
        if now == 0 {
            // An autoscaler leaves a workload of no Pods alone.
            changes.push(scale(autoscaling.min_replicas));
        } else if because.is_some() {
            // The number must have an owner before we let go of it, or else it becomes 1.
            changes.push(scale(now));
        }
    }
    changes.extend(because.map(|because| Change::Apply { child: child.clone(), because }));
    changes
}

/// What a held workload may be changed in at once: the number of its Pods.
fn resize(child: &Child, live: &DynamicObject) -> Option<Change> {
    let wanted = child.pods.as_ref()?.replicas?;
    let scale = Change::Scale { kind: child.kind, name: child.name.clone(), replicas: wanted };
    (replicas(live) != wanted).then_some(scale)
}

fn replicas(live: &DynamicObject) -> i32 {
    live.data["spec"]["replicas"].as_i64().and_then(|count| count.try_into().ok()).unwrap_or(1)
}

fn no_longer_wanted(observed: &Observed, children: &[Child]) -> Vec<Change> {
    let is_wanted =
        |kind: Kind, name: &str| children.iter().any(|child| child.kind == kind && child.name == name);
    observed
        .objects
        .iter()
        .filter(|((kind, name), _)| *kind != Kind::Pod && !kind.holds_data() && !is_wanted(*kind, name))
        .filter(|((kind, _), live)| Ownership::of(observed, *kind, live) == Ownership::Ours)
        .filter_map(|((kind, name), live)| {
            Some(Change::Delete {
                kind: *kind,
                name: name.clone(),
                uid: live.uid()?,
                resource_version: live.resource_version()?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
