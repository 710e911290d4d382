//! Autoscalers where they are asked for, and budgets of disruption where a part may have several Pods. A budget for
//! a single Pod would only keep nodes from being drained.

use serde_json::json;

use super::{Child, Context};
use crate::component::{Component, Part};
use crate::kind::Kind;
use crate::labels;
use crate::names;
use crate::plan::Replicas;

pub(super) fn of(context: &Context) -> Vec<Child> {
    Part::ALL
        .into_iter()
        .flat_map(|part| [budget(context, part), autoscaler(context, part)])
        .flatten()
        .collect()
}

fn budget(context: &Context, part: Part) -> Option<Child> {
    if !context.plan.replicas(part).may_be_several() {
        return None;
    }
    let selector = labels::selector(context.shop(), Component::Part(part));
    let body = json!({"spec": {"maxUnavailable": 1, "selector": {"matchLabels": selector}}});
    let name = names::of_part(context.shop(), part);
    Some(context.child(Kind::PodDisruptionBudget, part.name(), name, body))
}

fn autoscaler(context: &Context, part: Part) -> Option<Child> {
    let Replicas::Autoscaled(autoscaling) = context.plan.replicas(part) else { return None };
    let name = names::of_part(context.shop(), part);
    let target = json!({"type": "Utilization", "averageUtilization": autoscaling.target_cpu_percent});
    let body = json!({"spec": {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
        "minReplicas": autoscaling.min_replicas,
        "maxReplicas": autoscaling.max_replicas,
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
    }});
    Some(context.child(Kind::HorizontalPodAutoscaler, part.name(), name, body))
}
