//! Whose turn it is to change. Components change one after the other, so that a shop never loses more than one at a
//! time, and a version that does not work stops at the first part that it breaks.

use kube::core::DynamicObject;
use serde_json::Value;

use crate::build::Child;
use crate::component::Component;
use crate::kind::Kind;
use crate::labels;
use crate::names;
use crate::observe::Observed;
use crate::plan::{Engine, Plan};

/// Whose turn it is.
pub(super) struct Turns {
    /// Those whose Pods are to change, but not yet.
    pub(super) held: Vec<Component>,
    /// Those that are to change, or have not finished to.
    pub(super) unsettled: Vec<Component>,
}

struct Candidate {
    component: Component,
    /// Its Pods are to be of another form.
    is_pending: bool,
    is_settled: bool,
    /// It is settled, and those who send requests to it have had the time to learn that.
    is_available: bool,
}

/// Decides for the workloads among these objects. Those that are not there yet are made all at once.
pub(super) fn of(observed: &Observed, children: &[Child]) -> Turns {
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut unsettled = Vec::new();
    for child in children {
        let Some(pods) = &child.pods else { continue };
        let Some(live) = observed.object(child.kind, &child.name) else {
            unsettled.push(pods.component);
            continue;
        };
        let form = live.metadata.annotations.as_ref().and_then(|all| all.get(labels::FORM));
        candidates.push(Candidate {
            component: pods.component,
            is_pending: form != Some(&pods.form),
            is_settled: is_settled(live),
            is_available: all_are(live, "availableReplicas"),
        });
    }
    candidates.sort_by_key(|candidate| candidate.component);
    let next = next(&candidates);
    let is_held = |candidate: &&Candidate| candidate.is_pending && Some(candidate.component) != next;
    unsettled.extend(
        candidates
            .iter()
            .filter(|candidate| candidate.is_pending || !candidate.is_settled)
            .map(|candidate| candidate.component),
    );
    Turns { held: candidates.iter().filter(is_held).map(|held| held.component).collect(), unsettled }
}

/// A service that finds no database gives up, so its first Pods are made once its server answers.
pub(super) fn waits_for_its_server(observed: &Observed, plan: &Plan, child: &Child) -> bool {
    let component = child.pods.as_ref().map(|pods| pods.component);
    let Some(Component::Part(part)) = component else { return false };
    if plan.engine != Engine::Postgres || !part.is_service() {
        return false;
    }
    let server = names::of(&observed.name, Component::Postgres(part));
    let is_there = observed.object(Kind::StatefulSet, &server).is_some_and(is_settled);
    !is_there
}

/// A broken component comes first, since the change may mend it. Otherwise it goes in order, and nobody overtakes
/// one that is still changing.
fn next(candidates: &[Candidate]) -> Option<Component> {
    let is_blocking = |candidate: &Candidate| !candidate.is_pending && !candidate.is_available;
    let broken = candidates.iter().find(|candidate| candidate.is_pending && !candidate.is_settled);
    if let Some(broken) = broken
        && !candidates.iter().any(is_blocking)
    {
        return Some(broken.component);
    }
    let position = candidates.iter().position(|candidate| candidate.is_pending)?;
    let is_free = !candidates[..position].iter().any(is_blocking);
    is_free.then(|| candidates[position].component)
}

/// Whether all Pods of a workload are of its newest form, and ready.
pub fn is_settled(live: &DynamicObject) -> bool {
    all_are(live, "readyReplicas")
}

/// Whether all Pods of a workload are of its newest form, and counted there in its status.
fn all_are(live: &DynamicObject, counted: &str) -> bool {
    let status = &live.data["status"];
    let count = |value: &Value| value.as_i64().unwrap_or(0);
    let wanted = live.data["spec"]["replicas"].as_i64().unwrap_or(1);
    let seen = count(&status["observedGeneration"]);
    let of_newest_form = if status["updateRevision"].is_null() {
        count(&status["updatedReplicas"])
    } else if status["currentRevision"] == status["updateRevision"] {
        count(&status["replicas"])
    } else {
        count(&status["updatedReplicas"])
    };
    seen >= live.metadata.generation.unwrap_or(0)
        && of_newest_form >= wanted
        && count(&status[counted]) >= wanted
        && count(&status["replicas"]) == wanted
}

#[cfg(test)]
mod tests {
    use super::{Candidate, next};
    use crate::component::{Component, Part};

    /// Each part by a letter: `.` is as it should be, `p` is to change, `b` is to change and broken, `r` is changing, `n`
    /// has just changed.
    fn next_of(states: &str) -> Option<Component> {
        let candidates: Vec<Candidate> = Part::ALL
            .into_iter()
            .zip(states.chars())
            .map(|(part, state)| Candidate {
                component: Component::Part(part),
                is_pending: "pb".contains(state),
                is_settled: ".pn".contains(state),
                is_available: ".p".contains(state),
            })
            .collect();
        next(&candidates)
    }

    #[test]
    fn one_changes_after_the_other() {
        let part = |part| Some(Component::Part(part));
        for (states, expected) in [
            ("....", None),
            ("pppp", part(Part::User)),
            ("rppp", None),
            ("nppp", None),
            (".ppp", part(Part::Product)),
            ("..rp", None),
            // Whoever comes later does not keep an earlier one from changing.
            ("p..r", part(Part::User)),
            // What is broken may be mended by the change.
            ("ppbp", part(Part::Order)),
            ("r.b.", None),
            ("b.r.", part(Part::User)),
        ] {
            assert_eq!(next_of(states), expected, "{states}");
        }
    }
}
