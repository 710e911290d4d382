//! Who may do what: every route for nobody, a customer, and staff.

use crate::harness::Service;
use kit::{TestDatabase, http::Client};
use reqwest::Method;

kit::on_both_engines!(every_route_lets_in_whom_it_should_and_nobody_else);
async fn every_route_lets_in_whom_it_should_and_nobody_else(database: TestDatabase) {
    let service = Service::start(database).await;
    let id = service.add_tea("Assam", Some(3)).await;
    let product = format!("/api/product/{id}");
    let image = format!("{product}/image");
    let media = format!("/media/{}", "0".repeat(64));
    let (get, post, put, patch) = (Method::GET, Method::POST, Method::PUT, Method::PATCH);
    let json = "application/json";
    // Route and body, then the status for nobody, a customer, and staff, asked in this order.
    let table: [(&Method, &str, &str, &str, [u16; 3]); 9] = [
        (&get, "/api/products", json, "", [200, 200, 200]),
        (&get, &product, json, "", [200, 200, 200]),
        (&get, "/api/product/assam", json, "", [200, 200, 200]),
        (&get, &media, json, "", [404, 404, 404]),
        (&post, "/api/product/create", json, r#"{"slug": "b", "name": "B", "price": 1}"#, [401, 403, 200]),
        (&patch, &product, json, r#"{"price": 1}"#, [401, 403, 428]),
        (&put, &image, "image/png", "\u{1}", [401, 403, 415]),
        (&post, "/api/products/import", "text/csv", "slug,name,price\nc,C,1\n", [401, 403, 200]),
        (&post, "/api/products/import?dry_run=true", "text/csv", "slug,name,price\n", [401, 403, 200]),
    ];
    let customer = service.customer();
    for (method, path, content_type, body, statuses) in table {
        let clients: [&Client; 3] = [service.anonymous(), &customer, &service.staff];
        for (client, status) in clients.into_iter().zip(statuses) {
            let answer = client.request(method.clone(), path).body(content_type, body).send().await;
            match status {
                200 => drop(answer.expect(200)),
                401 => {
                    assert_eq!(answer.header("www-authenticate"), "Bearer");
                    assert_eq!(answer.expect_problem(401)["message"], "Not logged in");
                }
                other => drop(answer.expect_problem(other)),
            }
        }
    }
    assert_eq!(service.all("/api/products").await.len(), 3);
}

kit::on_both_engines!(the_quantity_is_for_staff_only_and_others_get_a_word);
async fn the_quantity_is_for_staff_only_and_others_get_a_word(database: TestDatabase) {
    let service = Service::start(database).await;
    for (name, quantity, word) in
        [("A", Some(0), "out"), ("B", Some(5), "low"), ("C", Some(6), "in_stock"), ("D", None, "in_stock")]
    {
        let id = service.add_tea(name, quantity).await;
        let path = format!("/api/product/{id}");
        for client in [service.anonymous(), &service.customer()] {
            let seen = client.get(&path).send().await.expect_json(200)["result"].clone();
            assert_eq!(seen["stock"], word);
            assert!(seen.get("stock_quantity").is_none(), "{seen}");
        }
        assert_eq!(service.quantity(id).await, quantity);
    }
    let seen = service.customer().get("/api/products").send().await.text();
    assert!(!seen.contains("stock_quantity"), "{seen}");
    let seen = service.staff.get("/api/products").send().await.text();
    assert!(seen.contains("\"stock_quantity\":5"), "{seen}");
}

kit::on_both_engines!(the_key_is_taken_in_three_forms);
async fn the_key_is_taken_in_three_forms(database: TestDatabase) {
    let service = Service::start(database).await;
    let key = service.keys.token(1, contract::Role::Staff);
    for (number, authorization) in
        [key.clone(), format!("Basic {key}"), format!("Bearer {key}")].iter().enumerate()
    {
        let (slug, price) = (format!("tea-{number}"), "1".to_owned());
        let form = [("slug", &slug), ("name", &slug), ("price", &price)];
        let request = service.anonymous().post("/api/product/create").form(form);
        request.header("authorization", authorization).send().await.expect(200);
    }
}

kit::on_both_engines!(internal_routes_want_the_secret);
async fn internal_routes_want_the_secret(database: TestDatabase) {
    let service = Service::start(database).await;
    let outside = Client::new(service.replica.inside.base()).with_key("guessed-and-wrong");
    for path in ["/internal/snapshot", "/internal/events", "/internal/stock"] {
        outside.get(path).send().await.expect(401);
        service.replica.inside.get(path).send().await.expect(200);
        service.anonymous().get(path).send().await.expect_problem(404);
    }
}

kit::on_both_engines!(unknown_paths_and_methods_are_problems);
async fn unknown_paths_and_methods_are_problems(database: TestDatabase) {
    let service = Service::start(database).await;
    service.anonymous().get("/api/product/one/two").send().await.expect_problem(404);
    let answer = service.anonymous().delete("/api/products").send().await;
    assert!(answer.header("allow").contains("GET"));
    answer.expect_problem(405);
    service.anonymous().request(Method::HEAD, "/api/products").send().await.expect(200);
    let answer = service.anonymous().request(Method::OPTIONS, "/api/product/tea").send().await;
    assert!(answer.header("allow").contains("PATCH"), "{answer}");
}
