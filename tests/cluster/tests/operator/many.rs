//! Shops beside each other.

use cluster::{Cluster, Shop, Visitor};
use serde_json::json;

use crate::town::{namespace, restarted_nothing, together};

#[tokio::test]
async fn two_shops_in_one_namespace_know_nothing_of_each_other() {
    let _turn = together().await;
    let cluster = Cluster::connect().await;
    let town = namespace(&cluster, "two").await;
    let (tea, coffee) = tokio::join!(
        Shop::open(&town, "tea", json!({"sqlite": {}})),
        Shop::open(&town, "coffee", json!({"sqlite": {}}))
    );
    let [tea_http, coffee_http] = [tea.door().await.http(), coffee.door().await.http()];
    Visitor::new(tea_http.clone()).join("ada").await;
    let login = [("username", "ada"), ("password", cluster::PASSWORD)];
    let key = tea_http.post("/api/user/login").form(login).send().await.expect_json(200);
    let key = key["api_key"].as_str().expect("a key");
    coffee_http.post("/api/user/login").form(login).send().await.expect(401);
    coffee_http.with_key(key).get("/api/orders").send().await.expect(401);

    tea.delete().await;
    tea.until_gone_but(cluster::READY_WITHIN, |_| false).await;
    assert!(coffee.seen().await.expect("it is there").is_ready(), "it went with the other");
    coffee_http.get("/").send().await.expect(200);
    coffee_http.get("/api/products?limit=1").send().await.expect(200);
    restarted_nothing(&town).await;
}
