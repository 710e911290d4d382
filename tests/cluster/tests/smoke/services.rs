//! Services and their names: from pods, from nodes, from the host.

use std::collections::BTreeSet;
use std::time::Duration;

use cluster::{Cluster, Namespace, Probe, address_of, address_of_service, probe_pod, service};
use futures::future::join_all;
use k8s_openapi::api::core::v1::Service;
use serde_json::json;

/// How long until every node knows a Service, and every name server too: its caches live for some seconds.
const KNOWN_WITHIN: Duration = Duration::from_secs(120);

/// Two pods called `web`, on two nodes if there are as many, behind a Service `web`. Their names and addresses.
async fn webs(namespace: &Namespace) -> Vec<(String, String)> {
    let nodes = namespace.cluster().nodes().await;
    namespace.apply(service("web")).await;
    let pods = join_all([0, 1].map(async |number| {
        let name = format!("web-{number}");
        let mut pod = probe_pod(&name, Some(&nodes[number % nodes.len()]));
        pod["metadata"]["labels"]["app"] = json!("web");
        namespace.apply(pod).await;
        let pod = namespace.ready_pod(&name).await;
        (name, address_of(&pod))
    }));
    pods.await
}

/// Asks until every pod of the Service has answered.
async fn all_answer(
    who: &str,
    pods: &[(String, String)],
    mut ask: impl AsyncFnMut() -> Result<String, String>,
) {
    let mut answered = BTreeSet::new();
    kit::eventually(KNOWN_WITHIN, &format!("all pods of the Service answer {who}"), async || {
        let answer = ask().await?;
        answered.extend(answer.split(' ').next().map(String::from));
        if pods.iter().all(|(name, _)| answered.contains(name)) {
            Ok(())
        } else {
            Err(format!("{answered:?}"))
        }
    })
    .await;
}

async fn get(probe: &Probe, url: &str) -> Result<String, String> {
    let said = probe.ask(&["get", url]).await.map_err(|error| error.to_string())?;
    if said.succeeded { Ok(said.output) } else { Err(said.errors) }
}

#[tokio::test]
async fn a_service_is_reached_from_pods_on_every_node() {
    let cluster = Cluster::connect().await;
    let namespace = cluster.namespace("smoke-service").await;
    let pods = webs(&namespace).await;
    for (name, _) in &pods {
        let probe = namespace.probe_in(name);
        all_answer(name, &pods, async || get(&probe, "http://web").await).await;
    }
}

#[tokio::test]
async fn a_service_is_reached_from_every_node() {
    let cluster = Cluster::connect().await;
    let namespace = cluster.namespace("smoke-node").await;
    let pods = webs(&namespace).await;
    let web = namespace.api::<Service>().get("web").await.expect("read a Service");
    let url = format!("http://{}", address_of_service(&web));
    for node in cluster.nodes().await {
        let name = format!("at-{node}");
        // It has the node's network, so it may take no port there that somebody else has, and any will do.
        let mut pod = probe_pod(&name, Some(&node));
        pod["spec"]["hostNetwork"] = json!(true);
        let container = &mut pod["spec"]["containers"][0];
        container["args"] = json!(["serve", "--http", "0"]);
        container
            .as_object_mut()
            .expect("a container")
            .retain(|key, _| key != "ports" && key != "readinessProbe");
        namespace.apply(pod).await;
        namespace.ready_pod(&name).await;
        let probe = namespace.probe_in(&name);
        all_answer(&name, &pods, async || get(&probe, &url).await).await;
    }
}

#[tokio::test]
async fn a_service_is_reached_from_the_host() {
    let cluster = Cluster::connect().await;
    if cluster.bed_or_skip("a_service_is_reached_from_the_host").is_none() {
        return;
    }
    let namespace = cluster.namespace("smoke-host").await;
    let pods = webs(&namespace).await;
    let web = namespace.api::<Service>().get("web").await.expect("read a Service");
    let url = format!("http://{}", address_of_service(&web));
    all_answer("the host", &pods, async || {
        // A new client each time, so that each question is a connection of its own.
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)).build();
        let answer =
            client.expect("a client").get(&url).send().await.map_err(|error| format!("{error:?}"))?;
        answer.text().await.map_err(|error| error.to_string())
    })
    .await;
}

#[tokio::test]
async fn names_lead_to_services_and_to_the_pods_of_headless_ones() {
    let cluster = Cluster::connect().await;
    let namespace = cluster.namespace("smoke-names").await;
    let pods = webs(&namespace).await;
    let mut headless = service("each");
    headless["spec"]["clusterIP"] = json!("None");
    headless["spec"]["selector"]["app"] = json!("web");
    namespace.apply(headless).await;
    let web = namespace.api::<Service>().get("web").await.expect("read a Service");
    let web = BTreeSet::from([address_of_service(&web)]);
    let each = pods.iter().map(|(_, address)| address.clone()).collect::<BTreeSet<_>>();
    let probe = namespace.probe_in("web-0");
    let full = format!("web.{}.svc.cluster.local.", namespace.name());
    for (name, expected) in [("web", &web), (full.as_str(), &web), ("each", &each)] {
        kit::eventually(KNOWN_WITHIN, &format!("{name} leads to {expected:?}"), async || {
            let said = probe.ask(&["lookup", name]).await.map_err(|error| error.to_string())?;
            let found = said.output.lines().map(String::from).collect::<BTreeSet<_>>();
            if found == *expected { Ok(()) } else { Err(format!("{found:?} {}", said.errors)) }
        })
        .await;
    }
    let said = probe.ask(&["lookup", "nobody"]).await.expect("run the probe");
    assert!(!said.succeeded && said.errors.contains("no such host"), "{said:?}");
}
