//! The four parts on a cluster, put there by the manifests in `tests/cluster/shop`: they come up under the
//! `restricted` Pod Security standard, shoppers buy through the ingress, and restarts cost no more than they may.
//! The images must be on the nodes: `tests/images && tests/cluster/bed load-image $(tests/images --list)`.

mod files;
mod manifests;
mod rollout;
mod shop;
mod usage;

use std::time::Duration;

use cluster::{Traffic, journeys};
use kit::Engine;
use kit::shop::Part;
use tokio::time::Instant;
use usage::Usage;

/// How long a part goes on serving after SIGTERM, as the manifests tell it: until the ingress controller has heard of it,
/// on a busy machine too.
const DRAIN_DELAY: Duration = Duration::from_secs(10);

/// What a Pod may take beyond its drain delay until it is gone: its last requests, the end of the process, the
/// kubelet's cleaning up, and the API server's word about it, on two busy cores.
const STOPS_WITHIN: Duration = Duration::from_secs(30);

#[tokio::test]
async fn shoppers_buy_through_the_ingress_with_tls_from_parts_that_may_do_nothing_else() {
    shop::with_shop(Engine::Sqlite, async |shop| {
        shop.refuses_a_privileged_pod().await;
        let idle = Usage::of(shop).await;
        journeys(&shop.door, &shop.staff_file()).await;
        println!("NOTE: on SQLite, idle: {idle}");
        println!("NOTE: on SQLite, after the journeys: {}", Usage::of(shop).await);
    })
    .await;
}

#[tokio::test]
async fn on_sqlite_a_restart_is_a_short_gap_in_which_the_rules_hold_and_nothing_acknowledged_is_lost() {
    shop::with_shop(Engine::Sqlite, async |shop| {
        let traffic = Traffic::begin(shop.door.http()).await;
        for part in Part::ALL {
            let began = Instant::now();
            let restart = shop.restart(part).await;
            // What was asked before may have failed for want of the part that restarted before.
            let record = traffic.take().await.begun_since(began);
            match part {
                Part::Storefront => record.expect_no_failure(),
                _ => record.expect_failures_only_of(part),
            }
            println!("NOTE: on SQLite, {part} restarts: {restart}, {}", record.gap_of(part));
            assert!(restart.longest_stop < DRAIN_DELAY + STOPS_WITHIN, "{part}: {restart}");
        }
        let sold = traffic.end().await;
        println!("NOTE: on SQLite: {sold}");
    })
    .await;
}

#[tokio::test]
async fn on_postgres_a_rolling_restart_of_every_part_under_load_fails_no_request() {
    shop::with_shop(Engine::Postgres, async |shop| {
        let idle = Usage::of(shop).await;
        println!("NOTE: on PostgreSQL, idle: {idle}");
        let traffic = Traffic::begin(shop.door.http()).await;
        let database = usage::of_database_from_now_on(shop).await;
        let mut all = traffic.take().await;
        println!("NOTE: on PostgreSQL, {all}: {}", Usage::of(shop).await.since(&idle));
        println!(
            "NOTE: on PostgreSQL, the server meanwhile: {}",
            database.as_deref().unwrap_or("not measured")
        );
        for part in Part::ALL {
            let restart = shop.restart(part).await;
            let record = traffic.take().await;
            println!("NOTE: on PostgreSQL, {part} restarts: {restart}, {record}");
            assert!(restart.longest_stop < DRAIN_DELAY + STOPS_WITHIN, "{part}: {restart}");
            all.extend(record);
        }
        let sold = traffic.end().await;
        println!("NOTE: on PostgreSQL: {sold}");
        all.expect_no_failure();
    })
    .await;
}
