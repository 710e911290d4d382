//! What others do to a Shop's objects: what is ours comes back, what is theirs stays, and what can't be made again is
//! told.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cluster::{Child, Cluster, Seen, Shop, report};
use futures::future::join_all;
use k8s_openapi::api::core::v1::{ConfigMap, PersistentVolumeClaim};
use kit::eventually;
use kube::api::DeleteParams;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::town::{namespace, together};

/// Ten seconds are promised; a busy machine may take more.
const BACK_WITHIN: Duration = Duration::from_secs(60);

/// How long a Shop may take to say what is wrong.
const TOLD_WITHIN: Duration = Duration::from_secs(90);

/// What somebody does to an object. `Narrowed` is an edit that only adds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Harm {
    Edited,
    Narrowed,
    LabelsStripped,
    Orphaned,
    Deleted,
}

#[tokio::test]
async fn every_child_that_was_deleted_edited_stripped_or_orphaned_is_put_back() {
    let _turn = together().await;
    let cluster = Cluster::connect().await;
    let town = namespace(&cluster, "drift").await;
    let shop = Shop::named(&town, "tea");
    shop.furnish().await;
    let mut spec = shop.furnished(json!({"sqlite": {}}));
    spec["parts"]["storefront"]["autoscaling"] = json!({"minReplicas": 1, "maxReplicas": 2});
    // So that there are generated Secrets of every kind.
    spec.as_object_mut().expect("a spec").remove("staff");
    shop.apply(spec).await;
    shop.until_ready().await;

    let mut slowest = (Duration::ZERO, String::new());
    for harm in [Harm::Edited, Harm::Narrowed, Harm::LabelsStripped, Harm::Orphaned, Harm::Deleted] {
        let mut others = shop.children().await;
        assert!(others.len() >= 20, "a shop has many objects: {others:?}");
        others.retain(|child| !child.is_workload());
        let mut took = join_all(others.iter().map(|child| put_back(&cluster, child, harm))).await;
        shop.until_ready().await;
        // Only now: Secrets that were made anew are told to the Pods.
        let mut workloads = shop.children().await;
        workloads.retain(Child::is_workload);
        for workload in &workloads {
            took.push(put_back(&cluster, workload, harm).await);
        }
        let of = others.iter().chain(&workloads).map(|child| format!("{child}, {harm:?}"));
        slowest = took.into_iter().zip(of).chain([slowest]).max().expect("there are some");
        shop.until_ready().await;
    }
    report(&format!(
        "NOTE: drift: the slowest was back after {:.1} s: {}",
        slowest.0.as_secs_f64(),
        slowest.1
    ));
}

/// Does harm to an object and waits until it is as it was; how long that took.
async fn put_back(cluster: &Cluster, child: &Child, harm: Harm) -> Duration {
    let before = essence(&child.object);
    let is_volume = child.kind == "PersistentVolumeClaim";
    match harm {
        Harm::Edited => match edit_of(child) {
            Some(edit) => child.patch(cluster, &edit).await,
            None => return Duration::ZERO,
        },
        Harm::Narrowed => match narrowing_of(child) {
            Some(edit) => child.patch(cluster, &edit).await,
            None => return Duration::ZERO,
        },
        Harm::LabelsStripped => {
            let labels = child.object["metadata"]["labels"].as_object().expect("it has labels");
            let none = labels.keys().map(|label| (label.clone(), Value::Null)).collect::<BTreeMap<_, _>>();
            child.patch(cluster, &json!({"metadata": {"labels": none}})).await;
        }
        Harm::Orphaned => child.patch(cluster, &json!({"metadata": {"ownerReferences": null}})).await,
        Harm::Deleted if is_volume => return Duration::ZERO, // That is another story.
        Harm::Deleted => child.delete(cluster).await,
    }
    let began = Instant::now();
    let what = format!("{child}, {harm:?}, is put back");
    eventually(BACK_WITHIN, &what, async || {
        sleep(Duration::from_millis(200)).await;
        let now = child.now(cluster).await.map_err(|error| error.to_string())?;
        if harm == Harm::Deleted && now["metadata"]["uid"] == child.uid() {
            return Err("the old one is still there".to_owned());
        }
        let mut now = essence(&now);
        if harm == Harm::Deleted && (child.kind == "Secret" || child.name.ends_with("-jwks")) {
            // What was generated is another one, with the same keys; and the public keys with it.
            let keys = |object: &Value| {
                object["data"].as_object().map(|data| data.keys().cloned().collect::<Vec<_>>())
            };
            assert_eq!(keys(&now), keys(&before), "{child}");
            now["data"] = before["data"].clone();
        }
        let different = differences("", &before, &now);
        if different.is_empty() { Ok(()) } else { Err(different.join("; ")) }
    })
    .await;
    began.elapsed()
}

/// What of an object is the operator's: the labels, the owner and all that it says, but not what controllers of the
/// cluster note in it.
fn essence(object: &Value) -> Value {
    let mut essence = object.clone();
    let members = essence.as_object_mut().expect("an object");
    members.retain(|name, _| !["metadata", "status", "kind", "apiVersion"].contains(&name.as_str()));
    let metadata = &object["metadata"];
    essence["labels"] = metadata["labels"].clone();
    essence["owners"] = metadata["ownerReferences"].clone();
    if let Some(spec) = essence["spec"].as_object_mut() {
        // Given by the cluster anew, or by the autoscaler.
        for given in ["clusterIP", "clusterIPs", "replicas", "volumeName"] {
            spec.remove(given);
        }
    }
    essence
}

/// The places where two values differ, with both.
fn differences(at: &str, one: &Value, other: &Value) -> Vec<String> {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let names = one.keys().chain(other.keys().filter(|name| !one.contains_key(*name)));
            let get = |object: &serde_json::Map<String, Value>, name: &str| {
                object.get(name).cloned().unwrap_or_default()
            };
            names
                .flat_map(|name| differences(&format!("{at}.{name}"), &get(one, name), &get(other, name)))
                .collect()
        }
        _ if one == other => Vec::new(),
        _ => vec![format!("{at} is {other} and was {one}")],
    }
}

/// A selector with one word more, so that it selects nothing; none where there is no selector that may change.
fn narrowing_of(child: &Child) -> Option<Value> {
    let more = json!({"example.com/nobody": "has-this"});
    Some(match child.kind {
        "Service" => json!({"spec": {"selector": more}}),
        "ServiceMonitor" => json!({"spec": {"selector": {"matchLabels": more}}}),
        "NetworkPolicy" => json!({"spec": {"podSelector": {"matchLabels": more}}}),
        "PodDisruptionBudget" => json!({"spec": {"selector": {"matchLabels": more}}}),
        _ => return None,
    })
}

/// A change of something that the operator decides; none where there is nothing.
fn edit_of(child: &Child) -> Option<Value> {
    let first_key =
        |member: &str| child.object[member].as_object().and_then(|data| data.keys().next().cloned());
    Some(match child.kind {
        "ServiceAccount" => json!({"automountServiceAccountToken": true}),
        "ConfigMap" => json!({"data": {first_key("data")?: "changed by hand"}}),
        "Service" => json!({"spec": {"selector": {"app.kubernetes.io/component": "nobody"}}}),
        "Deployment" | "StatefulSet" => {
            let grace = child.object["spec"]["template"]["spec"]["terminationGracePeriodSeconds"].as_i64()?;
            json!({"spec": {"template": {"spec": {"terminationGracePeriodSeconds": grace + 1}}}})
        }
        "PodDisruptionBudget" => {
            let spec = &child.object["spec"];
            let field = if spec["minAvailable"].is_null() { "maxUnavailable" } else { "minAvailable" };
            json!({"spec": {field: 7}})
        }
        "HorizontalPodAutoscaler" => json!({"spec": {"maxReplicas": 9}}),
        "NetworkPolicy" => json!({"spec": {"ingress": [{}], "egress": [{}]}}),
        "Ingress" => {
            let mut rules = child.object["spec"]["rules"].clone();
            rules[0]["host"] = json!("elsewhere.test");
            json!({"spec": {"rules": rules}})
        }
        "HTTPRoute" => json!({"spec": {"hostnames": ["elsewhere.test"]}}),
        "ServiceMonitor" => {
            json!({"spec": {"selector": {"matchLabels": {"shopkeeper.dev/shop": "nobody"}}}})
        }
        "PrometheusRule" => json!({"spec": {"groups": []}}),
        // What a generated Secret held, nobody knows any more; a volume can't be changed.
        _ => return None,
    })
}

#[tokio::test]
async fn what_others_add_stays_and_who_has_a_shops_name_already_is_left_alone() {
    let _turn = together().await;
    let cluster = Cluster::connect().await;
    let town = namespace(&cluster, "foreign").await;
    let shop = Shop::named(&town, "tea");
    shop.furnish().await;
    let theirs = json!({"mine": "since before the shop"});
    town.apply(
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "tea-user"}, "data": theirs}),
    )
    .await;
    shop.apply(shop.furnished(json!({"sqlite": {}}))).await;

    let stalled = shop.until_condition("Stalled", "True", "NameTaken", TOLD_WITHIN).await;
    assert!(stalled.message.contains("tea-user"), "it names the object: {}", stalled.message);
    let ready = shop.seen().await.expect("read a Shop").condition("Ready");
    assert_eq!(ready.status, "False", "{ready:?}");
    let untouched = town.api::<ConfigMap>().get("tea-user").await.expect("it is there");
    assert_eq!(json!(untouched.data), theirs);
    assert!(
        untouched.metadata.owner_references.is_none() && untouched.metadata.labels.is_none(),
        "{untouched:?}"
    );

    town.api::<ConfigMap>().delete("tea-user", &DeleteParams::default()).await.expect("delete it");
    shop.until_ready().await;

    // Something is added to everything, and something of ours is broken so that the operator has to write.
    let children = shop.children().await;
    let note = json!({"metadata": {
        "labels": {"example.com/team": "tea"}, "annotations": {"example.com/note": "kept"},
    }});
    for child in children.iter().filter(|child| child.kind != "PersistentVolumeClaim") {
        child.patch(&cluster, &note).await;
        let broken = json!({"metadata": {"labels": {"app.kubernetes.io/part-of": "something-else"}}});
        child.patch(&cluster, &broken).await;
    }
    for child in &children {
        eventually(BACK_WITHIN, &format!("{child} has its label again"), async || {
            sleep(Duration::from_millis(100)).await;
            let now = child.now(&cluster).await.map_err(|error| error.to_string())?;
            let label = now["metadata"]["labels"]["app.kubernetes.io/part-of"].clone();
            if label == "shopkeeper" { Ok(()) } else { Err(label.to_string()) }
        })
        .await;
        let now = child.now(&cluster).await.expect("it is there");
        if child.kind != "PersistentVolumeClaim" {
            assert_eq!(now["metadata"]["labels"]["example.com/team"], "tea", "{child}");
            assert_eq!(now["metadata"]["annotations"]["example.com/note"], "kept", "{child}");
        }
    }
}

#[tokio::test]
async fn a_volume_that_was_deleted_is_told_and_not_replaced_until_that_is_accepted() {
    let _turn = together().await;
    let cluster = Cluster::connect().await;
    let town = namespace(&cluster, "volume").await;
    let shop = Shop::named(&town, "tea");
    shop.furnish().await;
    shop.apply(shop.furnished(json!({"sqlite": {}}))).await;
    shop.until_ready().await;

    let volumes = town.api::<PersistentVolumeClaim>();
    volumes.delete("tea-order", &DeleteParams::default()).await.expect("delete a volume");
    // Only when nobody uses it any more, it goes.
    let of_order =
        shop.children().await.into_iter().find(|child| child.is_workload() && child.component() == "order");
    let of_order = of_order.expect("the order service runs somewhere");
    of_order.patch(&cluster, &json!({"spec": {"replicas": 0}})).await;
    eventually(TOLD_WITHIN, "the volume is gone", async || {
        sleep(Duration::from_millis(100)).await;
        // The operator puts the replica back; so a Pod may come and go.
        let _ = of_order_pods_deleted(&shop).await;
        match volumes.get_opt("tea-order").await {
            Ok(None) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;

    let told = shop.until_condition("Stalled", "True", "VolumeLost", TOLD_WITHIN).await;
    assert!(told.message.contains("tea-order"), "{}", told.message);
    assert!(volumes.get_opt("tea-order").await.expect("ask").is_none(), "it was replaced without a word");
    let uid = told.message.split_once("shopkeeper.dev/accept-lost-volume=").expect("it names the remedy").1;
    let uid =
        uid.chars().take_while(|letter| letter.is_ascii_hexdigit() || *letter == '-').collect::<String>();
    shop.patch(json!({"metadata": {"annotations": {"shopkeeper.dev/accept-lost-volume": uid}}})).await;
    shop.until_ready().await;
    shop.until("it stalls no more", TOLD_WITHIN, |seen: &Seen| seen.condition("Stalled").status != "True")
        .await;
    volumes.get("tea-order").await.expect("there is a new one");
}

async fn of_order_pods_deleted(shop: &Shop<'_>) -> Result<(), kube::Error> {
    let pods = shop.namespace.api::<k8s_openapi::api::core::v1::Pod>();
    let label = format!("shopkeeper.dev/shop={},app.kubernetes.io/component=order", shop.name);
    let of_order = kube::api::ListParams::default().labels(&label);
    pods.delete_collection(&DeleteParams::default().grace_period(1), &of_order).await.map(drop)
}

#[tokio::test]
async fn a_secret_that_is_named_and_not_there_is_told_and_a_paused_shop_is_left_as_it_is() {
    let _turn = together().await;
    let cluster = Cluster::connect().await;
    let town = namespace(&cluster, "paused").await;
    let shop = Shop::named(&town, "tea");
    let mut spec = json!({
        "title": "Tea House", "currency": "EUR", "parts": cluster::modest_parts(), "deletionPolicy": "Delete",
        "staff": {"secretRef": {"name": "nobody-made-it"}},
    });
    shop.apply(spec.clone()).await;
    let told = shop.until_condition("Stalled", "True", "MissingReference", TOLD_WITHIN).await;
    assert!(told.message.contains("nobody-made-it"), "{}", told.message);
    let login = json!({"username": "staff", "password": cluster::PASSWORD});
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "nobody-made-it"}, "stringData": login});
    town.apply(secret).await;
    shop.until_ready().await;

    spec["paused"] = json!(true);
    shop.apply(spec.clone()).await;
    shop.until("its status speaks of the pause", TOLD_WITHIN, Seen::is_current).await;
    let (services, gone): (Vec<_>, Vec<_>) = shop
        .children()
        .await
        .into_iter()
        .filter(|child| child.kind == "Service")
        .partition(|one| one.name == "tea-user");
    let edit = edit_of(&services[0]).expect("a Service can be edited");
    services[0].patch(&cluster, &edit).await;
    let storefront =
        gone.iter().find(|child| child.name == "tea-storefront").expect("a Service of the storefront");
    storefront.delete(&cluster).await;
    // The status goes on: of what was taken away by hand, and nobody puts back.
    let workload =
        shop.children().await.into_iter().find(|child| child.name == "tea-storefront" && child.is_workload());
    workload.expect("a Deployment").patch(&cluster, &json!({"spec": {"replicas": 0}})).await;
    shop.until("it says that nobody can browse", TOLD_WITHIN, |seen| {
        seen.condition("Browse").status == "False"
    })
    .await;
    let kept = services[0].now(&cluster).await.expect("it is there");
    assert_eq!(kept["spec"]["selector"]["app.kubernetes.io/component"], "nobody");
    assert!(storefront.now(&cluster).await.is_err(), "a paused Shop got its Service back");

    spec["paused"] = json!(false);
    shop.apply(spec).await;
    shop.until_ready().await;
    let back = |name: &'static str| {
        let cluster = &cluster;
        let path = services[0].path.replace("tea-user", name);
        async move {
            eventually(BACK_WITHIN, &format!("Service {name} is back"), async || {
                let now = cluster.get(&path).await.map_err(|error| error.to_string())?;
                let component = now["spec"]["selector"]["app.kubernetes.io/component"].clone();
                if format!("tea-{}", component.as_str().unwrap_or_default()) == name {
                    Ok(())
                } else {
                    Err(now.to_string())
                }
            })
            .await;
        }
    };
    back("tea-user").await;
    back("tea-storefront").await;
}

#[tokio::test]
async fn the_first_staff_account_can_be_read_from_its_secret_and_logs_in() {
    let _turn = together().await;
    let cluster = Cluster::connect().await;
    let town = namespace(&cluster, "staff").await;
    let shop = Shop::named(&town, "tea");
    shop.furnish().await;
    let mut spec = shop.furnished(json!({"sqlite": {}}));
    spec.as_object_mut().expect("a spec").remove("staff");
    shop.apply(spec).await;
    shop.until_ready().await;
    shop.until_let_in().await;
    let secret =
        shop.children().await.into_iter().find(|child| child.kind == "Secret" && child.name == "tea-staff");
    let secret = secret.expect("a Secret with the staff account").object;
    let text = |key: &str| {
        let bytes = BASE64_STANDARD.decode(secret["data"][key].as_str().expect(key)).expect("base64");
        String::from_utf8(bytes).expect("text")
    };
    let form = [("username", text("username")), ("password", text("password"))];
    let answer = shop.door().await.http().post("/api/user/login").form(form).send().await;
    assert!(answer.expect_json(200)["api_key"].is_string());
}
