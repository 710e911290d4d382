//! The pods that all cases share: who they are, and how edges between them are looked at.

use std::collections::BTreeMap;
use std::time::Duration;

use cluster::{Cluster, Namespace, Probe, address_of, address_of_service, probe_pod, service};
use futures::future::join_all;
use k8s_openapi::api::core::v1::{Pod, Service};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use kube::Api;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams};
use serde_json::{Value, json};
use tokio::net::TcpStream;

/// How long an edge may take to answer before it counts as closed: many times what one between two nodes takes.
const WITHIN: Duration = Duration::from_millis(700);

/// Pods `web`, `product` and `order` in the namespace `shop`, `monitor` in `watch`. On two nodes, `web` and `product`
/// are neighbours, the others are together on the other one. All answer TCP on 8080 to 8083 and UDP on 8080 and 8081;
/// each calls another port `http`, which is port 80 of its Service.
pub(crate) struct Town {
    pub(crate) shop: Namespace,
    pub(crate) watch: Namespace,
    homes: BTreeMap<&'static str, Home>,
}

struct Home {
    probe: Probe,
    address: String,
    service: String,
}

/// A policy: the namespace (`shop` or `watch`) and its spec.
pub(crate) type Policy = (&'static str, Value);

/// Who asks what of whom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Edge {
    from: &'static str,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    Tcp(&'static str, u16),
    Udp(&'static str, u16),
    Service(&'static str),
    Names,
}

impl Edge {
    /// Reads `order > web:8080`, `order > udp web:8080`, `order > service web` or `order > names`. `host` is a stranger
    /// to the cluster: this test itself.
    pub(crate) fn parse(text: &'static str) -> Self {
        let (from, what) = text.split_once(" > ").expect("who > what");
        let port = |address: &'static str| {
            let (name, port) = address.split_once(':').expect("name:port");
            (name, port.parse::<u16>().expect("a port"))
        };
        let what = if what == "names" {
            What::Names
        } else if let Some(name) = what.strip_prefix("service ") {
            What::Service(name)
        } else if let Some(address) = what.strip_prefix("udp ") {
            let (name, port) = port(address);
            What::Udp(name, port)
        } else {
            let (name, port) = port(what);
            What::Tcp(name, port)
        };
        Self { from, what }
    }
}

impl Town {
    pub(crate) async fn build() -> Self {
        let cluster = Cluster::connect().await;
        let nodes = cluster.nodes().await;
        let (here, there) = (nodes[0].clone(), nodes[1 % nodes.len()].clone());
        let shop = cluster.labelled_namespace("policies-shop", &[("team", "shop")]).await;
        let watch = cluster.labelled_namespace("policies-watch", &[("team", "watch")]).await;
        let plan = [
            ("web", &shop, &here, 8080),
            ("product", &shop, &here, 8082),
            ("order", &shop, &there, 8081),
            ("monitor", &watch, &there, 8083),
        ];
        let homes = join_all(plan.map(async |(name, namespace, node, named)| {
            (name, Home::build(name, namespace, node, named).await)
        }));
        let homes = homes.await.into_iter().collect();
        Self { shop, watch, homes }
    }

    pub(crate) fn address(&self, pod: &str) -> &str {
        &self.homes[pod].address
    }

    fn namespace(&self, name: &str) -> &Namespace {
        if name == "watch" { &self.watch } else { &self.shop }
    }

    /// Puts policies into force.
    pub(crate) async fn impose(&self, policies: Vec<Policy>) {
        for (number, (namespace, spec)) in policies.into_iter().enumerate() {
            let policy = json!({
                "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
                "metadata": {"name": format!("policy-{number}")}, "spec": spec,
            });
            self.namespace(namespace).apply(policy).await;
        }
    }

    /// Takes all policies away.
    pub(crate) async fn lift_all(&self) {
        for namespace in [&self.shop, &self.watch] {
            let policies: Api<NetworkPolicy> = namespace.api();
            let deleted = policies.delete_collection(&DeleteParams::default(), &ListParams::default()).await;
            deleted.expect("delete network policies");
        }
    }

    /// Gives a pod a role, or takes it away.
    pub(crate) async fn label(&self, pod: &str, role: Option<&str>) {
        let namespace = if pod == "monitor" { &self.watch } else { &self.shop };
        let pods: Api<Pod> = namespace.api();
        let labels = Patch::Merge(json!({"metadata": {"labels": {"role": role}}}));
        pods.patch(pod, &PatchParams::default(), &labels).await.expect("label a pod");
    }

    /// How often a pod was asked who it is; only its kubelet does so.
    pub(crate) async fn asked(&self, pod: &str) -> u64 {
        let metrics = self.homes[pod].probe.says(&["get", "http://127.0.0.1:8080/metrics"]).await;
        let count = metrics.lines().find_map(|line| line.strip_prefix("probe_requests_total "));
        count.expect("a count").parse().expect("a number")
    }

    /// Waits until the edges are as expected, all in one look.
    pub(crate) async fn becomes(&self, what: &str, expected: &[(Edge, bool)]) {
        kit::eventually(super::IN_FORCE_WITHIN, what, async || {
            let seen = self.look(expected).await;
            if seen == expected {
                return Ok(());
            }
            let wrong = seen.into_iter().filter(|edge| !expected.contains(edge));
            Err(wrong
                .map(|(edge, open)| format!("{edge:?} is {}", if open { "open" } else { "closed" }))
                .collect::<Vec<_>>())
        })
        .await;
    }

    /// Whether these edges are open now. All are asked at once.
    pub(crate) async fn look(&self, edges: &[(Edge, bool)]) -> Vec<(Edge, bool)> {
        let from = |name| edges.iter().map(|(edge, _)| edge).filter(move |edge| edge.from == name);
        let pods = self.homes.iter().map(|(&name, home)| self.ask_from(home, from(name).copied().collect()));
        let (mut seen, host) =
            tokio::join!(join_all(pods), join_all(from("host").map(|edge| self.ask_from_host(*edge))));
        seen.push(host);
        let seen = seen.concat();
        let find = |edge: &Edge| *seen.iter().find(|(asked, _)| asked == edge).expect("every edge was asked");
        edges.iter().map(|(edge, _)| find(edge)).collect()
    }

    async fn ask_from(&self, home: &Home, edges: Vec<Edge>) -> Vec<(Edge, bool)> {
        let tcp = edges.iter().filter_map(|edge| match edge.what {
            What::Tcp(name, port) => Some((*edge, format!("{}:{port}", self.homes[name].address))),
            What::Service(name) => Some((*edge, format!("{}:80", self.homes[name].service))),
            _ => None,
        });
        let udp = edges.iter().filter_map(|edge| match edge.what {
            What::Udp(name, port) => Some((*edge, format!("{}:{port}", self.homes[name].address))),
            _ => None,
        });
        let names = edges.iter().filter(|edge| edge.what == What::Names);
        let (tcp, udp, names) = tokio::join!(
            home.opens("tcp", tcp.unzip()),
            home.opens("udp", udp.unzip()),
            join_all(names.map(async |edge| {
                let said = home
                    .probe
                    .ask(&["lookup", "--within", "2s", "kubernetes.default.svc.cluster.local."])
                    .await;
                (*edge, said.expect("run the probe").succeeded)
            })),
        );
        [tcp, udp, names].concat()
    }

    async fn ask_from_host(&self, edge: Edge) -> (Edge, bool) {
        let What::Tcp(name, port) = edge.what else { panic!("the host asks only pods, by TCP: {edge:?}") };
        let connected = tokio::time::timeout(WITHIN, TcpStream::connect((self.address(name), port))).await;
        (edge, matches!(connected, Ok(Ok(_))))
    }
}

impl Home {
    async fn build(name: &str, namespace: &Namespace, node: &str, named: u16) -> Self {
        let mut pod = probe_pod(name, Some(node));
        let container = &mut pod["spec"]["containers"][0];
        container["args"] = json!(["serve", "--http", "8080,8081,8082,8083", "--udp", "8080,8081"]);
        container["ports"] = json!([{"name": "http", "containerPort": named}]);
        container["readinessProbe"]["httpGet"]["path"] = json!("/"); // which is counted
        namespace.apply(pod).await;
        namespace.apply(service(name)).await;
        let service = namespace.api::<Service>().get(name).await.expect("read a Service");
        let pod = namespace.ready_pod(name).await;
        Self {
            probe: namespace.probe_in(name),
            address: address_of(&pod),
            service: address_of_service(&service),
        }
    }

    async fn opens(&self, how: &str, (edges, addresses): (Vec<Edge>, Vec<String>)) -> Vec<(Edge, bool)> {
        if edges.is_empty() {
            return Vec::new();
        }
        let within = format!("{}ms", WITHIN.as_millis());
        edges.into_iter().zip(self.probe.opens(how, &within, &addresses).await).collect()
    }
}
