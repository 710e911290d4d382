//! A shopper's way through the whole shop, with everything up.

use kit::eventually;
use kit::shop::{Part, Shop};
use serde_json::json;

use crate::SOON;
use crate::shopper::{Shopper, left, stocked};

#[tokio::test(flavor = "multi_thread")]
async fn from_registering_to_a_confirmed_order_and_a_lower_stock() {
    let shop = Shop::start().await;
    let staff_key = shop.staff_key().await;
    let shopper = Shopper::register(&shop, "anna").await;

    let products = shop.client(Part::Product);
    let listed = products.get("/api/products").send().await.expect_json(200);
    assert!(listed["results"].as_array().expect("a list").len() >= 24, "{listed}");
    let found = products.get("/api/products?q=darjeeling").send().await.expect_json(200);
    let tea = &found["results"][0];
    assert_eq!(tea["slug"], "first-flush-darjeeling", "{found}");
    let (id, price) = (tea["id"].as_i64().expect("an id"), tea["price"].as_i64().expect("a price"));
    let before = left(&shop, &staff_key, id).await;

    shopper.add(id, 1).await;
    let basket = shopper.add(id, 2).await;
    assert_eq!((&basket["is_open"], &basket["items"][0]["quantity"]), (&json!(true), &json!(3)), "{basket}");
    let set = shopper.order.put(&format!("/api/order/item/{id}")).json(json!({"quantity": 2})).send().await;
    assert_eq!(set.expect_json(200)["result"]["total"], 2 * price);

    let order = shopper.check_out().await;
    assert_eq!((&order["is_open"], &order["total"]), (&json!(false), &json!(2 * price)), "{order}");
    shopper.until(&order, "confirmed").await;
    assert_eq!(left(&shop, &staff_key, id).await, before - 2);

    shopper.order.post(&format!("/api/order/{}/cancel", order["id"])).send().await.expect(200);
    eventually(SOON, "the stock is back", async || match left(&shop, &staff_key, id).await {
        now if now == before => Ok(()),
        now => Err(now),
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_there_is_is_refused_line_by_line() {
    let shop = Shop::start().await;
    let scarce = stocked(&shop, "Scarce tea", 2).await;
    let plenty = stocked(&shop, "Plenty of tea", 100).await;
    let shopper = Shopper::register(&shop, "anna").await;
    shopper.add(scarce, 3).await;
    shopper.add(plenty, 1).await;
    let order = shopper.check_out().await;
    let refused = shopper.until(&order, "refused").await;
    assert_eq!(refused["items"][0]["refusal"], "out_of_stock", "{refused}");
    assert!(refused["items"][1]["refusal"].is_null(), "{refused}");
    let staff_key = shop.staff_key().await;
    assert_eq!(left(&shop, &staff_key, scarce).await, 2);
    assert_eq!(left(&shop, &staff_key, plenty).await, 100, "nothing of a refused order is held");
}
