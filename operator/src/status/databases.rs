//! Whether every service has a database that it can use.

use super::Seen;
use super::conditions::Verdict;
use crate::component::{Component, Part};
use crate::kind::Kind;
use crate::plan::{Engine, Replicas, VolumeState};

const ABOUT: &str = "DatabasesReady";

pub(super) fn verdict(seen: &Seen) -> Verdict {
    if let Some(message) = lost_volume(seen) {
        return Verdict::no(ABOUT, "VolumeLost", message);
    }
    match seen.plan.engine {
        Engine::External => {
            let missing =
                seen.observed.references.problems().find(|problem| problem.field.contains("database"));
            match missing {
                Some(problem) => {
                    let what = problem.problem.as_deref().unwrap_or_default();
                    let message = format!(
                        "{} {what}: make it in this namespace, with the connection in its key uri ({}).",
                        problem.object, problem.field
                    );
                    Verdict::no(ABOUT, "ConnectionMissing", message)
                }
                None => Verdict::yes(
                    ABOUT,
                    "ConnectionsKnown",
                    "The connections are known; whether a service reaches its database is told by its readiness.",
                ),
            }
        }
        Engine::Sqlite => {
            let unbound: Vec<&str> = seen
                .plan
                .volumes
                .iter()
                .filter(|volume| is_wanted(seen, volume.component) && !is_bound(seen, &volume.claim))
                .map(|volume| volume.claim.as_str())
                .collect();
            if unbound.is_empty() {
                Verdict::yes(ABOUT, "VolumesBound", "Every service has its volume.")
            } else {
                let message = format!(
                    "No volume yet for {}: see `kubectl describe pvc {}`, and whether the cluster has a storage class.",
                    unbound.join(", "),
                    unbound[0]
                );
                Verdict::no(ABOUT, "VolumesPending", message)
            }
        }
        Engine::Postgres => {
            let servers = Part::SERVICES.map(Component::Postgres);
            let down: Vec<String> = servers
                .into_iter()
                .filter(|server| seen.ready_pods(*server) == 0)
                .map(|server| format!("{}-{}", seen.observed.name, server.name()))
                .collect();
            if down.is_empty() {
                Verdict::yes(ABOUT, "ServersReady", "Every service's PostgreSQL is ready.")
            } else {
                let message = format!(
                    "Not ready: {}. See `kubectl describe pod {}-0` and its log.",
                    down.join(", "),
                    down[0]
                );
                Verdict::no(ABOUT, "ServersNotReady", message)
            }
        }
    }
}

/// What to do about a volume that is gone, if one is.
pub(super) fn lost_volume(seen: &Seen) -> Option<String> {
    seen.plan.volumes.iter().find_map(|volume| {
        let VolumeState::Lost(uid) = &volume.state else { return None };
        Some(format!(
            "The volume {claim} is gone, and with it the data of the {component} part. Put a claim of that name back \
             from a snapshot, or accept an empty one: `kubectl annotate shop {shop} {key}={uid} --overwrite`.",
            claim = volume.claim,
            component = volume.component.name(),
            shop = seen.observed.name,
            key = crate::labels::ACCEPT_LOST_VOLUME,
        ))
    })
}

/// A volume may wait for its first Pod.
fn is_wanted(seen: &Seen, component: Component) -> bool {
    match component {
        Component::Part(part) => *seen.plan.replicas(part) != Replicas::Fixed(0),
        Component::Postgres(_) => true,
    }
}

fn is_bound(seen: &Seen, claim: &str) -> bool {
    let claim = seen.observed.object(Kind::PersistentVolumeClaim, claim);
    claim.is_some_and(|claim| claim.data["status"]["phase"] == "Bound")
}
