//! Who reaches whom: exactly the edges that a shop needs. The parts' images hold nothing to ask with, so probes stand in
//! their places, with their labels.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use cluster::{Cluster, Monitor, Namespace, Probe, Shop, address_of, address_of_service, probe_pod};
use futures::future::join_all;
use k8s_openapi::api::core::v1::{Pod, Service};
use kit::eventually;
use kube::Api;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::town::{namespace, together};

/// How long until all policies are in force for all Pods.
const IN_FORCE_WITHIN: Duration = Duration::from_secs(90);

/// How long an edge may take to answer before it counts as closed.
const WITHIN: &str = "1500ms";

/// The shop's ports: public, internal, of its databases.
const PORTS: [u16; 3] = [8080, 9080, 5432];

/// Who stands in the places of whom, and how others are called.
const PARTS: [&str; 4] = ["user", "product", "order", "storefront"];
const SERVICES: [&str; 3] = ["user", "product", "order"];

type Edge = (String, String, u16);

/// The edges that there must be.
fn expected() -> BTreeSet<Edge> {
    let mut edges = BTreeSet::new();
    let mut allow = |from: &str, to: &str, port| edges.insert((from.to_owned(), to.to_owned(), port));
    for part in PARTS {
        allow("ingress", part, 8080);
        allow("monitor", part, 9080);
    }
    for service in SERVICES {
        allow("storefront", service, 8080);
        allow(service, &format!("{service}-postgres"), 5432);
    }
    for (from, to) in [
        ("storefront", "user"),
        ("storefront", "product"),
        ("order", "product"),
        ("product", "order"),
        ("order", "user"),
        ("product", "user"),
    ] {
        allow(from, to, 9080);
    }
    edges
}

#[tokio::test]
async fn parts_reach_whom_they_need_and_nobody_else_does() {
    let _turn = together().await;
    let cluster = Cluster::connect().await;
    let town = namespace(&cluster, "reachability").await;
    let abroad = namespace(&cluster, "reachability-abroad").await;
    // Its policies are there whether its parts are or not; without them there is less to start.
    let shop = Shop::named(&town, "tea");
    shop.furnish().await;
    let mut spec = shop.furnished(json!({"postgres": {}}));
    for part in PARTS {
        spec["parts"][part]["replicas"] = json!(0);
    }
    shop.apply(spec).await;
    shop.until_condition("Ready", "False", "PartsRemoved", cluster::READY_WITHIN).await;

    let mut places = labels_of_places(&shop).await;
    let mut stranger = places["storefront"].clone();
    stranger["shopkeeper.dev/shop"] = json!("coffee");
    places.insert("other-shop".into(), stranger);
    places.insert("neighbour".into(), json!({"app": "neighbour"}));
    let standing =
        places.iter().map(async |(place, labels)| (place.clone(), stand_in(&town, place, labels).await));
    let mut probes = join_all(standing).await.into_iter().collect::<BTreeMap<_, _>>();
    let mut targets =
        probes.iter().map(|(place, one)| (place.clone(), one.1.clone())).collect::<BTreeMap<_, _>>();
    let (ingress, monitor, far) = tokio::join!(
        Monitor::start_in(&cluster, "traefik"),
        Monitor::start(&cluster),
        stand_in(&abroad, "abroad", &places["storefront"])
    );
    targets.insert("abroad".into(), far.1.clone());
    probes.insert("abroad".into(), far);
    for (place, monitor) in [("ingress", &ingress), ("monitor", &monitor)] {
        probes.insert(place.into(), (monitor.probe.clone(), String::new()));
    }

    let wanted = expected();
    eventually(IN_FORCE_WITHIN, "exactly those edges are open that must be", async || {
        sleep(Duration::from_millis(500)).await;
        let open = look(&probes, &targets).await;
        // Where no policy is, everything is open: among those who are not of the shop. That is nobody's concern here.
        let concerns = |(from, to, _): &Edge| [from, to].into_iter().any(|end| is_of_shop(end));
        let open = open.into_iter().filter(concerns).collect::<BTreeSet<_>>();
        let missing = wanted.difference(&open).collect::<Vec<_>>();
        let surplus = open.difference(&wanted).collect::<Vec<_>>();
        if missing.is_empty() && surplus.is_empty() {
            Ok(())
        } else {
            Err(format!("closed: {missing:?}; open: {surplus:?}"))
        }
    })
    .await;

    names_and_the_api_server(&cluster, &probes).await;
}

/// All parts look names up, and none may speak to the API server.
async fn names_and_the_api_server(cluster: &Cluster, probes: &BTreeMap<String, (Probe, String)>) {
    let services: Api<Service> = Api::namespaced(cluster.client(), "default");
    let api_server = services.get("kubernetes").await.expect("the Service of the API server");
    let api_server = format!("{}:443", address_of_service(&api_server));
    let lookup = ["lookup", "--within", "5s", "kubernetes.default.svc.cluster.local."];
    for part in PARTS {
        let probe = &probes[part].0;
        probe.says(&lookup).await;
        let open = probe.opens("tcp", WITHIN, std::slice::from_ref(&api_server)).await;
        assert_eq!(open, [false], "{part} reaches the API server");
    }
    for service in SERVICES {
        let database = format!("{service}-postgres");
        let open = probes[&database].0.opens("tcp", WITHIN, std::slice::from_ref(&api_server)).await;
        assert_eq!(open, [false], "{database} reaches the API server");
    }
}

fn is_of_shop(place: &str) -> bool {
    PARTS.contains(&place) || place.ends_with("-postgres")
}

/// The labels that the Pods of each part and database have, by the part's name.
async fn labels_of_places(shop: &Shop<'_>) -> BTreeMap<String, Value> {
    let children = shop.children().await;
    let workloads = children.iter().filter(|child| child.is_workload());
    let labels = workloads.map(|child| {
        let place = child.name.strip_prefix("tea-").expect("it is called after its Shop").to_owned();
        (place, child.object["spec"]["template"]["metadata"]["labels"].clone())
    });
    let places = labels.collect::<BTreeMap<_, _>>();
    let names = places.keys().map(String::as_str).collect::<BTreeSet<_>>();
    let databases = SERVICES.map(|service| format!("{service}-postgres"));
    let all = PARTS.into_iter().chain(databases.iter().map(String::as_str)).collect::<BTreeSet<_>>();
    assert_eq!(names, all, "the shop has these Deployments and StatefulSets");
    places
}

/// A probe with these labels, which answers on all ports that a shop has; and its address. It is never ready, so no
/// Service leads to it.
async fn stand_in(town: &Namespace, place: &str, labels: &Value) -> (Probe, String) {
    let name = format!("in-place-of-{place}");
    let mut pod = probe_pod(&name, None);
    pod["metadata"]["labels"] = labels.clone();
    let container = &mut pod["spec"]["containers"][0];
    container["args"] = json!(["serve", "--http", PORTS.map(|port| port.to_string()).join(",")]);
    container["readinessProbe"]["httpGet"]["port"] = json!(8099); // where nobody listens
    town.apply(pod).await;
    let runs = |pod: Option<&Pod>| {
        let containers = pod.and_then(|pod| pod.status.as_ref()?.container_statuses.as_ref());
        containers.is_some_and(|all| all.iter().all(|one| one.started == Some(true)))
    };
    let pod = town.until(&name, "it runs", IN_FORCE_WITHIN, runs).await;
    (town.probe_in(&name), address_of(&pod))
}

/// The edges that are open now, between all of them.
async fn look(
    probes: &BTreeMap<String, (Probe, String)>,
    targets: &BTreeMap<String, String>,
) -> BTreeSet<Edge> {
    let of_each = probes.iter().map(async |(from, (probe, _))| {
        let edges =
            targets.keys().filter(|to| *to != from).flat_map(|to| PORTS.map(|port| (to.clone(), port)));
        let edges = edges.collect::<Vec<_>>();
        let addresses = edges.iter().map(|(to, port)| format!("{}:{port}", targets[to])).collect::<Vec<_>>();
        let open = probe.opens("tcp", WITHIN, &addresses).await;
        let open = edges.into_iter().zip(open).filter(|(_, open)| *open);
        open.map(|((to, port), _)| (from.clone(), to, port)).collect::<Vec<_>>()
    });
    join_all(of_each).await.into_iter().flatten().collect()
}
