//! Logging in, out and changing passwords.

use crate::harness::{PASSWORD, Service, World, log_in};
use argon2::Params;
use chassis::input::FieldValue;
use kit::{TestDatabase, http::wrong_fields};
use serde_json::{Value, json};
use user::{
    account::{Email, Password, PersonName, Registration, Username},
    passwords::Passwords,
    store::NewAccount,
};

kit::on_both_engines!(a_login_gives_a_key_and_what_renews_it);
async fn a_login_gives_a_key_and_what_renews_it(database: TestDatabase) {
    let service = Service::start(database).await;
    service.register("ada").await;
    for answer in [
        service.log_in("ada", PASSWORD).await,
        service.log_in("ADA", PASSWORD).await,
        service
            .anonymous
            .post("/api/user/login")
            .json(json!({"username": " ada ", "password": PASSWORD}))
            .send()
            .await,
    ] {
        let keys = answer.expect_json(200);
        assert_eq!(keys["message"], "Logged in");
        assert_eq!((&keys["token_type"], &keys["expires_in"]), (&json!("Bearer"), &json!(900)));
        let client = service.anonymous.with_key(keys["api_key"].as_str().unwrap());
        assert_eq!(client.get("/api/user").send().await.expect_json(200)["result"]["username"], "ada");
    }
    let problem = service.anonymous.post("/api/user/login").send().await.expect_problem(400);
    assert_eq!(wrong_fields(&problem), ["username", "password"]);
}

kit::on_both_engines!(an_unknown_name_is_answered_like_a_wrong_password);
async fn an_unknown_name_is_answered_like_a_wrong_password(database: TestDatabase) {
    let service = Service::start(database).await;
    let (ada, staff) = (service.customer("ada").await, service.staff().await);
    let told = |mut problem: Value| {
        assert_eq!(problem["message"], "Not logged in");
        problem["trace_id"] = Value::Null;
        problem
    };
    let wrong_password = told(service.log_in("ada", "a wrong password").await.expect_problem(401));
    let nobody = told(service.log_in("nobody", "a wrong password").await.expect_problem(401));
    assert_eq!(wrong_password, nobody);
    staff.client.post(&format!("/api/users/{}/deactivate", ada.id)).send().await.expect(200);
    assert_eq!(told(service.log_in("ada", PASSWORD).await.expect_problem(401)), nobody);
    for odd in ["", "x", &"x".repeat(5_000)] {
        told(service.log_in("ada", odd).await.expect_problem(401));
    }
    // Each of them was worth one hash, so that the time tells nothing either.
    let metrics = service.inside.get("/metrics").send().await.text();
    let hashes = "shop_password_hash_duration_seconds_count 10";
    assert!(metrics.contains(hashes), "1 staff login enforced, 1 registration, 8 logins: {metrics}");
}

// Theirs ends it.
kit::on_both_engines!(a_second_login_does_not_end_the_first_session);
async fn a_second_login_does_not_end_the_first_session(database: TestDatabase) {
    let service = Service::start(database).await;
    let first = service.customer("ada").await;
    let second = service.session("ada", PASSWORD).await;
    assert!(first.is_live().await && second.is_live().await);
    assert_ne!(first.key, second.key);
}

// Theirs leaves the key valid.
kit::on_both_engines!(logging_out_revokes_the_session_at_once);
async fn logging_out_revokes_the_session_at_once(database: TestDatabase) {
    let service = Service::start(database).await;
    let (ada, other) = (service.customer("ada").await, service.session("ada", PASSWORD).await);
    let log_out = || ada.client.post("/api/user/logout");
    log_out().body("text/plain", vec![b'a'; 65 * 1024]).send().await.expect_problem(413);
    assert_eq!(log_out().send().await.expect_json(200), json!({"message": "You are logged out"}));
    assert!(!ada.is_live().await);
    service.refresh(&ada.refresh_token).await.expect_problem(401);
    assert!(other.is_live().await, "only the one session ends");
    let not_logged_in = json!({"message": "You are not logged in"});
    assert_eq!(log_out().send().await.expect_json(200), not_logged_in, "the second time");
    for key in ["nonsense", "a.b.c"] {
        let answer = service.anonymous.with_key(key).post("/api/user/logout").send().await;
        assert_eq!(answer.expect_json(200), not_logged_in);
    }
    let answer = service.anonymous.post("/api/user/logout").send().await;
    assert_eq!(answer.expect_json(200), not_logged_in);
}

kit::on_both_engines!(changing_the_password_ends_the_other_sessions);
async fn changing_the_password_ends_the_other_sessions(database: TestDatabase) {
    let service = Service::start(database).await;
    let (ada, other, bob) = (
        service.customer("ada").await,
        service.session("ada", PASSWORD).await,
        service.customer("bob").await,
    );
    let change = |current: &str, new: &str| {
        let form = [("current_password", current.to_owned()), ("new_password", new.to_owned())];
        ada.client.put("/api/user/password").form(form)
    };
    let wrong = change("a wrong password", "a better password").send().await.expect_problem(400);
    assert_eq!(wrong_fields(&wrong), ["current_password"]);
    assert_eq!(wrong_fields(&change(PASSWORD, "short").send().await.expect_problem(400)), ["new_password"]);
    assert!(other.is_live().await);
    let changed = change(PASSWORD, "a better password").send().await.expect_json(200);
    assert_eq!(changed, json!({"message": "Password changed"}));
    assert!(ada.is_live().await && bob.is_live().await && !other.is_live().await);
    service.refresh(&other.refresh_token).await.expect_problem(401);
    service.refresh(&ada.refresh_token).await.expect(200);
    service.log_in("ada", PASSWORD).await.expect_problem(401);
    service.log_in("ada", "a better password").await.expect(200);
}

kit::on_both_engines!(a_hash_with_other_parameters_is_made_anew_at_login);
async fn a_hash_with_other_parameters_is_made_anew_at_login(database: TestDatabase) {
    let world = World::new(database);
    let (store, database) = world.store().await;
    let metrics = user::Metrics::new(&chassis::metrics::Metrics::new("user", "0"));
    let weak = Passwords::new(1, Params::new(1024, 1, 1, None).unwrap(), metrics).unwrap();
    let password = Password::from_text(PASSWORD).unwrap();
    let registration = Registration {
        username: Username::from_text("ada").unwrap(),
        email: Email::from_text("ada@example.com").unwrap(),
        first_name: PersonName::from_text("Ada").unwrap(),
        last_name: PersonName::from_text("Lovelace").unwrap(),
    };
    let password_hash = weak.slot().await.unwrap().hash(password).await.unwrap();
    assert!(password_hash.contains("m=1024,t=1,p=1"));
    store.create(NewAccount { registration, password_hash, now: 0 }).await.unwrap();
    database.close().await;

    let service = Service::start_with(world, |_| {}).await;
    service.log_in("ada", "a wrong password").await.expect_problem(401);
    // Both at once: a hash that was made anew meanwhile is no other password.
    let (one, other) = (service.anonymous.clone(), service.anonymous.clone());
    let one = tokio::spawn(async move { log_in(&one, "ada", PASSWORD).await });
    let other = tokio::spawn(async move { log_in(&other, "ada", PASSWORD).await });
    one.await.unwrap().expect(200);
    other.await.unwrap().expect(200);
    let world = service.stop().await;
    let (store, database) = world.store().await;
    let account = store.by_username("ada").await.unwrap().unwrap();
    assert!(account.password_hash.contains("m=19456,t=2,p=1"), "{}", account.password_hash);
    database.close().await;
}
