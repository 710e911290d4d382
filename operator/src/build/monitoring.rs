//! A ServiceMonitor for the internal ports of the four parts, where the cluster knows that kind.

use serde_json::json;

use super::{Child, Context};
use crate::kind::Kind;
use crate::labels;

pub(super) fn of(context: &Context) -> Vec<Child> {
    if !context.observed.spec.monitoring.enabled || !context.observed.has_kind(Kind::ServiceMonitor) {
        return Vec::new();
    }
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
    vec![context.child(Kind::ServiceMonitor, "monitoring", context.shop().to_owned(), body)]
}
