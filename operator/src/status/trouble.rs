//! What is wrong with a Pod, as far as its status tells, and what to look at.

use k8s_openapi::jiff::{Timestamp, ToSpan as _};
use kube::ResourceExt as _;
use kube::core::DynamicObject;
use serde_json::Value;

use super::is_ready;

/// So often a process may end before somebody is told, where Kubernetes does not pause yet between its starts.
const ENDS: i64 = 3;
/// How long a Pod may look for a node: an autoscaler of nodes may be at work.
const UNSCHEDULED_SECONDS: i64 = 30;
/// How long a Pod may take to be ready: migrations of a large database may take a while.
const UNREADY_SECONDS: i64 = 120;

/// What is wrong with the first of these Pods with which something is.
pub(super) fn of_pods<'a>(pods: impl Iterator<Item = &'a DynamicObject>, now: Timestamp) -> Option<String> {
    pods.filter(|pod| !is_ready(pod)).find_map(|pod| of_pod(pod, now))
}

fn of_pod(pod: &DynamicObject, now: Timestamp) -> Option<String> {
    let (name, status) = (pod.name_any(), &pod.data["status"]);
    let part = pod.labels().get("app.kubernetes.io/component").cloned().unwrap_or_default();
    let containers = ["initContainerStatuses", "containerStatuses"]
        .into_iter()
        .flat_map(|field| status[field].as_array().into_iter().flatten());
    for container in containers {
        let waiting = &container["state"]["waiting"];
        let reason = waiting["reason"].as_str().unwrap_or_default();
        match reason {
            "ImagePullBackOff" | "ErrImagePull" | "InvalidImageName" | "ErrImageNeverPull" => {
                let image = container["image"].as_str().unwrap_or_default();
                return Some(format!(
                    "The image {image} of the {part} part cannot be had ({reason}): correct spec.version, or push the \
                     image. What runs goes on."
                ));
            }
            "CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" => {
                let why = waiting["message"].as_str().unwrap_or_default();
                return Some(format!(
                    "Pod {name} of the {part} part cannot start ({why}): see `kubectl describe pod {name}`."
                ));
            }
            _ => {}
        }
        let ends = container["restartCount"].as_i64().unwrap_or(0);
        if reason == "CrashLoopBackOff" || ends >= ENDS {
            return Some(format!(
                "Pod {name} of the {part} part ends again and again: read `kubectl logs {name} --previous`, and put \
                 spec.version back if it is new."
            ));
        }
    }
    let conditions = status["conditions"].as_array();
    let condition =
        |about: &str| conditions.into_iter().flatten().find(|condition| condition["type"] == about);
    if let Some(scheduled) = condition("PodScheduled")
        && scheduled["status"] == "False"
    {
        if is_older(&scheduled["lastTransitionTime"], now, UNSCHEDULED_SECONDS) {
            let why = scheduled["message"].as_str().unwrap_or_default();
            return Some(format!("No node takes Pod {name} of the {part} part: {why}"));
        }
        return None;
    }
    let since = condition("Ready").map(|ready| &ready["lastTransitionTime"])?;
    is_older(since, now, UNREADY_SECONDS).then(|| {
        format!(
            "Pod {name} of the {part} part has not been ready for two minutes: read `kubectl describe pod {name}` and \
             `kubectl logs {name}`, and put spec.version back if it is new."
        )
    })
}

fn is_older(time: &Value, now: Timestamp, seconds: i64) -> bool {
    let time = time.as_str().and_then(|time| time.parse::<Timestamp>().ok());
    let Some(time) = time else { return false };
    time.checked_add(seconds.seconds()).is_ok_and(|limit| limit < now)
}
