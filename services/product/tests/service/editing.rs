//! Edits: only of what the editor has seen.

use crate::harness::Service;
use kit::{TestDatabase, http::wrong_fields};
use serde_json::json;

kit::on_both_engines!(an_edit_names_the_version_it_saw_in_any_form);
async fn an_edit_names_the_version_it_saw_in_any_form(database: TestDatabase) {
    let service = Service::start(database).await;
    let id = service.add_tea("Assam", Some(3)).await;
    let path = format!("/api/product/{id}");
    let edit = async |tag: &str, price: i64| {
        service.staff.patch(&path).header("if-match", tag).json(json!({"price": price})).send().await
    };
    let problem = service.staff.patch(&path).json(json!({"price": 1})).send().await.expect_problem(428);
    assert_eq!(problem["message"], "If-Match is required");
    for (version, tag) in ["\"1\"", "W/\"2\"", "3", "\"9\", \"4\"", "*"].into_iter().enumerate() {
        let answer = edit(tag, 200 + version as i64).await.expect(200);
        assert_eq!(answer.header("etag"), format!("\"{}\"", version + 2), "{tag}");
    }
    for tag in ["\"1\"", "\"5\"", "\"x\"", "\"\""] {
        assert_eq!(edit(tag, 1).await.expect_problem(412)["version"], 6, "{tag}");
    }
    let product = service.product(id).await;
    assert_eq!((&product["price"], &product["version"]), (&json!(204), &json!(6)));
}

kit::on_both_engines!(fields_that_are_not_sent_stay_and_the_same_once_more_is_no_change);
async fn fields_that_are_not_sent_stay_and_the_same_once_more_is_no_change(database: TestDatabase) {
    let service = Service::start(database).await;
    let before = service
        .add(json!({"slug": "assam", "name": "Assam", "price": 1, "category": "Black", "stock_quantity": 3}))
        .await;
    let id = before["id"].as_i64().unwrap();
    let edited = service.edit(id, json!({"slug": "assam-2", "description": "Malty."})).await.expect_json(200);
    let mut expected = before;
    expected["slug"] = json!("assam-2");
    expected["description"] = json!("Malty.");
    expected["version"] = json!(2);
    assert_eq!(edited["result"], expected);
    let again =
        service.edit(id, json!({"description": "Malty.", "stock_quantity": "3"})).await.expect_json(200);
    assert_eq!(again["result"], expected);
    assert_eq!(service.told().await.len(), 2);
    service.anonymous().get("/api/product/assam").send().await.expect_problem(404);
}

kit::on_both_engines!(counting_begins_and_ends_with_an_edit);
async fn counting_begins_and_ends_with_an_edit(database: TestDatabase) {
    let service = Service::start(database).await;
    let id = service.add_tea("Assam", Some(3)).await;
    for (quantity, word) in
        [(json!(null), "in_stock"), (json!(0), "out"), (json!("4"), "low"), (json!(""), "in_stock")]
    {
        let edited = service.edit(id, json!({"stock_quantity": quantity})).await.expect_json(200);
        assert_eq!(edited["result"]["stock"], word, "{quantity}");
    }
    assert_eq!(service.quantity(id).await, None);
}

kit::on_both_engines!(an_edit_is_checked_like_a_new_product);
async fn an_edit_is_checked_like_a_new_product(database: TestDatabase) {
    let service = Service::start(database).await;
    let id = service.add_tea("Assam", Some(3)).await;
    service.add_tea("Sencha", None).await;
    let problem = service.edit(id, json!({"slug": "7", "name": "", "price": -1})).await.expect_problem(400);
    assert_eq!(wrong_fields(&problem), ["slug", "name", "price"]);
    for (change, field) in [(json!({"slug": "sencha"}), "slug"), (json!({"name": "SENCHA"}), "name")] {
        assert_eq!(wrong_fields(&service.edit(id, change).await.expect_problem(409)), [field]);
    }
    let unknown =
        service.staff.patch("/api/product/99").header("if-match", "\"1\"").json(json!({"price": 1}));
    assert_eq!(unknown.send().await.expect_problem(404)["message"], "Cannot find product");
    assert_eq!(service.product(id).await["version"], 1);
}

kit::on_both_engines!(of_many_editors_of_one_version_one_succeeds);
async fn of_many_editors_of_one_version_one_succeeds(database: TestDatabase) {
    let service = Service::start(database).await;
    let id = service.add_tea("Assam", Some(3)).await;
    let edits: Vec<_> = (0..20)
        .map(|number| {
            let request =
                service.staff.patch(&format!("/api/product/{id}")).json(json!({"price": 1000 + number}));
            tokio::spawn(request.header("if-match", "\"1\"").send())
        })
        .collect();
    let mut statuses = Vec::new();
    for edit in edits {
        statuses.push(edit.await.unwrap().status);
    }
    statuses.sort_unstable();
    assert_eq!((statuses[0], statuses[1..].iter().all(|status| *status == 412)), (200, true), "{statuses:?}");
    assert_eq!(service.product(id).await["version"], 2);
}

kit::on_both_engines!(a_change_is_seen_by_the_next_request_and_told_whole);
async fn a_change_is_seen_by_the_next_request_and_told_whole(database: TestDatabase) {
    let service = Service::start(database).await;
    let id = service.add_tea("Assam", Some(9)).await;
    for price in 1..50 {
        for path in ["/api/product/assam", "/api/products"] {
            service.anonymous().get(path).send().await.expect(200);
        }
        service.edit(id, json!({"price": price})).await.expect(200);
        let shown = service.anonymous().get("/api/product/assam").send().await.expect_json(200);
        assert_eq!(shown["result"]["price"], price);
        let listed = service.anonymous().get("/api/products").send().await.expect_json(200);
        assert_eq!(listed["results"][0]["price"], price);
    }
    let told = service.told().await;
    let last = told.last().unwrap();
    assert_eq!(last.type_, "dev.shopkeeper.product.changed");
    let expected = json!({"id": id, "slug": "assam", "name": "Assam", "price": 49, "currency": "EUR",
        "category": "", "description": "", "image": "", "stock": "in_stock", "version": 50, "revision": 50});
    assert_eq!(last.data, expected);
}
