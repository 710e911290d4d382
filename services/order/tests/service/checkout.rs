//! Checking out: once per key, at the price that was shown.

use crate::harness::{SOON, Service, add, of_type, pieces, product, reserved, until_state};
use kit::{
    TestDatabase, eventually,
    http::{Client, Request, wrong_fields},
};
use serde_json::{Value, json};
use std::time::Duration;

const CHECKOUT: &str = "/api/order/checkout";

fn with_key(customer: &Client, key: &str) -> Request {
    customer.post(CHECKOUT).header("Idempotency-Key", key)
}

async fn orders(customer: &Client) -> Vec<Value> {
    customer.get("/api/orders").send().await.expect_json(200).as_array().unwrap().clone()
}

kit::on_both_engines!(checking_out_places_the_order_and_empties_the_basket);
async fn checking_out_places_the_order_and_empties_the_basket(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    let basket = add(&customer, 2, 3).await;
    let order = customer.post(CHECKOUT).send().await.expect_json(200)["result"].clone();
    let placed_at = order["placed_at"].as_str().unwrap();
    assert_eq!(
        order,
        json!({
            "id": basket["id"], "is_open": false, "state": "placed", "user_id": 7, "total": 600, "currency": "EUR",
            "placed_at": placed_at,
            "items": [{"product": 2, "quantity": 3, "name": "Tea 2", "unit_price": 200, "line_total": 600}],
        })
    );
    assert_eq!(pieces(&customer).await, []);
    assert_eq!(
        customer.get(&format!("/api/order/{}", order["id"])).send().await.expect_json(200)["result"],
        order
    );
}

kit::on_both_engines!(the_stock_is_told_of_an_order_in_the_trace_of_its_checkout);
async fn the_stock_is_told_of_an_order_in_the_trace_of_its_checkout(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    add(&customer, 2, 3).await;
    add(&customer, 1, 1).await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let checkout = customer.post(CHECKOUT).header("traceparent", &format!("00-{trace}-00f067aa0ba902b7-01"));
    checkout.send().await.expect(200);
    let told = service.told().await;
    let [placed] = of_type(&told, "placed")[..] else { panic!("{told:?}") };
    let mut lines: Vec<_> = placed.data["lines"].as_array().unwrap().iter().map(Value::to_string).collect();
    lines.sort();
    assert_eq!(lines, [r#"{"product_id":1,"quantity":1}"#, r#"{"product_id":2,"quantity":3}"#]);
    assert!(placed.traceparent.as_ref().unwrap().contains(trace));
}

kit::on_both_engines!(difference_checking_out_nothing_is_409_and_not_500);
async fn difference_checking_out_nothing_is_409_and_not_500(database: TestDatabase) {
    let service = Service::start(database).await;
    let problem = service.customer(7).post(CHECKOUT).send().await.expect_problem(409);
    assert_eq!(problem["message"], "No order found");
}

kit::on_both_engines!(a_delivery_name_and_address_are_kept_with_the_order);
async fn a_delivery_name_and_address_are_kept_with_the_order(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    add(&customer, 1, 1).await;
    let form = [
        ("delivery_name", " Žofie Müller "),
        ("delivery_address", "1 Quay\r\nCork\r\n"),
        ("expected_total", "100"),
    ];
    let order = customer.post(CHECKOUT).form(form).send().await.expect_json(200)["result"].clone();
    assert_eq!(order["delivery_name"], "Žofie Müller");
    assert_eq!(order["delivery_address"], "1 Quay\nCork");
}

kit::on_both_engines!(every_wrong_field_of_a_checkout_is_named_and_the_basket_is_kept);
async fn every_wrong_field_of_a_checkout_is_named_and_the_basket_is_kept(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    add(&customer, 1, 1).await;
    let body =
        json!({"expected_total": -1, "delivery_name": "a\u{202e}b", "delivery_address": "x".repeat(1001)});
    let problem = customer.post(CHECKOUT).json(body).send().await.expect_problem(400);
    assert_eq!(wrong_fields(&problem), ["expected_total", "delivery_name", "delivery_address"]);
    for key in ["", "two words", &"k".repeat(256)] {
        let problem = with_key(&customer, key).send().await.expect_problem(400);
        assert_eq!(wrong_fields(&problem), ["Idempotency-Key"]);
    }
    assert_eq!(pieces(&customer).await, [(1, 1)]);
}

kit::on_both_engines!(a_changed_price_is_409_with_both_totals_and_the_basket_is_kept);
async fn a_changed_price_is_409_with_both_totals_and_the_basket_is_kept(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    add(&customer, 1, 2).await;
    let checkout = |expected: i64| with_key(&customer, "one").json(json!({"expected_total": expected}));
    let problem = checkout(150).send().await.expect_problem(409);
    assert_eq!((&problem["expected_total"], &problem["total"]), (&json!(150), &json!(200)));
    assert_eq!(pieces(&customer).await, [(1, 2)]);
    assert_eq!(service.told().await.len(), 0);
    let order = checkout(200).send().await.expect_json(200);
    assert_eq!(order["result"]["total"], 200, "the key of a checkout that was refused is not used up");
}

kit::on_both_engines!(an_order_keeps_the_prices_that_it_was_placed_at);
async fn an_order_keeps_the_prices_that_it_was_placed_at(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    let (id, _) = service.placed_order(&customer).await;
    service.products.say(product(1, 999, 2));
    service.products.say(product(6, 1, 1));
    service.until_known(6).await;
    let order = customer.get(&format!("/api/order/{id}")).send().await.expect_json(200)["result"].clone();
    assert_eq!((&order["total"], &order["items"][0]["unit_price"]), (&json!(100), &json!(100)));
}

kit::on_both_engines!(a_total_that_cannot_be_written_down_is_refused);
async fn a_total_that_cannot_be_written_down_is_refused(database: TestDatabase) {
    let service = Service::start(database).await;
    service.products.say(product(6, i64::MAX / 2, 1));
    service.until_known(6).await;
    let customer = service.customer(7);
    assert_eq!(add(&customer, 6, 3).await["total"], i64::MAX);
    customer.post(CHECKOUT).send().await.expect_problem(409);
    assert_eq!(pieces(&customer).await, [(6, 3)]);
}

kit::on_both_engines!(the_same_key_gets_the_same_answer_and_one_order);
async fn the_same_key_gets_the_same_answer_and_one_order(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    add(&customer, 1, 1).await;
    let first = with_key(&customer, "one").send().await.expect_json(200);
    assert_eq!(with_key(&customer, "one").send().await.expect_json(200), first);
    let id = first["result"]["id"].as_i64().unwrap();
    service.products.say(reserved(service.newest_uid().await));
    until_state(&customer, id, "confirmed").await;
    assert_eq!(with_key(&customer, "one").send().await.expect_json(200), first, "also once it has moved on");
    // As a form sends it, which has no header.
    let form = [("idempotency_key", "one")];
    assert_eq!(customer.post(CHECKOUT).form(form).send().await.expect_json(200), first);
    assert_eq!(orders(&customer).await.len(), 1);
    assert_eq!(of_type(&service.told().await, "placed").len(), 1);
}

kit::on_both_engines!(the_same_key_with_another_basket_or_body_is_422);
async fn the_same_key_with_another_basket_or_body_is_422(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    add(&customer, 1, 1).await;
    let first = with_key(&customer, "one").send().await.expect_json(200);
    let problem =
        with_key(&customer, "one").json(json!({"delivery_name": "Ann"})).send().await.expect_problem(422);
    assert_eq!(problem["order_id"], first["result"]["id"]);
    add(&customer, 2, 1).await;
    with_key(&customer, "one").send().await.expect_problem(422);
    assert_eq!(pieces(&customer).await, [(2, 1)]);
    customer.delete("/api/order/item/2").send().await.expect(200);
    add(&customer, 1, 1).await;
    assert_eq!(with_key(&customer, "one").send().await.expect_json(200), first, "the same basket again");
    assert_eq!(orders(&customer).await.len(), 2, "the order and the basket that was filled again");
}

kit::on_both_engines!(keys_belong_to_one_user);
async fn keys_belong_to_one_user(database: TestDatabase) {
    let service = Service::start(database).await;
    for customer in [service.customer(7), service.customer(8)] {
        add(&customer, 1, 1).await;
        with_key(&customer, "one").send().await.expect(200);
        assert_eq!(orders(&customer).await.len(), 1);
    }
}

kit::on_both_engines!(a_key_is_free_again_after_24_hours);
async fn a_key_is_free_again_after_24_hours(database: TestDatabase) {
    let service = Service::start(database).await;
    add(&service.customer(7), 1, 1).await;
    let first = with_key(&service.customer(7), "one").send().await.expect_json(200);
    service.clock.advance(Duration::from_secs(24 * 60 * 60 - 1));
    assert_eq!(with_key(&service.customer(7), "one").send().await.expect_json(200), first);
    service.clock.advance(Duration::from_secs(1));
    let customer = service.customer(7);
    add(&customer, 2, 1).await;
    with_key(&customer, "one").send().await.expect(200);
    assert_eq!(orders(&customer).await.len(), 2);
}

kit::on_both_engines!(parallel_checkouts_with_one_key_give_one_order_and_one_answer);
async fn parallel_checkouts_with_one_key_give_one_order_and_one_answer(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    add(&customer, 1, 1).await;
    let checkouts: Vec<_> = (0..16)
        .map(|_| {
            let customer = customer.clone();
            tokio::spawn(async move { with_key(&customer, "one").send().await.expect_json(200) })
        })
        .collect();
    let mut answers = Vec::new();
    for checkout in checkouts {
        answers.push(checkout.await.unwrap());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(orders(&customer).await.len(), 1);
    assert_eq!(of_type(&service.told().await, "placed").len(), 1);
}

kit::on_both_engines!(of_parallel_checkouts_without_a_key_one_gets_the_order);
async fn of_parallel_checkouts_without_a_key_one_gets_the_order(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    add(&customer, 1, 1).await;
    let checkouts: Vec<_> = (0..16)
        .map(|_| {
            let customer = customer.clone();
            tokio::spawn(async move { customer.post(CHECKOUT).send().await })
        })
        .collect();
    let mut placed = 0;
    for checkout in checkouts {
        let answer = checkout.await.unwrap();
        if answer.status == 200 {
            placed += 1;
        } else {
            assert_eq!(answer.expect_problem(409)["message"], "No order found");
        }
    }
    assert_eq!(placed, 1);
    assert_eq!(of_type(&service.told().await, "placed").len(), 1);
}

kit::on_both_engines!(additions_during_a_checkout_are_in_one_basket_or_the_next);
async fn additions_during_a_checkout_are_in_one_basket_or_the_next(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    add(&customer, 1, 1).await;
    let additions: Vec<_> = (0..20)
        .map(|turn| {
            let customer = customer.clone();
            tokio::spawn(async move {
                if turn % 5 == 2 {
                    customer.post(CHECKOUT).send().await;
                } else {
                    add(&customer, 1, 1).await;
                }
            })
        })
        .collect();
    for addition in additions {
        addition.await.unwrap();
    }
    let pieces: i64 =
        orders(&customer).await.iter().map(|order| order["items"][0]["quantity"].as_i64().unwrap()).sum();
    assert_eq!(pieces, 1 + 16);
}

kit::on_both_engines!(orders_and_revenue_are_counted);
async fn orders_and_revenue_are_counted(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    service.confirmed_order(&customer).await;
    service.placed_order(&customer).await;
    eventually(SOON, "the counters", async || {
        let text = service.replica.inside.get("/metrics").send().await.expect(200).text();
        let counted = [
            r#"shop_orders_total{state="placed"} 2"#,
            r#"shop_orders_total{state="confirmed"} 1"#,
            r#"shop_orders_total{state="refused"} 0"#,
            r#"shop_revenue_minor_units_total{currency="EUR"} 100"#,
            r#"shop_event_lag_seconds{feed="product"} "#,
        ];
        if counted.iter().all(|line| text.contains(line)) { Ok(()) } else { Err(text) }
    })
    .await;
}
