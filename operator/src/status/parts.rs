//! How many Pods of each part there are, and of which version.

use std::collections::BTreeSet;

use shop::PartStatus;

use super::{Seen, is_ready};
use crate::component::{Component, Part};
use crate::kind::Kind;
use crate::names;
use crate::plan::Replicas;

/// The parts in the order of the definition.
pub(super) fn of(seen: &Seen) -> Vec<PartStatus> {
    [Part::Storefront, Part::User, Part::Product, Part::Order].map(|part| of_part(seen, part)).into()
}

fn of_part(seen: &Seen, part: Part) -> PartStatus {
    let component = Component::Part(part);
    let kind = if seen.plan.has_volume(component) { Kind::StatefulSet } else { Kind::Deployment };
    let live = seen.observed.object(kind, &names::of_part(&seen.observed.name, part));
    let live_count = live.and_then(|live| live.data["spec"]["replicas"].as_i64());
    let desired = match seen.plan.replicas(part) {
        Replicas::Fixed(count) => *count,
        Replicas::Autoscaled(autoscaling) => {
            live_count.and_then(|count| count.try_into().ok()).unwrap_or(autoscaling.min_replicas)
        }
    };
    let version = |pod: &kube::core::DynamicObject| {
        pod.metadata.labels.as_ref()?.get("app.kubernetes.io/version").cloned()
    };
    let versions: BTreeSet<String> =
        seen.pods(component).filter(|pod| is_ready(pod)).filter_map(version).collect();
    PartStatus {
        name: part.name().to_owned(),
        ready: seen.ready_pods(component).try_into().unwrap_or(i32::MAX),
        desired,
        // While it changes, the older one: that of which nobody may say that it is gone.
        version: versions.into_iter().next().unwrap_or_default(),
    }
}

/// The version that all parts run, if it is one.
pub(super) fn common_version(parts: &[PartStatus]) -> Option<String> {
    let mut versions = parts.iter().filter(|part| part.desired > 0).map(|part| &part.version);
    let first = versions.next()?;
    (!first.is_empty() && versions.all(|version| version == first)).then(|| first.clone())
}

/// Whether anything of a part answers.
pub(super) fn is_up(parts: &[PartStatus], part: Part) -> bool {
    parts.iter().any(|status| status.name == part.name() && status.ready > 0)
}
