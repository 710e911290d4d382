//! What happens in the background and from the command line.

use crate::{
    harness::{SOON, Service, each},
    order_service::{cancelled, placed},
};
use kit::{TestDatabase, eventually};
use uuid::Uuid;

kit::on_both_engines!(a_restored_catalogue_has_its_stock_its_pictures_and_its_words);
async fn a_restored_catalogue_has_its_stock_its_pictures_and_its_words(database: TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    let mut service = Service::start(database).await;
    let id = service.add_tea("Assam", Some(5)).await;
    let order = Uuid::new_v4();
    service.orders.say(placed(order, &[(id, 2)]));
    service.until_answered(order).await;
    let cup = include_bytes!("../pictures/cup.png").as_slice();
    let picture = service.staff.put(&format!("/api/product/{id}/image")).body("", cup);
    let link = picture.send().await.expect_json(200)["result"]["image"].as_str().unwrap().to_owned();
    let schemas = [feed::SCHEMA, product::SCHEMA];
    let url = service.database.url().parse().unwrap();
    database::backup(&url, "product", &schemas, &file).await.expect("back up while it serves");
    let lost = service.add_tea("Lost", None).await;

    service.replica.stop().await;
    database::restore(&url, "product", &schemas, &file).await.expect("restore");
    service.restart(None).await.expect("start on the restored database");
    assert_eq!(each(&service.all("/api/products").await, "slug"), ["assam"]);
    assert_eq!(each(&service.all("/api/products?q=assam").await, "slug"), ["assam"]);
    assert_eq!(service.all("/api/products?q=lost").await.len(), 0);
    assert_eq!(service.quantity(id).await, Some(3));
    service.anonymous().get(&link).send().await.expect(200);
    service.orders.say(cancelled(order));
    service.until_heard().await;
    assert_eq!(service.quantity(id).await, Some(5));
    // No id is given out again, not even one that the backup has never heard of.
    assert!(service.add_tea("New", None).await > lost);
}

kit::on_both_engines!(the_service_tells_how_it_fares);
async fn the_service_tells_how_it_fares(database: TestDatabase) {
    let service = Service::start(database).await;
    service.replica.inside.get("/readyz").send().await.expect(200);
    service.replica.inside.get("/livez").send().await.expect(200);
    eventually(SOON, "the products are counted", async || {
        let text = service.replica.inside.get("/metrics").send().await.text();
        let expected = [
            "shop_products{available=\"true\"} 0",
            "shop_stock_outs_total 0",
            "shop_reservations_total{outcome=\"reserved\"} 0",
            "shop_event_lag_seconds{feed=\"order\"}",
        ];
        if expected.iter().all(|line| text.contains(line)) { Ok(()) } else { Err(text) }
    })
    .await;
    service.anonymous().get("/api/product/docs/").send().await.expect(200);
    service.anonymous().get("/api/product/openapi.json").send().await.expect(200);
}
