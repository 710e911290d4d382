//! A version that does not come up.

use std::time::Duration;

use cluster::{Cluster, Seen, Shop};
use serde_json::json;

use crate::town::{namespace, together};

/// How long until a version that never becomes ready is told: nodes try several times to find its images.
const TOLD_WITHIN: Duration = Duration::from_secs(240);

#[tokio::test]
async fn a_version_that_nobody_has_is_told_with_the_remedy_and_the_old_one_goes_on_serving() {
    let _turn = together().await;
    let cluster = Cluster::connect().await;
    let town = namespace(&cluster, "versions").await;
    let shop = Shop::open(&town, "tea", json!({"postgres": {}})).await;
    let http = shop.door().await.http();
    let version = shop.seen().await.expect("read the Shop").0["status"]["version"].clone();

    shop.patch(json!({"spec": {"version": "9.9.9"}})).await;
    let told = shop.until_condition("Stalled", "True", "PodsFailing", TOLD_WITHIN).await;
    assert!(told.message.contains("shopkeeper-user:9.9.9"), "it names the image: {}", told.message);
    assert!(told.message.contains("spec.version"), "it names the remedy: {}", told.message);
    let ready = shop.seen().await.expect("read the Shop").condition("Ready");
    assert_eq!(ready.status, "False", "{ready:?}");
    for (path, status) in
        [("/", 200), ("/api/products?limit=1", 200), ("/api/user", 401), ("/api/order", 401)]
    {
        http.get(path).send().await.expect(status);
    }
    cluster::Visitor::new(http).join("ada").await;

    shop.patch(json!({"spec": {"version": null}})).await;
    shop.until_ready().await;
    let seen = shop.until("it stalls no more", TOLD_WITHIN, |seen: &Seen| {
        seen.condition("Stalled").status != "True" && seen.0["status"]["version"] == version
    });
    seen.await;
}
