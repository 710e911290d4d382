//! Two processes of the product service on one PostgreSQL database.

use crate::{
    harness::{SOON, Service, answers},
    order_service::{cancelled, placed},
};
use kit::{Engine, eventually};
use serde_json::json;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_replica_changes_the_other_shows_soon() {
    let service = Service::start(kit::database(Engine::Postgres).await).await;
    let other = service.further_replica().await;
    let id = service.add_tea("Assam", Some(6)).await;
    for price in 1..10 {
        // Both have the product and the list ready.
        for client in [service.anonymous(), &other.anonymous] {
            client.get("/api/product/assam").send().await.expect(200);
            client.get("/api/products").send().await.expect(200);
        }
        service.edit(id, json!({"price": price})).await.expect(200);
        eventually(SOON, "the other replica shows the price", async || {
            let shown = other.anonymous.get("/api/product/assam").send().await.expect_json(200);
            let listed = other.anonymous.get("/api/products").send().await.expect_json(200);
            let prices =
                [&shown["result"]["price"], &listed["results"][0]["price"]].map(|price| price.as_i64());
            if prices == [Some(price); 2] { Ok(()) } else { Err(prices) }
        })
        .await;
    }
    let order = Uuid::new_v4();
    service.orders.say(placed(order, &[(id, 6)]));
    service.until_answered(order).await;
    for client in [service.anonymous(), &other.anonymous] {
        eventually(SOON, "both replicas say that it is out", async || {
            let shown = client.get(&format!("/api/product/{id}")).send().await.expect_json(200);
            let word = shown["result"]["stock"].clone();
            if word == "out" { Ok(()) } else { Err(word) }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_takes_effect_once_though_both_replicas_follow_the_feed() {
    let service = Service::start(kit::database(Engine::Postgres).await).await;
    let other = service.further_replica().await;
    let ids = [service.add_tea("Assam", Some(50)).await, service.add_tea("Sencha", Some(1000)).await];
    let orders: Vec<_> = (0..100).map(|_| Uuid::new_v4()).collect();
    for (number, order) in orders.iter().enumerate() {
        // In either order, as baskets come.
        let mut lines = ids.map(|id| (id, 1));
        lines.rotate_left(number % 2);
        service.orders.say(placed(*order, &lines));
        if number % 10 == 0 {
            service.edit(ids[1], json!({"price": number})).await;
        }
    }
    service.until_heard().await;
    let told = service.told().await;
    assert!(orders.iter().all(|order| answers(&told, *order).len() == 1));
    assert_eq!([service.quantity(ids[0]).await, service.quantity(ids[1]).await], [Some(0), Some(950)]);
    orders.iter().for_each(|order| service.orders.say(cancelled(*order)));
    service.until_heard().await;
    assert_eq!(service.quantity(ids[0]).await, Some(50));
    drop(other);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn imports_and_orders_side_by_side_do_not_wait_for_each_other_for_ever() {
    let service = Service::start(kit::database(Engine::Postgres).await).await;
    let other = service.further_replica().await;
    let lines = |stock: u32| -> String {
        (0..50).rev().map(|number| format!("p-{number},Product {number},1,,,,{stock}\n")).collect()
    };
    service.import(&lines(1000)).await.expect(200);
    let staff = other.anonymous.with_key(service.keys.token(1, contract::Role::Staff));
    let imports: Vec<_> = (0..10)
        .map(|turn| {
            let header = "slug,name,price,category,description,image,stock_quantity";
            let file = format!("{header}\n{}", lines(1000 + turn));
            let client = if turn % 2 == 0 { &staff } else { &service.staff };
            tokio::spawn(client.post("/api/products/import").body("text/csv", file).send())
        })
        .collect();
    for number in 0..100 {
        let lines: Vec<_> = (1..=50).map(|id| ((id * 7 + number) % 50 + 1, 1)).collect();
        service.orders.say(placed(Uuid::new_v4(), &lines));
    }
    for import in imports {
        import.await.unwrap().expect(200);
    }
    service.until_heard().await;
    let books = service.books().await;
    assert_eq!(books.iter().map(|books| books["reserved_total"].as_i64().unwrap()).sum::<i64>(), 100 * 50);
}
