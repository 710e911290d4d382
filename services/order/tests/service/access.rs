//! Who may do what: every route for nobody, a customer, another customer, and staff.

use crate::harness::{SOON, Service, add};
use contract::{
    Role, Timestamp,
    event::{SessionRevoked, UserEvent},
};
use kit::{TestDatabase, eventually, http::Client};
use reqwest::Method;
use uuid::Uuid;

kit::on_both_engines!(every_route_lets_in_whom_it_should_and_nobody_else);
async fn every_route_lets_in_whom_it_should_and_nobody_else(database: TestDatabase) {
    let service = Service::start(database).await;
    let (owner, other, staff) = (service.customer(7), service.customer(8), service.staff());
    let (confirmed, _) = service.confirmed_order(&owner).await;
    let (placed, _) = service.placed_order(&owner).await;
    let basket = add(&owner, 1, 1).await["id"].as_i64().unwrap();
    let (placed, confirmed, basket) =
        (format!("/api/order/{placed}"), format!("/api/order/{confirmed}"), format!("/api/order/{basket}"));
    let (cancel, fulfil) = (format!("{placed}/cancel"), format!("{confirmed}/fulfil"));
    let (get, post, put, delete) = (Method::GET, Method::POST, Method::PUT, Method::DELETE);
    // Route, then the status for nobody, another customer, the owner, and staff, asked in this order.
    let table: [(&Method, &str, &str, [u16; 4]); 13] = [
        (&get, "/api/order", "", [401, 200, 200, 200]),
        (&get, "/api/orders", "", [401, 200, 200, 200]),
        (&get, &placed, "", [401, 404, 200, 200]),
        (&get, &basket, "", [401, 404, 200, 200]),
        (&get, "/api/order/123456789", "", [401, 404, 404, 404]),
        (&post, &cancel, "", [401, 404, 200, 200]),
        (&post, &fulfil, "", [401, 403, 403, 200]),
        (&post, "/api/order/add-item", r#"{"product_id": 2, "qty": 1}"#, [401, 200, 200, 200]),
        (&put, "/api/order/item/3", r#"{"quantity": 1}"#, [401, 200, 200, 200]),
        (&delete, "/api/order/item/3", "", [401, 200, 200, 200]),
        (
            &post,
            "/api/order/merge",
            r#"{"merge_id": "5e0a1f6e-7a62-4c1c-9d53-3b5b7a4f1a11", "changes": []}"#,
            [401, 200, 200, 200],
        ),
        (&post, "/api/order/checkout", "", [401, 200, 200, 200]),
        (&post, "/api/order/123456789/fulfil", "", [401, 403, 403, 404]),
    ];
    for (method, path, body, statuses) in table {
        let clients: [&Client; 4] = [service.anonymous(), &other, &owner, &staff];
        for (client, status) in clients.into_iter().zip(statuses) {
            let request = client.request(method.clone(), path);
            let request = if body.is_empty() { request } else { request.body("application/json", body) };
            let answer = request.send().await;
            if status == 401 {
                assert_eq!(answer.header("www-authenticate"), "Bearer");
                assert_eq!(answer.expect_problem(401)["message"], "Not logged in");
            } else {
                answer.expect(status);
            }
        }
    }
    // Everything of the table touched the caller's own basket only.
    let orders = other.get("/api/orders").send().await.expect_json(200);
    assert!(orders.as_array().unwrap().iter().all(|order| order["user_id"] == 8), "{orders}");
}

kit::on_both_engines!(the_key_is_taken_in_three_forms);
async fn the_key_is_taken_in_three_forms(database: TestDatabase) {
    let service = Service::start(database).await;
    let key = service.token(7, Role::Customer, Uuid::new_v4());
    for authorization in [key.clone(), format!("Basic {key}"), format!("Bearer {key}")] {
        let request = service.anonymous().get("/api/order").header("authorization", &authorization);
        request.send().await.expect(200);
    }
}

kit::on_both_engines!(internal_routes_want_the_secret);
async fn internal_routes_want_the_secret(database: TestDatabase) {
    let service = Service::start(database).await;
    let outside = Client::new(service.replica.inside.base()).with_key("guessed-and-wrong");
    for path in ["/internal/snapshot", "/internal/events"] {
        outside.get(path).send().await.expect(401);
        service.replica.inside.get(path).send().await.expect(200);
        service.anonymous().get(path).send().await.expect_problem(404);
    }
    let question = serde_json::json!({"order_uids": []});
    outside.post("/internal/orders/states").json(&question).send().await.expect(401);
    service.replica.inside.post("/internal/orders/states").json(&question).send().await.expect(200);
}

kit::on_both_engines!(a_revoked_session_is_refused_once_the_event_has_come);
async fn a_revoked_session_is_refused_once_the_event_has_come(database: TestDatabase) {
    let service = Service::start(database).await;
    let session_id = Uuid::new_v4();
    let client = service.anonymous().with_key(service.token(7, Role::Customer, session_id));
    client.get("/api/order").send().await.expect(200);
    let expires_at = Timestamp::from_unix_ms(service.clock.now_unix_ms() + 900_000);
    service.users.say(UserEvent::SessionRevoked(SessionRevoked { session_id, expires_at }));
    eventually(SOON, "the session is refused", async || {
        let status = client.get("/api/order").send().await.status;
        if status == 401 { Ok(()) } else { Err(status) }
    })
    .await;
    service.customer(7).get("/api/order").send().await.expect(200);
}

kit::on_both_engines!(unknown_paths_and_methods_are_problems);
async fn unknown_paths_and_methods_are_problems(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    customer.get("/api/order/one/two/three").send().await.expect_problem(404);
    customer.get("/api/order/seven").send().await.expect_problem(404);
    let answer = customer.delete("/api/orders").send().await;
    assert!(answer.header("allow").contains("GET"));
    answer.expect_problem(405);
    customer.request(Method::HEAD, "/api/orders").send().await.expect(200);
    assert!(customer.request(Method::OPTIONS, "/api/orders").send().await.header("allow").contains("GET"));
}
