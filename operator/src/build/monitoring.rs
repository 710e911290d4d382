//! What Prometheus and Grafana need of a Shop, where the cluster knows the kinds of the Prometheus operator: a
//! ServiceMonitor for the internal ports of the four parts, a PrometheusRule with the Shop's journeys and promises, and
//! its dashboard.

use monitoring::dashboards::{Place, brief};
use monitoring::rules::{Wanted, of_shop};
use serde_json::json;

use super::{Child, Context};
use crate::component::Part;
use crate::kind::Kind;
use crate::plan::Replicas;
use crate::{digest, labels, names};

pub(super) fn of(context: &Context) -> Vec<Child> {
    if !context.observed.spec.monitoring.enabled {
        return Vec::new();
    }
    [monitor(context), rule(context), dashboard(context)].into_iter().flatten().collect()
}

fn monitor(context: &Context) -> Option<Child> {
    let relabelings = json!([
        {"targetLabel": "shop", "replacement": context.shop(), "action": "replace"},
        {
            "sourceLabels": ["__meta_kubernetes_service_label_app_kubernetes_io_component"],
            "targetLabel": "part", "action": "replace",
        },
    ]);
    let body = json!({"spec": {
        "selector": {"matchLabels": {labels::SHOP: context.shop()}},
        "endpoints": [{"port": "internal", "path": "/metrics", "interval": "15s", "relabelings": relabelings}],
    }});
    child(context, Kind::ServiceMonitor, body)
}

fn rule(context: &Context) -> Option<Child> {
    let is_wanted = |part: &Part| !matches!(context.plan.replicas(*part), Replicas::Fixed(0));
    let parts: Vec<&str> = Part::ALL.into_iter().filter(is_wanted).map(Part::name).collect();
    let wanted = Wanted {
        namespace: &context.observed.namespace,
        shop: context.shop(),
        slo: &context.observed.spec.slo,
        parts: &parts,
    };
    child(context, Kind::PrometheusRule, json!({"spec": of_shop(&wanted, &context.settings.runbooks)}))
}

/// What a Prometheus finds by its labels.
fn child(context: &Context, kind: Kind, body: serde_json::Value) -> Option<Child> {
    let labels = &context.settings.monitoring_labels;
    let made = || context.child_labelled(kind, "monitoring", context.shop().to_owned(), body, labels, &[]);
    context.observed.has_kind(kind).then(made)
}

/// A ConfigMap is a kind that every cluster has; a dashboard is of use where there is a Prometheus.
fn dashboard(context: &Context) -> Option<Child> {
    let (labels, annotations) = (&context.settings.dashboard_labels, &context.settings.dashboard_annotations);
    if labels.is_empty() || !context.observed.has_kind(Kind::PrometheusRule) {
        return None;
    }
    let (namespace, shop) = (&context.observed.namespace, context.shop());
    let uid = format!("shop-{}", digest::of(&json!([namespace, shop])));
    let place = Place { namespace, shop, title: &context.observed.spec.title, uid: &uid };
    let text = brief(&place).json(&context.settings.runbooks).to_string();
    let body = json!({"data": {format!("{namespace}-{shop}.json"): text}});
    let name = names::dashboard(shop);
    Some(context.child_labelled(Kind::ConfigMap, "monitoring", name, body, labels, annotations))
}
