//! A browser's whole way through a shop of the operator, through the ingress with TLS, on both engines.

use cluster::{Cluster, Shop};
use serde_json::{Value, json};

use crate::town::{namespace, restarted_nothing_since, restarts, together};

#[tokio::test]
async fn shoppers_buy_in_a_shop_on_sqlite() {
    shoppers_buy(json!({"sqlite": {}})).await;
}

#[tokio::test]
async fn shoppers_buy_in_a_shop_on_postgres() {
    shoppers_buy(json!({"postgres": {}})).await;
}

async fn shoppers_buy(database: Value) {
    let _turn = together().await;
    let cluster = Cluster::connect().await;
    let town = namespace(&cluster, "journeys").await;
    let shop = Shop::open(&town, "tea", database).await;
    let door = shop.door().await;
    let seen = shop.seen().await.expect("read the Shop");
    assert_eq!(seen.0["status"]["url"], json!(door.url()));
    let before = restarts(&town).await;
    cluster::journeys(&door, &shop.staff_file()).await;
    restarted_nothing_since(&town, &before).await;
}

#[tokio::test]
async fn a_shop_that_closes_its_api_to_the_outside_still_sells() {
    let _turn = together().await;
    let cluster = Cluster::connect().await;
    let town = namespace(&cluster, "pages-only").await;
    let shop = Shop::named(&town, "tea");
    shop.furnish().await;
    let mut spec = shop.furnished(json!({"sqlite": {}}));
    spec["exposure"]["api"] = json!(false);
    shop.apply(spec).await;
    shop.until_ready().await;
    let http = shop.door().await.http();
    kit::eventually(cluster::READY_WITHIN, "the pages are shown", async || {
        match http.get("/").try_send().await {
            Ok(page) if page.status == 200 && page.text().contains("data-product") => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    for path in ["/api/products", "/api/user", "/api/order"] {
        http.get(path).send().await.expect(404);
    }
    cluster::Visitor::new(http).join("ada").await;
}
