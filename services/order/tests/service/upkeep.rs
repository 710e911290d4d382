//! What is kept, for how long, and how it survives.

use crate::harness::{Service, add, currency, pieces, product};
use contract::event::ProductEvent;
use database::Database;
use kit::{Engine, TestDatabase};
use order::{
    SCHEMA, Store,
    domain::basket::{Amount, Change},
    store::{self, Checkout, KEYS_KEPT_MS, MERGES_KEPT_MS, Merging},
};
use uuid::Uuid;

const SCHEMAS: &[database::Schema] = &[feed::SCHEMA, SCHEMA];

kit::on_both_engines!(keys_are_kept_for_24_hours_and_merges_for_30_days);
async fn keys_are_kept_for_24_hours_and_merges_for_30_days(database: TestDatabase) {
    let database = Database::open(&database.url().parse().unwrap(), SCHEMAS).await.unwrap();
    let ProductEvent::Changed(facts) = product(1, 100, 1) else { unreachable!() };
    database.write(|tx| Box::pin(async move { store::learn(tx, facts).await })).await.unwrap();
    let store = Store::new(database, currency());
    let merge_id = Uuid::new_v4();
    let merge = async |now_ms| {
        let changes = vec![Change { product_id: 1, amount: Amount::Add(1) }];
        let merged = store.merge(Merging { user_id: 7, merge_id, changes, now_ms }).await.unwrap();
        merged.result.map(|order| order.items[0].quantity)
    };
    let check_out = async |now_ms| {
        let checkout = Checkout {
            user_id: 7,
            key: Some("one".into()),
            digest: Vec::new(),
            expected_total: None,
            delivery_name: None,
            delivery_address: None,
            order_uid: Uuid::new_v4(),
            now_ms,
            traceparent: None,
        };
        store.check_out(checkout).await.map(|(order, placed_now)| (order.id, placed_now)).ok()
    };
    assert_eq!(merge(0).await, Some(1));
    let first = check_out(0).await.unwrap().0;
    store.forget_old(KEYS_KEPT_MS - 1).await.unwrap();
    assert_eq!(check_out(KEYS_KEPT_MS - 1).await, Some((first, false)));
    store.forget_old(KEYS_KEPT_MS).await.unwrap();
    assert_eq!(check_out(0).await, None, "the key is gone, and the basket is empty");
    store.forget_old(MERGES_KEPT_MS - 1).await.unwrap();
    assert_eq!(merge(MERGES_KEPT_MS - 1).await, None, "the merge is known, and the basket is empty");
    store.forget_old(MERGES_KEPT_MS).await.unwrap();
    assert_eq!(merge(MERGES_KEPT_MS).await, Some(1));
}

kit::on_both_engines!(a_backup_of_a_shop_that_goes_on_is_restored_on_the_other_engine);
async fn a_backup_of_a_shop_that_goes_on_is_restored_on_the_other_engine(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    service.confirmed_order(&customer).await;
    add(&customer, 1, 1).await;
    let checkout = customer.post("/api/order/checkout").header("Idempotency-Key", "one");
    let placed = checkout.send().await.expect_json(200);
    add(&customer, 2, 3).await;
    let orders = customer.get("/api/orders").send().await.expect_json(200);
    let epoch =
        service.replica.inside.get("/internal/snapshot").send().await.expect_json(200)["epoch"].clone();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("order.backup");
    database::backup(&service.database.url().parse().unwrap(), "order", SCHEMAS, &file).await.unwrap();
    add(&customer, 2, 1).await;

    let other = match service.database.engine() {
        Engine::Sqlite => Engine::Postgres,
        Engine::Postgres => Engine::Sqlite,
    };
    let restored = kit::database(other).await;
    database::restore(&restored.url().parse().unwrap(), "order", SCHEMAS, &file).await.unwrap();
    let service = Service::before_the_catalogue(restored).await;
    let customer = service.customer(7);
    assert_eq!(customer.get("/api/orders").send().await.expect_json(200), orders);
    let snapshot = service.replica.inside.get("/internal/snapshot").send().await.expect_json(200);
    assert_ne!(snapshot["epoch"], epoch);
    assert_eq!(snapshot["events"].as_array().unwrap().len(), 2);
    assert_eq!(pieces(&customer).await, [(2, 3)]);
    customer.delete("/api/order/item/2").send().await.expect(200);
    let checkout = customer.post("/api/order/checkout").header("Idempotency-Key", "one");
    assert_eq!(checkout.send().await.expect_json(200), placed);
    let next = add(&customer, 1, 1).await["id"].as_i64().unwrap();
    assert!(orders.as_array().unwrap().iter().all(|order| order["id"].as_i64().unwrap() < next));
}
