//! The way in: the three services by path, everything else to the storefront.

use serde_json::{Value, json};

use super::{Child, Context};
use crate::component::Part;
use crate::kind::Kind;
use crate::names;

/// Which paths lead to which service; all others lead to the storefront.
const API: [(&str, Part); 6] = [
    ("/api/user", Part::User),
    ("/api/users", Part::User),
    ("/api/product", Part::Product),
    ("/api/products", Part::Product),
    ("/api/order", Part::Order),
    ("/api/orders", Part::Order),
];

pub(super) fn of(context: &Context) -> Vec<Child> {
    let exposure = &context.observed.spec.exposure;
    let Some(host) = &context.observed.spec.host else { return Vec::new() };
    let api = if exposure.api { &API[..] } else { &[] };
    let routes: Vec<(&str, Part)> = api.iter().copied().chain([("/", Part::Storefront)]).collect();
    if let Some(ingress) = &exposure.ingress {
        let path = |(path, part): &(&str, Part)| {
            let service = json!({"name": names::of_part(context.shop(), *part), "port": {"name": "public"}});
            json!({"path": path, "pathType": "Prefix", "backend": {"service": service}})
        };
        let paths: Vec<Value> = routes.iter().map(path).collect();
        let tls = ingress.tls_secret_name.as_ref();
        let body = json!({"spec": {
            "ingressClassName": ingress.class_name,
            "tls": tls.map(|secret| json!([{"hosts": [host], "secretName": secret}])),
            "rules": [{"host": host, "http": {"paths": paths}}],
        }});
        return vec![context.child(Kind::Ingress, "exposure", context.shop().to_owned(), body)];
    }
    let Some(gateway) = exposure.gateway.as_ref().filter(|_| context.observed.has_kind(Kind::HttpRoute))
    else {
        return Vec::new();
    };
    let rule = |(path, part): &(&str, Part)| {
        let service = json!({
            "group": "", "kind": "Service", "name": names::of_part(context.shop(), *part), "port": 80, "weight": 1,
        });
        json!({"matches": [{"path": {"type": "PathPrefix", "value": path}}], "backendRefs": [service]})
    };
    let rules: Vec<Value> = routes.iter().map(rule).collect();
    let parents: Vec<Value> = gateway
        .parent_refs
        .iter()
        .map(|parent| {
            json!({
                "group": "gateway.networking.k8s.io", "kind": "Gateway", "name": parent.name,
                "namespace": parent.namespace, "sectionName": parent.section_name,
            })
        })
        .collect();
    let body = json!({"spec": {"parentRefs": parents, "hostnames": [host], "rules": rules}});
    vec![context.child(Kind::HttpRoute, "exposure", context.shop().to_owned(), body)]
}
