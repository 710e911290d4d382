//! Two processes of the order service on one PostgreSQL database.

use crate::harness::{Service, add, of_type, pieces, product, until_state};
use kit::{Engine, http::Client};

/// Clients of two replicas for the same customer.
async fn two_replicas() -> (Service, [Client; 2]) {
    let service = Service::start(kit::database(Engine::Postgres).await).await;
    let second = service.further_replica().await;
    let key = service.token(7, contract::Role::Customer, uuid::Uuid::new_v4());
    let clients = [service.anonymous().with_key(&key), second.anonymous.with_key(&key)];
    // A replica that goes out of scope serves on.
    drop(second);
    (service, clients)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn additions_on_two_replicas_give_one_open_order_with_their_sum() {
    let (service, clients) = two_replicas().await;
    let additions: Vec<_> = (0..40)
        .map(|turn| {
            let customer = clients[turn % 2].clone();
            tokio::spawn(async move { add(&customer, 1, 1).await })
        })
        .collect();
    for addition in additions {
        addition.await.unwrap();
    }
    assert_eq!(pieces(&clients[0]).await, [(1, 40)]);
    let open = service.staff().get("/api/orders?state=open").send().await.expect_json(200);
    assert_eq!(open.as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checkouts_with_one_key_on_two_replicas_give_one_order() {
    let (service, clients) = two_replicas().await;
    add(&clients[0], 1, 1).await;
    let checkouts: Vec<_> = (0..20)
        .map(|turn| {
            let customer = clients[turn % 2].clone();
            let checkout = customer.post("/api/order/checkout").header("Idempotency-Key", "one");
            tokio::spawn(async move { checkout.send().await.expect_json(200) })
        })
        .collect();
    let mut answers = Vec::new();
    for checkout in checkouts {
        answers.push(checkout.await.unwrap());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(of_type(&service.told().await, "placed").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_takes_effect_once_though_both_replicas_follow_the_feed() {
    let (service, clients) = two_replicas().await;
    for _ in 0..10 {
        let (id, _) = service.confirmed_order(&clients[0]).await;
        assert_eq!(until_state(&clients[1], id, "confirmed").await["total"], 100);
    }
    service.products.say(product(1, 500, 2));
    service.products.say(product(6, 1, 1));
    service.until_known(6).await;
    assert_eq!(add(&clients[1], 1, 1).await["total"], 500);
}
