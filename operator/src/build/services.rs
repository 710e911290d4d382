//! A Service for each component. A part has two ports: the public one for shoppers and API clients, the internal one
//! for health, metrics and events.

use serde_json::json;

use super::{Child, Context};
use crate::component::Component;
use crate::kind::Kind;
use crate::labels;
use crate::names;

pub(super) fn of(context: &Context) -> Vec<Child> {
    let service = |component: Component| {
        let ports = match component {
            Component::Part(_) => json!([
                {"name": "public", "port": 80, "targetPort": "public", "protocol": "TCP"},
                {"name": "internal", "port": 9080, "targetPort": "internal", "protocol": "TCP"},
            ]),
            Component::Postgres(_) => {
                json!([{"name": "postgres", "port": 5432, "targetPort": "postgres", "protocol": "TCP"}])
            }
        };
        let name = names::of(context.shop(), component);
        let body = json!({"spec": {
            "selector": labels::selector(context.shop(), component),
            "ports": ports,
        }});
        context.child(Kind::Service, &component.name(), name, body)
    };
    context.plan.components().into_iter().map(service).collect()
}
