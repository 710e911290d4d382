//! Whether all is well, whether something is being done about it, and whether somebody has to do something.

use shop::PartStatus;

use super::Seen;
use super::conditions::Verdict;
use super::databases::lost_volume;
use super::trouble;
use crate::component::Component;

/// What does not become well by itself.
pub(super) fn stalled(seen: &Seen) -> Verdict {
    let about = "Stalled";
    let mut taken = seen.changes.taken.iter().chain(&seen.outcome.taken);
    if let Some(object) = taken.next() {
        let message = format!(
            "{object} is there already and belongs to somebody else, so it is left alone: rename or delete it, or give \
             the Shop another name."
        );
        return Verdict::yes(about, "NameTaken", message);
    }
    if let Some(message) = lost_volume(seen) {
        return Verdict::yes(about, "VolumeLost", message);
    }
    if let Some((object, why)) = seen.outcome.refused.first() {
        let message = format!("The API server refuses {object}: {why}");
        return Verdict::yes(about, "Refused", message);
    }
    if let Some(reference) = seen.observed.references.problems().next() {
        let what = reference.problem.as_deref().unwrap_or_default();
        let message = format!(
            "{} {what}, but {} names it: make it in this namespace, or correct the name.",
            reference.object, reference.field
        );
        return Verdict::yes(about, "MissingReference", message);
    }
    let components = seen.plan.components();
    let trouble =
        components.iter().find_map(|component| trouble::of_pods(seen.pods(*component), seen.observed.now));
    match trouble {
        Some(trouble) => Verdict::yes(about, "PodsFailing", trouble),
        None => Verdict::no(about, "Nothing", "Nothing needs anybody's attention."),
    }
}

pub(super) fn reconciling(seen: &Seen, stalled: &Verdict) -> Verdict {
    let about = "Reconciling";
    if seen.observed.spec.paused {
        let message = "spec.paused is true: nothing is changed until it is false.";
        return Verdict::no(about, "Paused", message);
    }
    if !seen.changes.leaving.is_empty() {
        let message = format!("Waiting for an earlier {} to go.", seen.changes.leaving.join(", "));
        return Verdict::yes(about, "Waiting", message);
    }
    if seen.changes.unsettled.is_empty() || stalled.holds {
        return Verdict::no(about, "AsSpecified", "Nothing is being changed.");
    }
    Verdict::yes(about, "RollingOut", progress(seen))
}

fn progress(seen: &Seen) -> String {
    let list = |components: &[Component]| {
        components.iter().map(|component| component.name()).collect::<Vec<_>>().join(", ")
    };
    let (unsettled, waiting) = (&seen.changes.unsettled, &seen.changes.waiting);
    let changing: Vec<Component> =
        unsettled.iter().copied().filter(|component| !waiting.contains(component)).collect();
    match (changing.is_empty(), waiting.is_empty()) {
        (true, true) => "What differs from the Shop is being put right.".to_owned(),
        (false, true) => format!("Not all Pods are ready yet: {}.", list(&changing)),
        (true, false) => format!("To be changed, one after the other: {}.", list(waiting)),
        (false, false) => {
            format!("Changing: {}; after that, one after the other: {}.", list(&changing), list(waiting))
        }
    }
}

pub(super) fn ready(
    seen: &Seen,
    parts: &[PartStatus],
    stalled: &Verdict,
    databases: &Verdict,
    exposed: &Verdict,
) -> Verdict {
    let about = "Ready";
    let removed: Vec<&str> =
        parts.iter().filter(|part| part.desired == 0).map(|part| part.name.as_str()).collect();
    if stalled.holds {
        return Verdict::no(about, stalled.reason, stalled.message.clone());
    }
    if !databases.holds {
        return Verdict::no(about, "DatabasesNotReady", databases.message.clone());
    }
    if !exposed.holds {
        return Verdict::no(about, "NotExposed", exposed.message.clone());
    }
    let missing: Vec<&str> =
        parts.iter().filter(|part| part.ready < part.desired).map(|part| part.name.as_str()).collect();
    let will_change = seen.changes.now.iter().any(crate::changes::Change::is_of_pods);
    if !seen.changes.unsettled.is_empty() || !seen.changes.leaving.is_empty() || will_change {
        return Verdict::no(about, "RollingOut", progress(seen));
    }
    if !missing.is_empty() {
        let message = format!("Not all Pods are ready yet: {}.", missing.join(", "));
        return Verdict::no(about, "PartsNotReady", message);
    }
    if !removed.is_empty() {
        let message = format!(
            "Taken away by spec.parts with replicas 0: {}. Give it one or more to have it back.",
            removed.join(", ")
        );
        return Verdict::no(about, "PartsRemoved", message);
    }
    Verdict::yes(about, "AllReady", "All parts are rolled out and ready.")
}
