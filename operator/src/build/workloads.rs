//! The four parts as workloads. A part with a volume is a StatefulSet, which never runs two Pods of one name; all
//! others are Deployments, whose new Pods are ready before old ones go.

use serde_json::{Value, json};

use super::{Child, Context, pods};
use crate::component::{Component, Part};
use crate::kind::Kind;
use crate::labels;
use crate::names;
use crate::plan::Replicas;

/// How long a new Pod may take until Kubernetes calls a rollout failed.
pub(crate) const PROGRESS_SECONDS: i64 = 120;

/// How long proxies may take to learn that the only Pod of a part is back: traefik looks every 2 s. The next part
/// changes no sooner, so that shoppers never miss two.
const LEARNED_SECONDS: i64 = 3;

pub(super) fn of(context: &Context) -> Vec<Child> {
    Part::ALL.into_iter().map(|part| workload(context, part)).collect()
}

fn workload(context: &Context, part: Part) -> Child {
    let component = Component::Part(part);
    let template = pods::of_part(context, part);
    let replicas = match context.plan.replicas(part) {
        Replicas::Fixed(count) => Some(*count),
        Replicas::Autoscaled(_) => None,
    };
    if context.plan.has_volume(component) {
        let mut body = stateful_set(context, component, template);
        body["spec"]["minReadySeconds"] = json!(LEARNED_SECONDS);
        context.workload(Kind::StatefulSet, component, body, replicas)
    } else {
        let selector = labels::selector(context.shop(), component);
        let body = json!({"spec": {
            "selector": {"matchLabels": selector},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "progressDeadlineSeconds": PROGRESS_SECONDS,
            "revisionHistoryLimit": 2,
            "template": template,
        }});
        context.workload(Kind::Deployment, component, body, replicas)
    }
}

/// A StatefulSet. Its Pods are managed in parallel, since otherwise one that never becomes ready is not replaced by
/// the one that mends it.
pub(super) fn stateful_set(context: &Context, component: Component, template: Value) -> Value {
    json!({"spec": {
        "serviceName": names::of(context.shop(), component),
        "podManagementPolicy": "Parallel",
        "selector": {"matchLabels": labels::selector(context.shop(), component)},
        "updateStrategy": {"type": "RollingUpdate"},
        "revisionHistoryLimit": 2,
        "template": template,
    }})
}
