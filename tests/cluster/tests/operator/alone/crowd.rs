//! Many Shops at once.

use std::time::Duration;

use cluster::{Cluster, Seen, Shop, Visitor, report};
use futures::future::join_all;
use serde_json::json;
use tokio::time::Instant;

use crate::town::{alone, namespace, restarted_nothing};

/// Shops, each in a namespace of its own.
const SHOPS: usize = 10;

/// How long they may take altogether: forty Pods and thirty volumes, on two cores.
const READY_WITHIN: Duration = Duration::from_secs(420);

#[tokio::test]
async fn ten_shops_in_ten_namespaces_come_up_together_and_know_nothing_of_each_other() {
    let _turn = alone().await;
    let cluster = Cluster::connect().await;
    let towns = join_all((0..SHOPS).map(|_| namespace(&cluster, "crowd"))).await;
    let shops = towns.iter().map(|town| Shop::named(town, "tea")).collect::<Vec<_>>();
    for shop in &shops {
        shop.furnish().await;
    }
    let began = Instant::now();
    for shop in &shops {
        shop.apply(shop.furnished(json!({"sqlite": {}}))).await;
    }
    for shop in &shops {
        shop.until("it is ready", READY_WITHIN.saturating_sub(began.elapsed()), Seen::is_ready).await;
    }
    report(&format!(
        "NOTE: crowd: {SHOPS} Shops are ready {:.0} s after the first",
        began.elapsed().as_secs_f64()
    ));
    let clients = join_all(shops.iter().map(async |shop| {
        shop.until_let_in().await;
        shop.door().await.http()
    }));
    let clients = clients.await;
    Visitor::new(clients[0].clone()).join("ada").await;
    let login = [("username", "ada"), ("password", cluster::PASSWORD)];
    clients[0].post("/api/user/login").form(login).send().await.expect(200);
    for (shop, http) in shops.iter().zip(&clients).skip(1) {
        http.post("/api/user/login").form(login).send().await.expect(401);
        restarted_nothing(shop.namespace).await;
    }
}
