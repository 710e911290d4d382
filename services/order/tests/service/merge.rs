//! Merging: changes that take effect once.

use crate::harness::{Service, add, pieces, product};
use kit::{
    TestDatabase,
    http::{Client, wrong_fields},
};
use serde_json::{Value, json};
use uuid::Uuid;

async fn merge(customer: &Client, merge_id: Uuid, changes: Value) -> Value {
    let body = json!({"merge_id": merge_id, "changes": changes});
    customer.post("/api/order/merge").json(body).send().await.expect_json(200)
}

kit::on_both_engines!(a_merge_takes_effect_once_however_often_it_is_sent);
async fn a_merge_takes_effect_once_however_often_it_is_sent(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    add(&customer, 2, 5).await;
    let (id, changes) = (Uuid::new_v4(), json!([{"product_id": 1, "add": 2}, {"product_id": 2, "set": 0}]));
    let first = merge(&customer, id, changes.clone()).await;
    assert_eq!(first["not_applied"], json!([]));
    assert_eq!(first["result"]["items"][0]["quantity"], 2);
    assert_eq!(merge(&customer, id, changes.clone()).await, first);
    add(&customer, 1, 1).await;
    merge(&customer, id, changes).await;
    assert_eq!(pieces(&customer).await, [(1, 3)]);
}

kit::on_both_engines!(a_merge_sent_many_times_at_once_takes_effect_once);
async fn a_merge_sent_many_times_at_once_takes_effect_once(database: TestDatabase) {
    let service = Service::start(database).await;
    let (customer, id) = (service.customer(7), Uuid::new_v4());
    let merges: Vec<_> = (0..16)
        .map(|_| {
            let customer = customer.clone();
            tokio::spawn(async move { merge(&customer, id, json!([{"product_id": 1, "add": 1}])).await })
        })
        .collect();
    for merged in merges {
        assert_eq!(merged.await.unwrap()["result"]["items"][0]["quantity"], 1);
    }
    assert_eq!(pieces(&customer).await, [(1, 1)]);
}

kit::on_both_engines!(the_same_merge_id_of_another_user_is_another_merge);
async fn the_same_merge_id_of_another_user_is_another_merge(database: TestDatabase) {
    let service = Service::start(database).await;
    let id = Uuid::new_v4();
    for customer in [service.customer(7), service.customer(8)] {
        merge(&customer, id, json!([{"product_id": 1, "add": 1}])).await;
        assert_eq!(pieces(&customer).await, [(1, 1)]);
    }
}

kit::on_both_engines!(what_does_not_fit_is_told_and_told_again);
async fn what_does_not_fit_is_told_and_told_again(database: TestDatabase) {
    let service = Service::start(database).await;
    (6..=100).for_each(|id| service.products.say(product(id, id, 1)));
    service.until_known(100).await;
    let customer = service.customer(7);
    let fill: Vec<_> = (1..=99).map(|id| json!({"product_id": id, "add": 998})).collect();
    merge(&customer, Uuid::new_v4(), json!(fill)).await;
    service.products.say(product(101, 1, 1));
    service.until_known(101).await;
    let changes = json!([
        {"product_id": 1, "add": 5}, {"product_id": 777, "add": 1}, {"product_id": 100, "add": 1}, {"product_id": 101, "add": 1},
    ]);
    let id = Uuid::new_v4();
    let first = merge(&customer, id, changes.clone()).await;
    assert_eq!(
        first["not_applied"],
        json!([
            {"product_id": 1, "reason": "quantity_limit"},
            {"product_id": 777, "reason": "unknown_product"},
            {"product_id": 101, "reason": "line_limit"},
        ])
    );
    let pieces = pieces(&customer).await;
    assert_eq!((pieces.len(), pieces[0], pieces[99]), (100, (1, 999), (100, 1)));
    assert_eq!(merge(&customer, id, changes).await, first);
}

kit::on_both_engines!(a_merge_that_empties_the_basket_has_no_result);
async fn a_merge_that_empties_the_basket_has_no_result(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    add(&customer, 1, 1).await;
    let merged = merge(&customer, Uuid::new_v4(), json!([{"product_id": 1, "set": 0}])).await;
    assert_eq!(merged, json!({"not_applied": []}));
    assert_eq!(pieces(&customer).await, []);
}

kit::on_both_engines!(a_merge_is_strict_about_its_shape);
async fn a_merge_is_strict_about_its_shape(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    let changes = json!([
        {"product_id": 1, "add": 1}, {"product_id": 1, "add": 0}, {"product_id": 1, "set": 1000},
        {"product_id": 1, "add": 1, "set": 1}, {"product_id": 1}, {"product_id": 0, "add": 0},
    ]);
    let body = json!({"merge_id": Uuid::new_v4(), "changes": changes});
    let problem = customer.post("/api/order/merge").json(body).send().await.expect_problem(400);
    let expected = [
        "changes[1].add",
        "changes[2].set",
        "changes[3]",
        "changes[4]",
        "changes[5].product_id",
        "changes[5].add",
    ];
    assert_eq!(wrong_fields(&problem), expected);
    for wrong in [
        json!({"changes": []}),
        json!({"merge_id": "7", "changes": []}),
        json!({"merge_id": Uuid::new_v4(), "changes": [{"product": 1, "add": 1}]}),
        json!({"merge_id": Uuid::new_v4(), "changes": vec![json!({"product_id": 1, "add": 1}); 201]}),
    ] {
        customer.post("/api/order/merge").json(wrong).send().await.expect_problem(400);
    }
    customer.post("/api/order/merge").form([("merge_id", "7")]).send().await.expect_problem(415);
    assert_eq!(pieces(&customer).await, []);
}
