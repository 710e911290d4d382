//! Pieces held for orders: never more than there are, whatever is told how often and in what order.

use crate::{
    harness::{Service, answers},
    order_service::{cancelled, fulfilled, placed},
};
use kit::TestDatabase;
use rand::{
    Rng as _, SeedableRng as _,
    rngs::StdRng,
    seq::{IndexedRandom as _, SliceRandom as _},
};
use serde_json::{Value, json};
use uuid::Uuid;

kit::on_both_engines!(an_order_gets_all_of_its_lines_or_none_with_the_reason_of_each);
async fn an_order_gets_all_of_its_lines_or_none_with_the_reason_of_each(database: TestDatabase) {
    let service = Service::start(database).await;
    let (assam, sencha) = (service.add_tea("Assam", Some(3)).await, service.add_tea("Sencha", Some(1)).await);
    let pot = service.add_tea("Pot", None).await;
    let (first, second) = (Uuid::new_v4(), Uuid::new_v4());
    service.orders.say(placed(first, &[(pot, 900), (sencha, 1), (assam, 2)]));
    service.orders.say(placed(second, &[(assam, 1), (sencha, 1), (pot, 1), (99, 1)]));
    service.until_answered(second).await;
    let told = service.told().await;
    assert_eq!(answers(&told, first), [json!({"type": "reserved", "lines": null})]);
    let refused = json!({"type": "refused", "lines": [
        {"product_id": sencha, "reason": "out_of_stock"}, {"product_id": 99, "reason": "unknown_product"}]});
    assert_eq!(answers(&told, second), [refused]);
    assert_eq!([service.quantity(assam).await, service.quantity(sencha).await], [Some(1), Some(0)]);

    service.orders.say(cancelled(first));
    service.until_heard().await;
    assert_eq!([service.quantity(assam).await, service.quantity(sencha).await], [Some(3), Some(1)]);
    assert_eq!(service.quantity(pot).await, None);
}

kit::on_both_engines!(of_200_orders_for_the_last_piece_one_gets_it);
async fn of_200_orders_for_the_last_piece_one_gets_it(database: TestDatabase) {
    let service = Service::start(database).await;
    let id = service.add_tea("Assam", Some(1)).await;
    for _ in 0..200 {
        service.orders.say(placed(Uuid::new_v4(), &[(id, 1)]));
    }
    service.until_heard().await;
    let told = service.told().await;
    let count = |name: &str| {
        told.iter().filter(|event| event.type_ == format!("dev.shopkeeper.stock.{name}")).count()
    };
    // The last refused one is the order that the test waited for.
    assert_eq!((count("reserved"), count("refused")), (1, 199 + 1));
    assert_eq!(service.quantity(id).await, Some(0));
}

kit::on_both_engines!(the_word_for_the_stock_is_told_when_it_changes_and_only_then);
async fn the_word_for_the_stock_is_told_when_it_changes_and_only_then(database: TestDatabase) {
    let service = Service::start(database).await;
    let id = service.add_tea("Assam", Some(8)).await;
    let orders: Vec<_> = (0..4).map(|_| Uuid::new_v4()).collect();
    for order in &orders {
        service.orders.say(placed(*order, &[(id, 2)]));
    }
    service.orders.say(cancelled(orders[0]));
    service.orders.say(cancelled(orders[1]));
    service.orders.say(cancelled(orders[2]));
    service.until_heard().await;
    let told = service.told().await;
    let words: Vec<_> = told
        .iter()
        .filter(|event| event.type_ == "dev.shopkeeper.product.changed")
        .map(|event| (event.data["stock"].as_str().unwrap(), event.data["revision"].as_i64().unwrap()))
        .collect();
    assert_eq!(words, [("in_stock", 1), ("low", 2), ("out", 3), ("low", 4), ("in_stock", 5)]);
    assert!(told.iter().all(|event| event.data.get("version").is_none_or(|version| *version == 1)));
    let public = service.replica.inside.get("/metrics").send().await.text();
    assert!(public.contains("shop_stock_outs_total 1"), "{public}");
}

kit::on_both_engines!(events_that_come_twice_or_too_late_change_nothing);
async fn events_that_come_twice_or_too_late_change_nothing(database: TestDatabase) {
    let service = Service::start(database).await;
    let id = service.add_tea("Assam", Some(10)).await;
    let [twice, reordered, sold, refused] = [(); 4].map(|()| Uuid::new_v4());
    for event in [
        placed(twice, &[(id, 2)]),
        placed(twice, &[(id, 2)]),
        cancelled(reordered),
        placed(reordered, &[(id, 3)]),
        placed(sold, &[(id, 4)]),
        fulfilled(sold),
        fulfilled(sold),
        cancelled(sold),
        placed(sold, &[(id, 4)]),
        placed(refused, &[(id, 5)]),
        placed(refused, &[(id, 5)]),
        fulfilled(refused),
        cancelled(refused),
    ] {
        service.orders.say(event);
    }
    service.until_heard().await;
    let books = json!({"product_id": id, "restocked_total": 10, "reserved_total": 2, "sold_total": 4, "stock_quantity": 4});
    assert_eq!(service.books().await, [books]);
    let told = service.told().await;
    let kinds =
        |uid| answers(&told, uid).into_iter().map(|answer| answer["type"].clone()).collect::<Vec<_>>();
    // Who asks again has lost the answer, so it is given again.
    assert_eq!(kinds(twice), ["reserved", "reserved"]);
    assert_eq!(kinds(reordered), Vec::<Value>::new());
    assert_eq!(kinds(sold), ["reserved", "reserved"]);
    assert_eq!(kinds(refused), ["refused", "refused"]);
}

kit::on_both_engines!(an_order_whose_cancellation_was_undone_by_a_restore_holds_its_pieces_again);
async fn an_order_whose_cancellation_was_undone_by_a_restore_holds_its_pieces_again(database: TestDatabase) {
    let service = Service::start(database).await;
    let id = service.add_tea("Assam", Some(3)).await;
    let [first, second] = [(); 2].map(|()| Uuid::new_v4());
    for order in [first, second] {
        service.orders.say(placed(order, &[(id, 2)]));
        service.orders.say(cancelled(order));
    }
    service.until_heard().await;
    assert_eq!(service.quantity(id).await, Some(3));
    for order in [first, second] {
        service.orders.say(placed(order, &[(id, 2)]));
    }
    service.until_heard().await;
    let told = service.told().await;
    let last = |uid| answers(&told, uid).pop().unwrap()["type"].clone();
    assert_eq!([last(first), last(second)], ["reserved", "refused"]);
    assert_eq!(service.quantity(id).await, Some(1));
}

kit::on_both_engines!(staff_who_set_the_quantity_put_pieces_on_the_shelf_or_take_some_away);
async fn staff_who_set_the_quantity_put_pieces_on_the_shelf_or_take_some_away(database: TestDatabase) {
    let service = Service::start(database).await;
    let id = service.add_tea("Assam", Some(10)).await;
    let (held, sold) = (Uuid::new_v4(), Uuid::new_v4());
    for event in [placed(held, &[(id, 2)]), placed(sold, &[(id, 3)]), fulfilled(sold)] {
        service.orders.say(event);
    }
    service.until_heard().await;
    let books = |restocked: i64, quantity: Option<i64>| json!({"product_id": id, "restocked_total": restocked, "reserved_total": 2, "sold_total": 3, "stock_quantity": quantity});
    assert_eq!(service.books().await, [books(10, Some(5))]);
    service.edit(id, json!({"stock_quantity": 25})).await.expect(200);
    assert_eq!(service.books().await, [books(30, Some(25))]);
    service.edit(id, json!({"stock_quantity": null})).await.expect(200);
    assert_eq!(service.books().await, [books(30, None)]);
    service.import("assam,Assam,100,,,,1\n").await.expect(200);
    assert_eq!(service.books().await, [books(6, Some(1))]);
    service.orders.say(cancelled(held));
    service.until_heard().await;
    assert_eq!(service.quantity(id).await, Some(3));
}

kit::on_both_engines!(whatever_happens_pieces_are_neither_lost_nor_made_up);
async fn whatever_happens_pieces_are_neither_lost_nor_made_up(database: TestDatabase) {
    let service = Service::start(database).await;
    let seed: u64 = rand::rng().random();
    println!("seed {seed}");
    let mut chance = StdRng::seed_from_u64(seed);
    let mut ids = Vec::new();
    for number in 0..6 {
        let quantity = (number > 0).then(|| chance.random_range(0..30));
        ids.push(service.add_tea(&format!("Tea {number}"), quantity).await);
    }
    let mut orders: Vec<Uuid> = Vec::new();
    for _ in 0..8 {
        let mut events = Vec::new();
        for _ in 0..20 {
            let order = Uuid::new_v4();
            let count = chance.random_range(1..4);
            let lines: Vec<_> =
                ids.choose_multiple(&mut chance, count).map(|id| (*id, chance_quantity(order))).collect();
            events.push(placed(order, &lines));
            orders.push(order);
        }
        for _ in 0..30 {
            let order = orders[chance.random_range(0..orders.len())];
            let known = events[chance.random_range(0..events.len())].clone();
            events.push([cancelled(order), fulfilled(order), known][chance.random_range(0..3)].clone());
        }
        events.shuffle(&mut chance);
        events.into_iter().for_each(|event| service.orders.say(event));
        let id = ids[chance.random_range(1..ids.len())];
        service.edit(id, json!({"stock_quantity": chance.random_range(0..30)})).await.expect(200);
        service.until_heard().await;
        for books in service.books().await {
            let total = |name: &str| books[name].as_i64().unwrap();
            assert!(total("reserved_total") >= 0 && total("sold_total") >= 0, "{books}, seed {seed}");
            if let Some(left) = books["stock_quantity"].as_i64() {
                let expected = total("restocked_total") - total("sold_total") - total("reserved_total");
                assert!(left >= 0 && left == expected, "{books}, seed {seed}");
            }
        }
    }
    // Once every order has ended, nothing is held for any.
    orders.iter().for_each(|order| service.orders.say(cancelled(*order)));
    service.until_heard().await;
    assert!(service.books().await.iter().all(|books| books["reserved_total"] == 0), "seed {seed}");
}

/// Between one and four pieces, the same for an order whenever it is told.
fn chance_quantity(order: Uuid) -> i64 {
    i64::from(order.as_bytes()[0] % 4) + 1
}
