//! What a second terminal can do to the running shop.

use kit::eventually;
use kit::shop::{Part, Shop};
use serde_json::Value;

use crate::{SOON, is_alive};

async fn entry(shop: &Shop, part: Part) -> Value {
    let status = shop.status().await;
    let parts = status["parts"].as_array().expect("a list").clone();
    parts.into_iter().find(|entry| entry["name"] == part.name()).expect("every part is listed")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_part_is_gone_and_stays_so_while_the_others_go_on() {
    let shop = Shop::start().await;
    let pid = shop.process_id(Part::Product).await.expect("it runs");

    shop.stop(Part::Product).await;
    assert!(!is_alive(pid), "stop returned before the process was gone");
    let product = entry(&shop, Part::Product).await;
    assert_eq!(
        (&product["state"], &product["ready"], &product["pid"]),
        (&"stopped".into(), &false.into(), &Value::Null)
    );
    shop.customer_key("ada").await;

    shop.start_part(Part::Product).await;
    shop.client(Part::Product).get("/api/products").send().await.expect(200);
    let product = entry(&shop, Part::Product).await;
    assert_eq!(
        (&product["state"], &product["ready"], &product["restarts"]),
        (&"running".into(), &true.into(), &0.into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_part_answers_nothing_until_it_is_started() {
    let shop = Shop::start().await;
    let pid = shop.process_id(Part::Order).await.expect("it runs");

    shop.freeze(Part::Order).await;
    let order = entry(&shop, Part::Order).await;
    assert_eq!(
        (&order["state"], &order["ready"], &order["pid"]),
        (&"frozen".into(), &false.into(), &pid.into())
    );

    shop.start_part(Part::Order).await;
    assert_eq!(shop.process_id(Part::Order).await, Some(pid), "thawing makes no new process");
    assert_eq!(entry(&shop, Part::Order).await["ready"], true);

    shop.freeze(Part::Order).await;
    shop.stop(Part::Order).await;
    assert!(!is_alive(pid), "a frozen part can be stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_part_comes_back_by_itself() {
    let shop = Shop::start().await;
    let killed = shop.kill(Part::User).await.expect("it runs");
    let user = eventually(SOON, "the user service is back", async || {
        let user = entry(&shop, Part::User).await;
        if user["ready"] == true && user["pid"] != killed { Ok(user) } else { Err(user) }
    })
    .await;
    assert_eq!((&user["state"], &user["restarts"]), (&"running".into(), &1.into()));
    assert!(shop.log().contains("user       | has ended (signal: 9 (SIGKILL))"), "{}", shop.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_lists_every_part_with_its_addresses() {
    let shop = Shop::start().await;
    let status = shop.status().await;
    assert_eq!((&status["shop"], &status["title"]), (&"tea-house".into(), &"Tea House".into()));
    assert_eq!(status["url"], shop.client(Part::Storefront).base());
    for part in Part::ALL {
        let entry = entry(&shop, part).await;
        assert_eq!(entry["url"], shop.client(part).base());
        assert_eq!(entry["internal_url"], shop.internal(part).base());
        assert_eq!(
            (&entry["state"], &entry["ready"], &entry["restarts"]),
            (&"running".into(), &true.into(), &0.into())
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_is_shown_though_its_service_is_stopped_and_the_storefront_started_anew() {
    let shop = Shop::start().await;
    eventually(SOON, "the storefront has its copy", async || {
        let metrics = shop.internal(Part::Storefront).get("/metrics").send().await.expect(200).text();
        if metrics.contains("\nshop_catalogue_products 27\n") { Ok(()) } else { Err("not yet") }
    })
    .await;
    shop.stop(Part::Product).await;
    shop.stop(Part::Storefront).await;
    shop.start_part(Part::Storefront).await;
    let page = shop.client(Part::Storefront).get("/?q=sencha").send().await.expect(200).text();
    assert!(page.contains("Spring Sencha") && page.contains("/product/spring-sencha"), "{page}");
    assert!(!page.contains("Malty Assam"), "{page}");
}
