//! Parts are down.

use std::time::Duration;

use chassis::clock::Clock;

use super::shop;
use crate::shopfront::Shopfront;
use crate::world::{Mode, Services};

#[tokio::test]
async fn with_the_product_service_down_products_are_looked_at_and_orders_go_on() {
    let (shop, browser) = shop().await;
    shop.services.product.behave(Mode::Frozen);
    shop.until_health("product", "down").await;
    let list = browser.get("/staff/products").await;
    assert_eq!(list.status, 200);
    list.says(&["Matcha", "can be looked at but not changed", "This is our catalogue as of"]);
    list.says_nothing_of(&["pieces", "Not counted", "/staff/products/new"]);
    let one = browser.get("/staff/products/2").await;
    assert_eq!(one.status, 200);
    one.says(&["<fieldset disabled>", "Matcha", "nothing can be saved for now"]);
    browser.get("/staff/products/new").await.says(&["<fieldset disabled>"]);
    browser.get("/staff/import").await.says(&["<fieldset disabled>"]);
    browser.get("/staff/low-stock").await.says(&["Gyokuro", "Matcha", "the numbers are not known"]);
    assert_eq!(browser.get("/staff/orders").await.status, 200);
    assert_eq!(browser.get("/staff/customers").await.status, 200);

    let form =
        [("name", "Matcha II"), ("slug", "matcha"), ("price", "1"), ("version", "1"), ("shown_stock", "7")];
    let answer = browser.post("/staff/products/2", &form).await;
    assert_eq!(answer.status, 503);
    answer.says(&["value=\"Matcha II\"", "What you typed is still here"]);
    // What the form was made from is not forgotten: no change of somebody else's is overwritten later.
    assert_eq!(answer.field("version").as_deref(), Some("1"));
    assert_eq!(answer.field("shown_stock").as_deref(), Some("7"));
}

#[tokio::test]
async fn with_the_order_service_down_orders_say_so_and_products_go_on() {
    let (shop, browser) = shop().await;
    shop.services.order.behave(Mode::Failing);
    shop.until_health("order", "down").await;
    for path in ["/staff/orders", "/staff/orders/1"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 503, "{path}");
        assert_eq!(answer.header("retry-after"), "2");
        answer.says(&["Orders are paused for a moment"]);
    }
    let button = browser.post("/staff/orders/1/fulfil", &[]).await;
    assert_eq!(button.status, 503);
    // To try again is to look at the page with the button: the button's own address cannot be looked at.
    button.says(&["href=\"/staff/orders/1\">Try again"]);
    let overview = browser.get("/staff").await;
    assert_eq!(overview.status, 200);
    overview.says(&["Nothing is lost", "Gyokuro"]);
    assert_eq!(browser.get("/staff/products/1").await.status, 200);
    browser.get("/staff/rules").await.says(&["all products are shown.", "Holds, right now"]);
}

#[tokio::test]
async fn with_the_user_service_down_customers_say_so_and_the_rest_goes_on() {
    let (mut shop, browser) = shop().await;
    shop.services.user.stop().await;
    shop.until_health("user", "down").await;
    for path in ["/staff/customers", "/staff/customers/1"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 503, "{path}");
        answer.says(&["Accounts are resting"]);
    }
    for path in ["/staff", "/staff/products", "/staff/products/1", "/staff/orders", "/staff/rules"] {
        assert_eq!(browser.get(path).await.status, 200, "{path}");
    }
    let rules = browser.get("/staff/rules").await;
    rules.says(&["data-rule=\"1\" data-standing=\"resting\"", "data-rule=\"4\" data-standing=\"proven\""]);
    shop.services.user.restart().await;
    shop.until_health("user", "up").await;
    assert_eq!(browser.get("/staff/customers").await.status, 200);
}

#[tokio::test]
async fn once_the_key_is_dead_and_accounts_rest_staff_pages_rest_too() {
    let clock = Clock::set_at(1_795_253_400_000);
    let shop = Shopfront::open_by(&clock).await;
    let browser = shop.logged_in("staff").await;
    shop.services.user.behave(Mode::Failing);
    shop.until_health("user", "down").await;
    assert_eq!(browser.get("/staff/products").await.status, 200, "the key still holds");
    clock.advance(Duration::from_secs(16 * 60));
    for path in ["/staff", "/staff/products", "/staff/rules"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 503, "{path}");
        answer.says(&["Accounts are resting", "Ada"]);
    }
}

#[tokio::test]
async fn before_any_catalogue_was_seen_the_pages_are_calm() {
    let services = Services::start().await;
    services.product.behave(Mode::Failing);
    let shop = Shopfront::open_as(services, "http://127.0.0.1:8080").await;
    shop.until_health("product", "down").await;
    let browser = shop.logged_in("staff").await;
    browser.get("/staff/low-stock").await.says(&["No catalogue is known yet"]);
    assert_eq!(browser.get("/staff/products").await.status, 200);
    assert_eq!(browser.get("/staff/products/1").await.status, 503);
    browser.get("/staff/rules").await.says(&["No catalogue was seen yet."]);
    assert_eq!(browser.get("/staff").await.status, 200);
}

#[tokio::test]
async fn what_was_typed_is_kept_though_nobody_knows_the_product_any_more() {
    let services = Services::start().await;
    services.product.behave(Mode::Failing);
    let shop = Shopfront::open_as(services, "http://127.0.0.1:8080").await;
    let browser = shop.logged_in("staff").await;
    let form =
        [("name", "Matcha II"), ("slug", "matcha"), ("price", "1"), ("version", "4"), ("shown_stock", "7")];
    let answer = browser.post("/staff/products/2", &form).await;
    assert_eq!(answer.status, 503);
    answer.says(&["value=\"Matcha II\"", "What you typed is still here", "action=\"/staff/products/2\""]);
    assert_eq!(answer.field("version").as_deref(), Some("4"));
}
