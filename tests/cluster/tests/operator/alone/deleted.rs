//! A Pod of everything that a Shop runs is deleted while people shop: only those notice who need it.

use std::time::Duration;

use cluster::{Cluster, Shop, Traffic, report};
use kit::shop::Part;
use kube::api::DeleteParams;
use serde_json::json;
use tokio::time::Instant;

use crate::town::{alone, another_after, namespace, restarted_nothing_since, restarts};

/// How long until all goes well again.
const WELL_WITHIN: Duration = Duration::from_secs(240);

#[tokio::test]
async fn pods_that_are_deleted_while_people_shop_are_not_noticed_but_by_those_who_need_them() {
    let _turn = alone().await;
    let cluster = Cluster::connect().await;
    let town = namespace(&cluster, "deleted").await;
    let shop = Shop::named(&town, "tea");
    shop.furnish().await;
    let mut spec = shop.furnished(json!({"postgres": {}}));
    // Of pages nobody goes without; of the services one Pod each is enough to see who needs whom.
    spec["parts"]["storefront"]["replicas"] = json!(2);
    shop.apply(spec).await;
    shop.until_ready().await;
    shop.until_let_in().await;
    let before = restarts(&town).await;
    let traffic = Traffic::begin(shop.door().await.http()).await;
    traffic.until_all_well(WELL_WITHIN).await;
    let workloads = shop.children().await.into_iter().filter(cluster::Child::is_workload).collect::<Vec<_>>();
    assert_eq!(workloads.len(), 7, "four parts and three databases: {workloads:?}");
    for workload in workloads {
        let component = workload.component();
        let began = Instant::now();
        another_after(&town, component, &DeleteParams::default()).await;
        shop.until_ready().await;
        // What was under way when it began is of the one before.
        let record = traffic.until_all_well(WELL_WITHIN).await.begun_since(began);
        let name = component.strip_suffix("-postgres").unwrap_or(component);
        let part = Part::ALL.into_iter().find(|part| part.name() == name).expect("a part");
        report(&format!("NOTE: deleted: a Pod of {component} was deleted: {}", record.gap_of(part)));
        match part {
            Part::Storefront => record.expect_no_failure(),
            _ => record.expect_failures_only_of(part),
        }
    }
    let sold = traffic.end().await;
    report(&format!("NOTE: deleted: a Pod of everything was deleted: {sold}"));
    restarted_nothing_since(&town, &before).await;
}
