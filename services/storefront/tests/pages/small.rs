//! What is no page.

use crate::shopfront::Shopfront;
use serde_json::Value;

#[tokio::test]
async fn the_state_of_the_parts_is_told_to_open_pages() {
    let mut shop = Shopfront::open().await;
    let browser = shop.browser();
    let answer = browser.get("/status.json").await;
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let status: Value = serde_json::from_str(&answer.text).expect("JSON");
    assert_eq!(status["notices"].as_array().map(Vec::len), Some(0));
    assert_eq!(status["capabilities"]["order"], true);
    shop.services.order.stop().await;
    shop.until_health("order", "down").await;
    let status: Value = serde_json::from_str(&browser.get("/status.json").await.text).expect("JSON");
    assert_eq!(status["notices"][0]["about"], "order");
    assert_eq!(status["capabilities"]["order"], false);
}

#[tokio::test]
async fn files_are_named_by_content_and_kept_for_ever() {
    let shop = Shopfront::open().await;
    let browser = shop.browser();
    let home = browser.get("/").await.text;
    for kind in ["shop.", "favicon."] {
        let start = home.find(&format!("/assets/{kind}")).expect("a link");
        let path: String = home[start..].chars().take_while(|character| *character != '"').collect();
        let answer = browser.get(&path).await;
        assert_eq!(answer.status, 200);
        assert!(answer.header("cache-control").contains("immutable"), "{path}");
    }
    let icon = browser.get("/favicon.ico").await;
    assert_eq!(icon.status, 303);
    assert_eq!(browser.get(icon.location()).await.header("content-type"), "image/svg+xml");
    assert_eq!(browser.get("/assets/nothing.css").await.status, 404);
    browser.get("/robots.txt").await.says(&["Disallow: /basket"]);
}

#[tokio::test]
async fn the_storefront_is_ready_whatever_its_peers_do() {
    let mut shop = Shopfront::open().await;
    for service in [&mut shop.services.user, &mut shop.services.product, &mut shop.services.order] {
        service.stop().await;
    }
    shop.until_health("user", "down").await;
    let ready = reqwest::get(format!("http://{}/readyz", shop.running.internal)).await.expect("an answer");
    assert_eq!(ready.status(), 200);
}
