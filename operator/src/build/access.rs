//! Who may talk to whom: everything is closed, and exactly the edges that a shop consists of are open.

use serde_json::{Value, json};

use super::{Child, Context};
use crate::component::{Component, Part};
use crate::kind::Kind;
use crate::labels;
use crate::names;
use crate::plan::Engine;

const PUBLIC: u16 = 8080;
const INTERNAL: u16 = 9080;
const POSTGRES: u16 = 5432;

pub(super) fn of(context: &Context) -> Vec<Child> {
    let everything = json!({"matchLabels": {labels::SHOP: context.shop()}});
    let closed = policy(context, names::closed(context.shop()), "shop", everything, vec![], vec![]);
    let mut policies = vec![closed];
    for component in context.plan.components() {
        let (ingress, egress) = match component {
            Component::Part(part) => (into(context, part), out_of(context, part)),
            Component::Postgres(service) => {
                (vec![from(peers(context, &[Component::Part(service)]), &[POSTGRES])], Vec::new())
            }
        };
        let selector = json!({"matchLabels": labels::selector(context.shop(), component)});
        let name = names::of(context.shop(), component);
        policies.push(policy(context, name, &component.name(), selector, ingress, egress));
    }
    policies
}

fn policy(
    context: &Context,
    name: String,
    component: &str,
    selector: Value,
    ingress: Vec<Value>,
    egress: Vec<Value>,
) -> Child {
    let body = json!({"spec": {
        "podSelector": selector, "policyTypes": ["Ingress", "Egress"], "ingress": ingress, "egress": egress,
    }});
    context.child(Kind::NetworkPolicy, component, name, body)
}

/// Who asks a part on its public and on its internal port.
fn into(context: &Context, part: Part) -> Vec<Value> {
    use Part::{Order, Product, Storefront, User};
    let (asks_in_public, asks_inside): (&[Part], &[Part]) = match part {
        Storefront => (&[], &[]),
        User => (&[Storefront], &[Storefront, Product, Order]),
        Product => (&[Storefront], &[Storefront, Order]),
        Order => (&[Storefront], &[Product]),
    };
    let is_open = part == Storefront || context.observed.spec.exposure.api;
    let mut public = parts(context, asks_in_public);
    if is_open {
        public.extend(namespaces(&context.settings.ingress_namespaces));
    }
    let mut inside = parts(context, asks_inside);
    inside.extend(namespaces(&context.settings.monitoring_namespaces));
    [(public, PUBLIC), (inside, INTERNAL)]
        .into_iter()
        // No peers would mean anybody.
        .filter(|(peers, _)| !peers.is_empty())
        .map(|(peers, port)| from(peers, &[port]))
        .collect()
}

/// Whom a part asks.
fn out_of(context: &Context, part: Part) -> Vec<Value> {
    use Part::{Order, Product, Storefront, User};
    let (public, inside): (&[Part], &[Part]) = match part {
        Storefront => (&[User, Product, Order], &[User, Product]),
        User => (&[], &[]),
        Product => (&[], &[User, Order]),
        Order => (&[], &[User, Product]),
    };
    let mut rules: Vec<Value> = [(public, PUBLIC), (inside, INTERNAL)]
        .into_iter()
        .filter(|(asked, _)| !asked.is_empty())
        .map(|(asked, port)| to(parts(context, asked), &[port]))
        .collect();
    if part.is_service() {
        match context.plan.engine {
            Engine::Sqlite => {}
            Engine::Postgres => rules.push(to(peers(context, &[Component::Postgres(part)]), &[POSTGRES])),
            Engine::External => {
                let external = context.observed.references.external.get(&part);
                // Where it is, only its own name server knows.
                rules.extend(external.map(|external| json!({"ports": ports(&[external.port])})));
            }
        }
    }
    let endpoint = context.settings.otlp_endpoint.as_deref().and_then(port_of);
    rules.extend(endpoint.map(|port| json!({"ports": ports(&[port])})));
    rules.push(names_of_hosts(context));
    rules
}

/// The cluster's DNS, and a cache of it on the node.
fn names_of_hosts(context: &Context) -> Value {
    let mut servers = namespaces(&context.settings.dns_namespaces);
    servers.push(json!({"ipBlock": {"cidr": "169.254.0.0/16"}}));
    json!({"to": servers, "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]})
}

fn from(peers: Vec<Value>, numbers: &[u16]) -> Value {
    json!({"from": peers, "ports": ports(numbers)})
}

fn to(peers: Vec<Value>, numbers: &[u16]) -> Value {
    json!({"to": peers, "ports": ports(numbers)})
}

fn ports(numbers: &[u16]) -> Vec<Value> {
    numbers.iter().map(|port| json!({"port": port, "protocol": "TCP"})).collect()
}

fn parts(context: &Context, parts: &[Part]) -> Vec<Value> {
    let components: Vec<Component> = parts.iter().copied().map(Component::Part).collect();
    peers(context, &components)
}

fn peers(context: &Context, components: &[Component]) -> Vec<Value> {
    let peer = |component: &Component| json!({"podSelector": {"matchLabels": labels::selector(context.shop(), *component)}});
    components.iter().map(peer).collect()
}

fn namespaces(names: &[String]) -> Vec<Value> {
    let names: Vec<&String> = names.iter().filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let one_of = json!({"key": "kubernetes.io/metadata.name", "operator": "In", "values": names});
    vec![json!({"namespaceSelector": {"matchExpressions": [one_of]}})]
}

/// The port of `http://host:4318/path`.
fn port_of(url: &str) -> Option<u16> {
    let url: http::Uri = url.parse().ok()?;
    url.port_u16().or(if url.scheme_str() == Some("https") { Some(443) } else { Some(80) })
}
