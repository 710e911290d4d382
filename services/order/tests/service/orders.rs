//! Orders: listed, shown, cancelled, fulfilled.

use crate::harness::{Service, add, of_type};
use kit::{
    TestDatabase,
    http::{Client, wrong_fields},
};
use serde_json::Value;

fn ids(orders: &Value) -> Vec<i64> {
    orders.as_array().expect("a bare array").iter().map(|order| order["id"].as_i64().unwrap()).collect()
}

async fn list(client: &Client, query: &str) -> Vec<i64> {
    ids(&client.get(&format!("/api/orders{query}")).send().await.expect_json(200))
}

kit::on_both_engines!(difference_customers_see_their_own_orders_newest_first_and_staff_everybodys);
async fn difference_customers_see_their_own_orders_newest_first_and_staff_everybodys(database: TestDatabase) {
    let service = Service::start(database).await;
    let (ann, bob) = (service.customer(7), service.customer(8));
    let (first, _) = service.placed_order(&ann).await;
    let (bobs, _) = service.placed_order(&bob).await;
    let (second, _) = service.placed_order(&ann).await;
    let open = add(&ann, 1, 1).await["id"].as_i64().unwrap();
    assert_eq!(list(&ann, "").await, [open, second, first]);
    assert_eq!(list(&bob, "").await, [bobs]);
    assert_eq!(list(&service.staff(), "").await, [open, second, bobs, first]);
    assert_eq!(list(&ann, "?state=placed").await, [second, first]);
    assert_eq!(list(&service.staff(), "?state=open").await, [open]);
    assert!(list(&service.staff(), "?state=cancelled").await.is_empty());
}

kit::on_both_engines!(staff_may_ask_for_their_own_orders_alone);
async fn staff_may_ask_for_their_own_orders_alone(database: TestDatabase) {
    let service = Service::start(database).await;
    let (staff, ann) = (service.staff(), service.customer(7));
    let (own, _) = service.placed_order(&staff).await;
    let (anns, _) = service.placed_order(&ann).await;
    let (newer, _) = service.placed_order(&staff).await;
    assert_eq!(list(&staff, "?mine=true").await, [newer, own]);
    assert_eq!(list(&staff, "?mine=true&state=placed").await, [newer, own]);
    assert_eq!(list(&staff, "?mine=false").await, [newer, anns, own]);
    assert_eq!(list(&ann, "?mine=true").await, [anns]);
    assert_eq!(list(&ann, "?mine=false").await, [anns], "nobody else sees everybody's");
}

kit::on_both_engines!(pages_of_orders_are_linked);
async fn pages_of_orders_are_linked(database: TestDatabase) {
    let service = Service::start(database).await;
    let ann = service.customer(7);
    let mut placed = Vec::new();
    for _ in 0..5 {
        placed.insert(0, service.placed_order(&ann).await.0);
        service.placed_order(&service.customer(8)).await;
    }
    for (client, query, expected) in [
        (&ann, "?limit=2&state=placed", 5),
        (&ann, "?limit=2&mine=true", 5),
        (&service.staff(), "?limit=2", 10),
    ] {
        let (mut path, mut seen) = (format!("/api/orders{query}"), Vec::new());
        loop {
            let answer = client.get(&path).send().await;
            seen.extend(ids(&answer.json()));
            let link = answer.header("link");
            let Some(next) = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\""))
            else {
                assert_eq!(link, "");
                break;
            };
            path = next.to_owned();
        }
        assert_eq!(seen.len(), expected);
        assert!(seen.is_sorted_by(|newer, older| newer > older), "{seen:?}");
        assert!(placed.iter().all(|id| seen.contains(id)));
    }
}

kit::on_both_engines!(bad_query_values_are_400_and_not_clamped);
async fn bad_query_values_are_400_and_not_clamped(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("after=0", "after"),
        ("after=x", "after"),
        ("state=lost", "state"),
        ("mine=perhaps", "mine"),
    ] {
        let problem = customer.get(&format!("/api/orders?{query}")).send().await.expect_problem(400);
        assert_eq!(wrong_fields(&problem), [field], "{query}");
    }
}

kit::on_both_engines!(what_is_no_id_is_the_id_of_nothing);
async fn what_is_no_id_is_the_id_of_nothing(database: TestDatabase) {
    let service = Service::start(database).await;
    let (customer, staff) = (service.customer(7), service.staff());
    for id in ["abc", "1.5", "99999999999999999999", "%00", "0", "-1", "12"] {
        let order = format!("/api/order/{id}");
        for request in [
            customer.get(&order),
            customer.post(&format!("{order}/cancel")),
            staff.post(&format!("{order}/fulfil")),
        ] {
            assert_eq!(request.send().await.expect_problem(404)["message"], "Cannot find order", "{id}");
        }
        let item = customer.put(&format!("/api/order/item/{id}")).form([("quantity", 1)]).send().await;
        assert_eq!(item.expect_problem(404)["message"], "Cannot find product", "{id}");
    }
    service.anonymous().get("/api/order/abc").send().await.expect_problem(401);
}

kit::on_both_engines!(cancelling_is_told_once_and_may_be_repeated);
async fn cancelling_is_told_once_and_may_be_repeated(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    let (placed, placed_uid) = service.placed_order(&customer).await;
    let (confirmed, confirmed_uid) = service.confirmed_order(&customer).await;
    for id in [placed, confirmed, placed, confirmed] {
        let order = customer.post(&format!("/api/order/{id}/cancel")).send().await.expect_json(200);
        assert_eq!(order["result"]["state"], "cancelled");
    }
    let told = service.told().await;
    let cancelled: Vec<_> =
        of_type(&told, "cancelled").iter().map(|event| &event.data["order_uid"]).collect();
    assert_eq!(cancelled, [&Value::from(placed_uid.to_string()), &Value::from(confirmed_uid.to_string())]);
}

kit::on_both_engines!(fulfilling_is_told_once_and_may_be_repeated);
async fn fulfilling_is_told_once_and_may_be_repeated(database: TestDatabase) {
    let service = Service::start(database).await;
    let (id, uid) = service.confirmed_order(&service.customer(7)).await;
    for _ in 0..2 {
        let order = service.staff().post(&format!("/api/order/{id}/fulfil")).send().await.expect_json(200);
        assert_eq!(order["result"]["state"], "fulfilled");
    }
    let told = service.told().await;
    let [fulfilled] = of_type(&told, "fulfilled")[..] else { panic!("{told:?}") };
    assert_eq!(fulfilled.data["order_uid"], uid.to_string());
}

kit::on_both_engines!(an_order_in_the_wrong_state_is_409_and_says_which);
async fn an_order_in_the_wrong_state_is_409_and_says_which(database: TestDatabase) {
    let service = Service::start(database).await;
    let (customer, staff) = (service.customer(7), service.staff());
    let (placed, _) = service.placed_order(&customer).await;
    let (fulfilled, _) = service.confirmed_order(&customer).await;
    staff.post(&format!("/api/order/{fulfilled}/fulfil")).send().await.expect(200);
    let open = add(&customer, 1, 1).await["id"].as_i64().unwrap();
    for (path, state) in [
        (format!("/api/order/{placed}/fulfil"), "placed"),
        (format!("/api/order/{fulfilled}/cancel"), "fulfilled"),
        (format!("/api/order/{open}/cancel"), "open"),
        (format!("/api/order/{open}/fulfil"), "open"),
    ] {
        let problem = staff.post(&path).send().await.expect_problem(409);
        assert_eq!(problem["state"], state, "{path}");
        assert_eq!(problem["message"], format!("The order is {state}"));
    }
}

kit::on_both_engines!(a_body_that_nobody_reads_is_bounded_too);
async fn a_body_that_nobody_reads_is_bounded_too(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    let (id, _) = service.placed_order(&customer).await;
    let cancel = || customer.post(&format!("/api/order/{id}/cancel"));
    cancel().body("text/plain", vec![b'a'; 65 * 1024]).send().await.expect_problem(413);
    assert_eq!(list(&customer, "?state=placed").await, [id]);
    cancel().body("text/plain", "a reason").send().await.expect_json(200);
}
