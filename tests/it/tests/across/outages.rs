//! One service away: what goes on all the same, and what catches up afterwards.

use kit::eventually;
use kit::shop::{Part, Shop};
use serde_json::json;

use crate::SOON;
use crate::shopper::{Shopper, left, stocked};

#[tokio::test(flavor = "multi_thread")]
async fn without_the_product_service_orders_are_taken_and_confirmed_later() {
    let shop = Shop::start().await;
    let product = stocked(&shop, "Patient tea", 10).await;
    shop.stop(Part::Product).await;

    let shopper = Shopper::register(&shop, "anna").await;
    shopper.add(product, 4).await;
    let order = shopper.check_out().await;
    let given_up = Shopper::register(&shop, "berta").await;
    given_up.add(product, 5).await;
    let cancelled = given_up.check_out().await;
    given_up.order.post(&format!("/api/order/{}/cancel", cancelled["id"])).send().await.expect(200);

    shop.start_part(Part::Product).await;
    shopper.until(&order, "confirmed").await;
    let staff_key = shop.staff_key().await;
    eventually(SOON, "only the order that stands is reserved", async || {
        match left(&shop, &staff_key, product).await {
            6 => Ok(()),
            other => Err(other),
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_product_service_holds_nobody_up() {
    let shop = Shop::start().await;
    let product = stocked(&shop, "Frosty tea", 10).await;
    let shopper = Shopper::register(&shop, "anna").await;
    shop.freeze(Part::Product).await;
    shopper.add(product, 1).await;
    let order = shopper.check_out().await;
    shop.start_part(Part::Product).await;
    shopper.until(&order, "confirmed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_order_service_products_are_shown_and_people_log_in() {
    let shop = Shop::start().await;
    shop.stop(Part::Order).await;
    shop.customer_key("anna").await;
    let staff = shop.client(Part::Product).with_key(shop.staff_key().await);
    let added = json!({"name": "Lonely tea", "slug": "lonely-tea", "image": "", "price": 1});
    staff.post("/api/product/create").json(added).send().await.expect(200);
    let found = shop.client(Part::Product).get("/api/products?q=lonely").send().await.expect_json(200);
    assert_eq!(found["results"][0]["slug"], "lonely-tea", "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_user_service_a_key_goes_on_working_everywhere_else() {
    let shop = Shop::start().await;
    let product = stocked(&shop, "Trusted tea", 10).await;
    let (shopper, staff_key) = (Shopper::register(&shop, "anna").await, shop.staff_key().await);
    shop.stop(Part::User).await;
    shopper.add(product, 2).await;
    let order = shopper.check_out().await;
    shopper.until(&order, "confirmed").await;
    assert_eq!(left(&shop, &staff_key, product).await, 8, "staff see the quantity");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_is_known_everywhere_soon_after() {
    let shop = Shop::start().await;
    let (leaving, staying) =
        (Shopper::register(&shop, "anna").await, Shopper::register(&shop, "berta").await);
    let staff_key = shop.staff_key().await;
    leaving.order.get("/api/orders").send().await.expect(200);
    for key in [&leaving.key, &staff_key] {
        let answer = shop.client(Part::User).with_key(key).post("/api/user/logout").send().await;
        assert_eq!(answer.expect_json(200)["message"], "You are logged out");
    }
    shop.client(Part::User).with_key(&leaving.key).get("/api/user").send().await.expect(401);
    eventually(SOON, "the order service refuses the key", async || {
        match leaving.order.get("/api/orders").send().await {
            answer if answer.status == 401 => Ok(()),
            answer => Err(answer.to_string()),
        }
    })
    .await;
    eventually(SOON, "the product service refuses the key", async || {
        let client = shop.client(Part::Product).with_key(&staff_key);
        match client.post("/api/product/create").json(json!({})).send().await {
            answer if answer.status == 401 => Ok(()),
            answer => Err(answer.to_string()),
        }
    })
    .await;
    staying.order.get("/api/orders").send().await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_starts_later_hears_of_logouts_that_it_missed() {
    let shop = Shop::start().await;
    let shopper = Shopper::register(&shop, "anna").await;
    shop.stop(Part::Order).await;
    shop.client(Part::User).with_key(&shopper.key).post("/api/user/logout").send().await.expect(200);
    shop.start_part(Part::Order).await;
    eventually(SOON, "the order service refuses the key", async || {
        match shopper.order.get("/api/orders").send().await {
            answer if answer.status == 401 => Ok(()),
            answer => Err(answer.to_string()),
        }
    })
    .await;
}
