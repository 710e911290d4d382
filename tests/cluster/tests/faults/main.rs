//! What a cluster does while parts of it are gone. These cases take them away by the command of the bed, and so disturb
//! everybody: each runs alone, and this program must run when no other suite does.

mod shop;

use std::time::{Duration, Instant};

use cluster::{
    Cluster, address_of, address_of_service, is_available, is_ready, probe_deployment, report, service,
};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Node, Pod, Service};
use kube::ResourceExt;
use kube::api::ListParams;
use serde_json::json;
use tokio::sync::Mutex;

/// Held by the case that runs.
static ALONE: Mutex<()> = Mutex::const_new(());

/// The cluster notices a lost node after 16 s here; the machine may be busy.
const NOTICED_WITHIN: Duration = Duration::from_secs(120);

/// How long until all is as it was.
const WELL_WITHIN: Duration = Duration::from_secs(240);

#[tokio::test]
async fn pods_leave_a_node_that_was_cut_off_and_it_comes_back() {
    let _alone = ALONE.lock().await;
    let cluster = Cluster::connect().await;
    let Some(bed) = cluster.bed_or_skip("pods_leave_a_node_that_was_cut_off_and_it_comes_back") else {
        return;
    };
    let node = cluster.nodes().await.pop().expect("a node");
    let namespace = cluster.namespace("faults-cut").await;
    namespace.apply(wanderer(&node)).await;
    namespace.until("wanderer", "it is ready", NOTICED_WITHIN, is_available).await;
    kit::eventually(NOTICED_WITHIN, "it starts where it is told to", async || {
        let homes = homes(&namespace).await;
        if homes == std::slice::from_ref(&node) { Ok(()) } else { Err(homes) }
    })
    .await;

    let begin = Instant::now();
    let cut = bed.breaks(&["cut", &node], &["mend", &node]).await;
    cluster
        .until::<Node>(&node, "it is not ready", NOTICED_WITHIN, |node: Option<&Node>| !node_is_ready(node))
        .await;
    report(&format!("NotReady {:.0} s after the cut", begin.elapsed().as_secs_f32()));
    kit::eventually(NOTICED_WITHIN, "the pod is ready on another node", async || {
        let homes = homes(&namespace).await;
        if homes.iter().any(|home| *home != node) { Ok(()) } else { Err(homes) }
    })
    .await;
    report(&format!("moved {:.0} s after the cut", begin.elapsed().as_secs_f32()));

    cut.mend();
    recovered(&cluster).await;
    report(&format!("all well {:.0} s after the cut", begin.elapsed().as_secs_f32()));
}

#[tokio::test]
async fn without_a_control_plane_pods_go_on() {
    let _alone = ALONE.lock().await;
    let cluster = Cluster::connect().await;
    let Some(bed) = cluster.bed_or_skip("without_a_control_plane_pods_go_on") else { return };
    let namespace = cluster.namespace("faults-stop").await;
    namespace.probe("web", None).await;
    namespace.apply(service("web")).await;
    let before = namespace.ready_pod("web").await;
    let web = namespace.api::<Service>().get("web").await.expect("read a Service");
    let urls =
        [format!("http://{}:8080", address_of(&before)), format!("http://{}", address_of_service(&web))];
    for url in &urls {
        kit::eventually(NOTICED_WITHIN, "the pod and its Service answer", async || ask(url).await).await;
    }

    let stopped = bed.breaks(&["stop"], &["start"]).await;
    let asked = tokio::time::timeout(Duration::from_secs(5), cluster.client().apiserver_version()).await;
    assert!(!matches!(asked, Ok(Ok(_))), "the control plane answers though it was stopped");
    for url in &urls {
        answers(url).await;
    }

    stopped.mend();
    recovered(&cluster).await;
    let after = namespace.ready_pod("web").await;
    let life = |pod: &Pod| {
        let status = pod.status.clone().and_then(|status| status.container_statuses).expect("containers");
        (pod.uid(), status[0].container_id.clone(), status[0].restart_count)
    };
    assert_eq!(life(&after), life(&before), "the pod is another one");
    for url in &urls {
        answers(url).await;
    }
}

#[tokio::test]
async fn rules_stay_while_the_enforcer_of_network_policies_is_away() {
    let _alone = ALONE.lock().await;
    let cluster = Cluster::connect().await;
    let what = "rules_stay_while_the_enforcer_of_network_policies_is_away";
    let Some(bed) = cluster.bed_or_skip(what) else { return };
    let node = cluster.nodes().await.remove(0);
    let namespace = cluster.namespace("faults-policy").await;
    let (open, closed, asking) = tokio::join!(
        namespace.probe("open", Some(&node)),
        namespace.probe("closed", Some(&node)),
        namespace.probe("asking", None)
    );
    let address = async |name: &str| {
        format!("{}:8080", address_of(&namespace.api::<Pod>().get(name).await.expect("read a pod")))
    };
    let addresses = [address(open.pod()).await, address(closed.pod()).await];
    let look = async || asking.opens("tcp", "700ms", &addresses).await;
    let in_force = async |expected: [bool; 2], what| {
        kit::eventually(NOTICED_WITHIN, what, async || {
            let seen = look().await;
            if seen == expected { Ok(()) } else { Err(seen) }
        })
        .await;
    };
    in_force([true, true], "all is open without a policy").await;
    namespace
        .apply(json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "closed"},
            "spec": {"podSelector": {"matchLabels": {"app": "closed"}}, "policyTypes": ["Ingress"]},
        }))
        .await;
    in_force([true, false], "the policy is in force").await;

    let process = bed.run(&["exec", &node, "pidof", "policy"]).await;
    let away = bed.breaks(&["exec", &node, "kill", "-9", process.trim()], &["up"]).await;
    // What is open may be slow for once, what is closed may not be open even once.
    assert!(!look().await[1], "the rules went with their enforcer");
    in_force([true, false], "what is open stays open without the enforcer").await;
    away.mend();
    assert_ne!(bed.run(&["exec", &node, "pidof", "policy"]).await, process, "it runs again");
    for _ in 0..5 {
        assert!(!look().await[1], "a new enforcer opened a hole");
    }
    let policies = namespace.api::<k8s_openapi::api::networking::v1::NetworkPolicy>();
    policies.delete("closed", &Default::default()).await.expect("delete a policy");
    in_force([true, true], "the new enforcer opens what may be open").await;
}

/// A Deployment of one pod that would rather be on the node, and leaves it five seconds after it is lost.
fn wanderer(node: &str) -> serde_json::Value {
    let mut deployment = probe_deployment("wanderer", 1);
    let spec = &mut deployment["spec"]["template"]["spec"];
    let leaves =
        |key| json!({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 5});
    spec["tolerations"] =
        json!([leaves("node.kubernetes.io/unreachable"), leaves("node.kubernetes.io/not-ready")]);
    let here = json!([{"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}]);
    spec["affinity"]["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"] =
        json!([{"weight": 100, "preference": {"matchExpressions": here}}]);
    deployment
}

/// Where the pods are that take part in their Service.
async fn homes(namespace: &cluster::Namespace) -> Vec<String> {
    let pods = namespace.api::<Pod>().list(&ListParams::default()).await.expect("list pods");
    let ready = pods.iter().filter(|pod| is_ready(Some(pod)));
    ready.filter_map(|pod| pod.spec.as_ref()?.node_name.clone()).collect()
}

fn node_is_ready(node: Option<&Node>) -> bool {
    let conditions = node.and_then(|node| node.status.as_ref()?.conditions.as_ref());
    conditions.into_iter().flatten().any(|condition| condition.type_ == "Ready" && condition.status == "True")
}

/// Waits until every node is ready and every Deployment of the cluster has its pods.
async fn recovered(cluster: &Cluster) {
    kit::eventually(WELL_WITHIN, "all nodes and Deployments are ready", async || {
        let (nodes, deployments) = (cluster.all::<Node>(), cluster.all::<Deployment>());
        let nodes = nodes.list(&ListParams::default()).await.map_err(|error| vec![error.to_string()])?;
        let deployments =
            deployments.list(&ListParams::default()).await.map_err(|error| vec![error.to_string()])?;
        let nodes = nodes.iter().filter(|node| !node_is_ready(Some(node))).map(ResourceExt::name_any);
        let deployments = deployments.iter().filter(|deployment| !is_available(Some(deployment)));
        let missing = nodes.chain(deployments.map(ResourceExt::name_any)).collect::<Vec<_>>();
        if missing.is_empty() { Ok(()) } else { Err(missing) }
    })
    .await;
}

/// What must answer at once.
async fn answers(url: &str) {
    ask(url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
}

/// Asks once, over a new connection.
async fn ask(url: &str) -> Result<(), String> {
    let client =
        reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().expect("a client");
    let answer = client.get(url).send().await.map_err(|error| format!("{error:?}"))?;
    if answer.status().is_success() { Ok(()) } else { Err(answer.status().to_string()) }
}
