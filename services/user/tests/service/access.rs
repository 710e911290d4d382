//! Who may do what: every route for nobody, a customer, another customer, and staff.

use crate::harness::{PASSWORD, Service};
use kit::{TestDatabase, http::Client};
use reqwest::Method;
use uuid::Uuid;

kit::on_both_engines!(every_route_lets_in_whom_it_should_and_nobody_else);
async fn every_route_lets_in_whom_it_should_and_nobody_else(database: TestDatabase) {
    let service = Service::start(database).await;
    let (staff, owner, other) =
        (service.staff().await, service.customer("owner").await, service.customer("other").await);
    let target = service.register("target").await["id"].as_i64().unwrap();
    let [reset, deactivate, activate, grant, revoke] =
        ["reset-password", "deactivate", "activate", "grant-staff", "revoke-staff"]
            .map(|action| format!("/api/users/{target}/{action}"));
    let new_password = r#"{"new_password": "another good one"}"#;
    let change = format!(r#"{{"current_password": "{PASSWORD}", "new_password": "{PASSWORD}"}}"#);
    let (get, post, put) = (Method::GET, Method::POST, Method::PUT);
    // Route, then the status for nobody, a customer, another customer, and staff, asked in this order.
    let table: [(&Method, &str, &str, [u16; 4]); 14] = [
        (&get, "/api/user", "", [401, 200, 200, 200]),
        (&get, "/api/users", "", [401, 403, 403, 200]),
        (&put, "/api/user/password", &change, [401, 200, 200, 400]),
        (&post, &reset, new_password, [401, 403, 403, 200]),
        (&post, &deactivate, "", [401, 403, 403, 200]),
        (&post, &activate, "", [401, 403, 403, 200]),
        (&post, &grant, "", [401, 403, 403, 200]),
        (&post, &revoke, "", [401, 403, 403, 200]),
        (&post, "/api/users/123456789/reset-password", new_password, [401, 403, 403, 404]),
        (&post, "/api/users/123456789/deactivate", "", [401, 403, 403, 404]),
        (&post, "/api/users/nobody/activate", "", [401, 403, 403, 404]),
        (&get, "/api/user/target/exists", "", [200, 200, 200, 200]),
        (&post, "/api/user/create", "{}", [400, 400, 400, 400]),
        (&post, "/api/user/refresh", r#"{"refresh_token": "none"}"#, [401, 401, 401, 401]),
    ];
    for (method, path, body, statuses) in table {
        let clients: [&Client; 4] = [&service.anonymous, &owner.client, &other.client, &staff.client];
        for (client, status) in clients.into_iter().zip(statuses) {
            let request = client.request(method.clone(), path);
            let request =
                if body.is_empty() { request } else { request.body("application/json", body.to_owned()) };
            let answer = request.send().await;
            if status == 401 {
                assert_eq!(answer.header("www-authenticate"), "Bearer");
                assert_eq!(answer.expect_problem(401)["message"], "Not logged in");
            } else if status >= 400 {
                answer.expect_problem(status);
            } else {
                answer.expect(status);
            }
        }
    }
    // What was done to the target was done by staff alone, and to nobody else.
    for session in [&owner, &other, &staff] {
        assert!(session.is_live().await);
    }
}

kit::on_both_engines!(the_key_is_taken_in_three_forms);
async fn the_key_is_taken_in_three_forms(database: TestDatabase) {
    let service = Service::start(database).await;
    let ada = service.customer("ada").await;
    for authorization in [ada.key.clone(), format!("Basic {}", ada.key), format!("Bearer {}", ada.key)] {
        let request = service.anonymous.get("/api/user").header("authorization", &authorization);
        assert_eq!(request.send().await.expect_json(200)["result"]["username"], "ada");
    }
}

kit::on_both_engines!(a_key_counts_with_its_session_and_standing_only);
async fn a_key_counts_with_its_session_and_standing_only(database: TestDatabase) {
    let service = Service::start(database).await;
    let (ada, bob) = (service.customer("ada").await, service.customer("bob").await);
    let keys = &service.world.keys;
    // Well signed, but of a session that nobody began.
    let invented = service.anonymous.with_key(keys.token(ada.id, contract::Role::Staff));
    invented.get("/api/user").send().await.expect_problem(401);
    let session_id = session_of(&bob.key);
    let now = service.clock.now_unix_ms();
    let sign = |user_id, role| {
        let principal = chassis::identity::Principal { user_id, session_id, role, expires_at: now + 60_000 };
        service.anonymous.with_key(keys.sign(&principal, now))
    };
    // Bob's session does not make him Ada, and the key's word does not make him staff.
    sign(ada.id, contract::Role::Customer).get("/api/user").send().await.expect_problem(401);
    sign(bob.id, contract::Role::Staff).get("/api/users").send().await.expect_problem(403);
}

/// The session that a key names.
pub(crate) fn session_of(key: &str) -> Uuid {
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
    let claims = BASE64_URL_SAFE_NO_PAD.decode(key.split('.').nth(1).unwrap()).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    claims["sid"].as_str().unwrap().parse().unwrap()
}

kit::on_both_engines!(internal_routes_want_the_secret);
async fn internal_routes_want_the_secret(database: TestDatabase) {
    let service = Service::start(database).await;
    let outside = Client::new(service.inside.base()).with_key("guessed-and-wrong");
    for path in ["/internal/snapshot", "/internal/events"] {
        outside.get(path).send().await.expect(401);
        service.inside.get(path).send().await.expect(200);
        service.anonymous.get(path).send().await.expect_problem(404);
    }
}

kit::on_both_engines!(unknown_paths_and_methods_are_problems);
async fn unknown_paths_and_methods_are_problems(database: TestDatabase) {
    let service = Service::start(database).await;
    service.anonymous.get("/api/user/one/two").send().await.expect_problem(404);
    let answer = service.anonymous.get("/api/user/create").send().await;
    assert!(answer.header("allow").contains("POST"));
    answer.expect_problem(405);
    let ada = service.customer("ada").await;
    ada.client.request(Method::HEAD, "/api/user").send().await.expect(200);
    let options = service.anonymous.request(Method::OPTIONS, "/api/user/login").send().await;
    assert!(options.header("allow").contains("POST"));
}
