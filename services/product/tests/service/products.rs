//! One product: added, looked up; what old clients rely on, and where we differ on purpose.

use crate::harness::{SOON, Service};
use kit::{TestDatabase, eventually, http::wrong_fields};
use serde_json::{Value, json};

kit::on_both_engines!(a_product_is_added_by_form_or_json_and_shown_by_slug_and_by_id);
async fn a_product_is_added_by_form_or_json_and_shown_by_slug_and_by_id(database: TestDatabase) {
    let service = Service::start(database).await;
    let form = [("name", "Assam"), ("slug", "assam"), ("image", ""), ("price", "780")];
    let added = service.staff.post("/api/product/create").form(form).send().await.expect_json(200);
    assert_eq!(added["message"], "Product added");
    let mut expected = json!({
        "id": 1, "image": "", "name": "Assam", "price": 780, "slug": "assam", "currency": "EUR",
        "description": "", "category": "", "stock": "in_stock", "version": 1,
    });
    assert_eq!(added["product"], expected);
    for path in ["/api/product/assam", "/api/product/1"] {
        let shown = service.anonymous().get(path).send().await.expect_json(200);
        assert_eq!(shown, json!({"result": expected}));
    }

    let product = service
        .add(json!({"name": "Sencha", "slug": "sencha", "price": 1180, "stock_quantity": 4,
            "category": "Green tea", "description": "Sweet grass,\nsea air.", "image": "https://example.com/s.jpg"}))
        .await;
    expected = json!({
        "id": 2, "image": "https://example.com/s.jpg", "name": "Sencha", "price": 1180, "slug": "sencha",
        "currency": "EUR", "description": "Sweet grass,\nsea air.", "category": "Green tea", "stock": "low",
        "stock_quantity": 4, "version": 1,
    });
    assert_eq!(product, expected);
}

kit::on_both_engines!(an_unknown_product_is_404_with_the_old_message);
async fn an_unknown_product_is_404_with_the_old_message(database: TestDatabase) {
    let service = Service::start(database).await;
    for path in
        ["/api/product/nothing", "/api/product/7", "/api/product/99999999999999999999", "/api/product/%00"]
    {
        let problem = service.anonymous().get(path).send().await.expect_problem(404);
        assert_eq!(problem["message"], "Cannot find product", "{path}");
    }
}

kit::on_both_engines!(differs_a_product_is_found_by_its_id_too);
async fn differs_a_product_is_found_by_its_id_too(database: TestDatabase) {
    let service = Service::start(database).await;
    let id = service.add_tea("Assam", None).await;
    let by_id = service.anonymous().get(&format!("/api/product/{id}")).send().await.expect_json(200);
    assert_eq!(by_id, service.anonymous().get("/api/product/assam").send().await.expect_json(200));
}

kit::on_both_engines!(differs_a_taken_slug_or_name_is_409_naming_the_field);
async fn differs_a_taken_slug_or_name_is_409_naming_the_field(database: TestDatabase) {
    let service = Service::start(database).await;
    service.add(json!({"slug": "tea", "name": "Ölkanne", "price": 1})).await;
    for (slug, name, field) in [("tea", "Other", "slug"), ("other", "ölKANNE", "name")] {
        let form = json!({"slug": slug, "name": name, "price": 1});
        let problem = service.staff.post("/api/product/create").json(form).send().await.expect_problem(409);
        assert_eq!(wrong_fields(&problem), [field]);
        assert_eq!(problem["message"], format!("{field} is taken"));
    }
    assert_eq!(service.all("/api/products").await.len(), 1);
}

kit::on_both_engines!(differs_a_taken_slug_and_name_are_both_named);
async fn differs_a_taken_slug_and_name_are_both_named(database: TestDatabase) {
    let service = Service::start(database).await;
    service.add(json!({"slug": "tea", "name": "Ölkanne", "price": 1})).await;
    service.add(json!({"slug": "pot", "name": "Teapot", "price": 1})).await;
    // Of one product or of two, the order is the same.
    for (slug, name) in [("tea", "ölKANNE"), ("pot", "ölkanne"), ("tea", "TEAPOT")] {
        let form = json!({"slug": slug, "name": name, "price": 1});
        let problem = service.staff.post("/api/product/create").json(form).send().await.expect_problem(409);
        assert_eq!(wrong_fields(&problem), ["slug", "name"], "{slug} {name}");
        assert_eq!(problem["message"], "slug is taken, name is taken");
    }
    service.add(json!({"slug": "cup", "name": "Cup", "price": 1})).await;
    let change = |fields: Value| service.staff.patch("/api/product/cup").header("if-match", "*").json(fields);
    let problem = change(json!({"slug": "tea", "name": "teapot"})).send().await.expect_problem(409);
    assert_eq!(wrong_fields(&problem), ["slug", "name"]);
    // Its own names are no one else's.
    let problem = change(json!({"slug": "cup", "name": "teapot"})).send().await.expect_problem(409);
    assert_eq!(wrong_fields(&problem), ["name"]);
    change(json!({"slug": "cup", "name": "CUP"})).send().await.expect(200);
}

kit::on_both_engines!(differs_bad_fields_are_400_naming_every_one);
async fn differs_bad_fields_are_400_naming_every_one(database: TestDatabase) {
    let service = Service::start(database).await;
    let refused = async |product: Value| {
        service.staff.post("/api/product/create").json(product).send().await.expect_problem(400)
    };
    let problem = refused(json!({})).await;
    assert_eq!(wrong_fields(&problem), ["name", "slug", "price"]);
    let problem = refused(json!({
        "slug": "123", "name": "tea\u{202e}pot", "price": -1, "image": "javascript:alert(1)",
        "category": "a\u{0}b", "stock_quantity": -1, "description": "x".repeat(10_001),
    }))
    .await;
    let mut wrong = wrong_fields(&problem);
    wrong.sort_unstable();
    assert_eq!(wrong, ["category", "description", "image", "name", "price", "slug", "stock_quantity"]);
    for price in [json!(1.5), json!("12.50"), json!(""), json!(null), json!(true), json!("1e3")] {
        let problem = refused(json!({"slug": "tea", "name": "Tea", "price": price})).await;
        assert_eq!(wrong_fields(&problem), ["price"], "{price}");
    }
}

kit::on_both_engines!(a_product_says_its_version_as_etag_and_304_only_while_nothing_else_has_changed);
async fn a_product_says_its_version_as_etag_and_304_only_while_nothing_else_has_changed(
    database: TestDatabase,
) {
    let service = Service::start(database).await;
    let id = service.add_tea("Assam", Some(6)).await;
    let path = format!("/api/product/{id}");
    let known = async |tag: &str| service.anonymous().get(&path).header("if-none-match", tag).send().await;
    assert_eq!(service.anonymous().get(&path).send().await.header("etag"), "\"1\"");
    for tag in ["\"1\"", "W/\"1\"", "\"0\", \"1\"", "*"] {
        let answer = known(tag).await.expect(304);
        assert_eq!((answer.header("etag"), answer.body.len()), ("\"1\"", 0));
    }
    known("\"2\"").await.expect(200);

    // A sale changes the word for the stock but not the version: whoever knows the version knows it no more.
    let order = uuid::Uuid::new_v4();
    service.orders.say(crate::order_service::placed(order, &[(id, 1)]));
    service.until_answered(order).await;
    // The ready answer goes when the own feed tells of the sale, a moment after others hear of it.
    let answer = eventually(SOON, "the sale is seen", async || {
        let answer = known("\"1\"").await;
        if answer.status == 200 { Ok(answer) } else { Err(answer.status) }
    })
    .await;
    assert_eq!((answer.header("etag"), &answer.json()["result"]["stock"]), ("\"1\"", &json!("low")));
    service.edit(id, json!({"price": 7})).await.expect(200);
    known("\"2\"").await.expect(304);
}
