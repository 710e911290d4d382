//! What changes the Pods of every part, while shoppers buy: with a database on a server nobody notices, with an embedded
//! one there is a short gap in which the rules hold.

use std::time::Duration;

use cluster::{Cluster, Record, Seen, Shop, Traffic, report};
use k8s_openapi::api::apps::v1::Deployment;
use kit::eventually;
use kit::shop::Part;
use kube::ResourceExt;
use kube::api::ListParams;
use serde_json::{Value, json};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::town::{alone, namespace, restarted_nothing, restarted_nothing_since, restarts};

/// How long a change of all parts may take: one after the other, each after its drain delay.
const ROLLED_WITHIN: Duration = Duration::from_secs(300);

/// `spec.parts` that differ from the modest ones in what each Pod may use.
fn other_resources(mut parts: Value) -> Value {
    for part in Part::ALL {
        parts[part.name()]["resources"]["limits"]["memory"] = json!("200Mi");
    }
    parts
}

#[tokio::test]
async fn on_postgres_a_change_of_every_part_fails_no_request_and_parts_follow_each_other() {
    let _turn = alone().await;
    let cluster = Cluster::connect().await;
    let town = namespace(&cluster, "upgrade-postgres").await;
    let shop = Shop::named(&town, "tea");
    shop.furnish().await;
    let mut spec = shop.furnished(json!({"postgres": {}}));
    for part in Part::ALL {
        spec["parts"][part.name()]["replicas"] = json!(2);
    }
    shop.apply(spec.clone()).await;
    shop.until_ready().await;
    shop.until_let_in().await;

    let before = restarts(&town).await;
    let traffic = Traffic::begin(shop.door().await.http()).await;
    let stop = CancellationToken::new();
    let changing = async {
        spec["parts"] = other_resources(spec["parts"].clone());
        shop.apply(spec).await;
        shop.until("all parts are as they are to be", ROLLED_WITHIN, Seen::is_ready).await;
        old_pods_gone(&shop).await;
        stop.cancel();
    };
    let (most, ()) = tokio::join!(most_at_once(&shop, &stop), changing);
    let record = traffic.take().await;
    let sold = traffic.end().await;
    report(&format!("NOTE: upgrades: on PostgreSQL, all parts were changed: {record}; {sold}"));
    record.expect_no_failure();
    assert!(most.len() == 1, "parts must follow each other: {most:?} were changed at the same time");
    restarted_nothing_since(&town, &before).await;
}

/// The most parts that were seen rolling at a time, until it is stopped.
async fn most_at_once(shop: &Shop<'_>, stop: &CancellationToken) -> Vec<String> {
    let mut most = Vec::new();
    while !stop.is_cancelled() {
        let deployments = shop.namespace.api::<Deployment>().list(&ListParams::default()).await;
        let rolling = deployments.expect("list Deployments").into_iter().filter(is_rolling);
        let rolling = rolling.map(|deployment| deployment.name_any()).collect::<Vec<_>>();
        if rolling.len() > most.len() {
            most = rolling;
        }
        sleep(Duration::from_millis(100)).await;
    }
    most
}

fn is_rolling(deployment: &Deployment) -> bool {
    let wanted = deployment.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
    let status = deployment.status.clone().unwrap_or_default();
    status.observed_generation < deployment.metadata.generation
        || status.updated_replicas.unwrap_or(0) < wanted
        || status.replicas.unwrap_or(0) > wanted
}

/// Waits until every Pod has the new limit and none is about to go.
async fn old_pods_gone(shop: &Shop<'_>) {
    let pods = shop.namespace.api::<k8s_openapi::api::core::v1::Pod>();
    eventually(ROLLED_WITHIN, "the old Pods are gone", async || {
        sleep(Duration::from_millis(200)).await;
        let pods = pods.list(&ListParams::default()).await.map_err(|error| vec![error.to_string()])?;
        let going = pods.iter().filter(|pod| pod.metadata.deletion_timestamp.is_some());
        let going = going.map(ResourceExt::name_any).collect::<Vec<_>>();
        if going.is_empty() { Ok(()) } else { Err(going) }
    })
    .await;
}

#[tokio::test]
async fn on_sqlite_a_change_of_every_part_is_a_short_gap_each_and_nothing_acknowledged_is_lost() {
    let _turn = alone().await;
    let cluster = Cluster::connect().await;
    let town = namespace(&cluster, "upgrade-sqlite").await;
    let shop = Shop::open(&town, "tea", json!({"sqlite": {}})).await;
    let traffic = Traffic::begin(shop.door().await.http()).await;
    let spec = shop.furnished(json!({"sqlite": {}}));
    let mut parts = spec["parts"].clone();
    // One at a time, so that it is known whose gap it is.
    for part in [Part::User, Part::Product, Part::Order, Part::Storefront] {
        parts[part.name()]["resources"]["limits"]["memory"] = json!("200Mi");
        shop.patch(json!({"spec": {"parts": parts}})).await;
        shop.until(&format!("{part} is changed"), ROLLED_WITHIN, Seen::is_ready).await;
        old_pods_gone(&shop).await;
        let record: Record = traffic.take().await;
        report(&format!("NOTE: upgrades: on SQLite, {part} was changed: {}", record.gap_of(part)));
        match part {
            Part::Storefront => record.expect_no_failure(),
            _ => record.expect_failures_only_of(part),
        }
    }
    let sold = traffic.end().await;
    report(&format!("NOTE: upgrades: on SQLite: {sold}"));
    restarted_nothing(&town).await;
}
