//! What the stock answers, and what the product service may ask.

use crate::harness::{SOON, Service, add, pieces, product, refused, reserved, until_state};
use contract::{event::RefusedLine, order::Refusal};
use kit::{TestDatabase, eventually};
use serde_json::{Value, json};
use uuid::Uuid;

kit::on_both_engines!(a_reserved_order_is_confirmed);
async fn a_reserved_order_is_confirmed(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    let (id, uid) = service.placed_order(&customer).await;
    service.products.say(reserved(uid));
    let order = until_state(&customer, id, "confirmed").await;
    assert_eq!(order["is_open"], false);
}

kit::on_both_engines!(a_refused_order_says_why_line_by_line);
async fn a_refused_order_says_why_line_by_line(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    add(&customer, 2, 3).await;
    add(&customer, 3, 1).await;
    let (id, uid) = service.placed_order(&customer).await;
    let blamed = |product_id, reason| RefusedLine { product_id, reason };
    service
        .products
        .say(refused(uid, vec![blamed(2, Refusal::OutOfStock), blamed(3, Refusal::UnknownProduct)]));
    let order = until_state(&customer, id, "refused").await;
    let reasons: Vec<_> =
        order["items"].as_array().unwrap().iter().map(|item| item["refusal"].clone()).collect();
    assert_eq!(reasons, [json!("out_of_stock"), json!("unknown_product"), Value::Null]);
}

kit::on_both_engines!(repeated_late_and_unknown_answers_of_the_stock_change_nothing);
async fn repeated_late_and_unknown_answers_of_the_stock_change_nothing(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    let (confirmed, confirmed_uid) = service.confirmed_order(&customer).await;
    let (cancelled, cancelled_uid) = service.placed_order(&customer).await;
    customer.post(&format!("/api/order/{cancelled}/cancel")).send().await.expect(200);
    let (refused_id, refused_uid) = service.placed_order(&customer).await;
    service.products.say(refused(refused_uid, Vec::new()));
    until_state(&customer, refused_id, "refused").await;
    let before = customer.get("/api/orders").send().await.expect_json(200);
    let told = service.told().await;
    for uid in [confirmed_uid, cancelled_uid, refused_uid, Uuid::new_v4()] {
        service.products.say(reserved(uid));
        service.products.say(refused(uid, vec![RefusedLine { product_id: 1, reason: Refusal::OutOfStock }]));
        service.products.say(reserved(uid));
    }
    service.products.say(product(6, 1, 1));
    service.until_known(6).await;
    assert_eq!(customer.get("/api/orders").send().await.expect_json(200), before);
    assert_eq!(service.told().await, told);
    assert!(
        [confirmed, cancelled, refused_id]
            .iter()
            .all(|id| before.to_string().contains(&format!("\"id\":{id},")))
    );
}

kit::on_both_engines!(an_older_fact_about_a_product_does_not_replace_a_newer_one);
async fn an_older_fact_about_a_product_does_not_replace_a_newer_one(database: TestDatabase) {
    let service = Service::start(database).await;
    for (price, revision) in [(300, 3), (200, 2), (300, 3), (100, 1)] {
        service.products.say(product(1, price, revision));
    }
    service.products.say(product(6, 1, 1));
    service.until_known(6).await;
    assert_eq!(add(&service.customer(7), 1, 1).await["total"], 300);
}

kit::on_both_engines!(the_snapshot_holds_every_order_that_is_not_final_in_pages);
async fn the_snapshot_holds_every_order_that_is_not_final_in_pages(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    let (_, confirmed) = service.confirmed_order(&customer).await;
    let (cancelled, _) = service.placed_order(&customer).await;
    customer.post(&format!("/api/order/{cancelled}/cancel")).send().await.expect(200);
    let (fulfilled, _) = service.confirmed_order(&customer).await;
    service.staff().post(&format!("/api/order/{fulfilled}/fulfil")).send().await.expect(200);
    let (_, placed) = service.placed_order(&customer).await;
    let (_, last) = service.placed_order(&customer).await;
    add(&customer, 1, 1).await;
    let (mut path, mut uids) = ("/internal/snapshot?limit=2".to_owned(), Vec::new());
    let newest = service.told().await.last().unwrap().position;
    loop {
        let page = service.replica.inside.get(&path).send().await.expect_json(200);
        assert_eq!(page["position"], newest);
        for event in page["events"].as_array().unwrap() {
            assert_eq!(event["type"], "dev.shopkeeper.order.placed");
            assert_eq!(event["data"]["lines"], json!([{"product_id": 1, "quantity": 1}]));
            uids.push(event["data"]["order_uid"].as_str().unwrap().parse::<Uuid>().unwrap());
        }
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/internal/snapshot?limit=2&after={next}");
    }
    assert_eq!(uids, [confirmed, placed, last]);
}

kit::on_both_engines!(the_product_service_may_ask_where_orders_stand);
async fn the_product_service_may_ask_where_orders_stand(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    let (_, confirmed) = service.confirmed_order(&customer).await;
    let (_, placed) = service.placed_order(&customer).await;
    let unknown = Uuid::new_v4();
    let ask = |uids: Vec<Uuid>| {
        service.replica.inside.post("/internal/orders/states").json(json!({"order_uids": uids})).send()
    };
    let answer = ask(vec![confirmed, placed, unknown]).await.expect_json(200);
    let expected = [(confirmed, "confirmed"), (placed, "placed"), (unknown, "unknown")];
    assert_eq!(answer["states"].as_object().unwrap().len(), 3);
    for (uid, state) in expected {
        assert_eq!(answer["states"][uid.to_string()], state);
    }
    assert_eq!(ask(Vec::new()).await.expect_json(200), json!({"states": {}}));
    ask(vec![unknown; 501]).await.expect_problem(400);
}

kit::on_both_engines!(a_restart_goes_on_where_the_feed_was_left);
async fn a_restart_goes_on_where_the_feed_was_left(database: TestDatabase) {
    let mut service = Service::start(database).await;
    let customer = service.customer(7);
    let (id, uid) = service.placed_order(&customer).await;
    add(&customer, 2, 2).await;
    service.replica.stop().await;
    service.products.say(reserved(uid));
    service.replica = service.further_replica().await;
    let customer = service.customer(7);
    until_state(&customer, id, "confirmed").await;
    assert_eq!(pieces(&customer).await, [(2, 2)]);
    eventually(SOON, "the part is ready", async || {
        let status = service.replica.inside.get("/readyz").send().await.status;
        if status == 200 { Ok(()) } else { Err(status) }
    })
    .await;
}

kit::on_both_engines!(difference_with_the_user_and_product_services_down_everything_goes_on);
async fn difference_with_the_user_and_product_services_down_everything_goes_on(database: TestDatabase) {
    let mut service = Service::start(database).await;
    service.lose_peers().await;
    let customer = service.customer(7);
    add(&customer, 1, 2).await;
    customer.put("/api/order/item/2").form([("quantity", 1)]).send().await.expect(200);
    let order = customer.post("/api/order/checkout").send().await.expect_json(200)["result"].clone();
    assert_eq!((&order["state"], &order["total"]), (&json!("placed"), &json!(400)));
    let cancelled = customer.post(&format!("/api/order/{}/cancel", order["id"])).send().await;
    assert_eq!(cancelled.expect_json(200)["result"]["state"], "cancelled");
    service.replica.inside.get("/readyz").send().await.expect(200);
}
