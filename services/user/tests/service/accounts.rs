//! Accounts, as existing clients register, ask about and read them; and where we differ on purpose.

use crate::harness::{PASSWORD, Service, World, registration};
use kit::{TestDatabase, http::wrong_fields};
use serde_json::{Map, Value, json};

/// The fields as a JSON object.
fn as_json(fields: &[(&str, String)]) -> Value {
    fields.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect::<Map<_, _>>().into()
}

/// The fields as a multipart form.
fn as_multipart(fields: &[(&str, String)]) -> String {
    let part = |(name, value): &(&str, String)| {
        format!("--limit\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    fields.iter().map(part).collect::<String>() + "--limit--\r\n"
}

kit::on_both_engines!(somebody_registers_by_form_multipart_or_json);
async fn somebody_registers_by_form_multipart_or_json(database: TestDatabase) {
    let service = Service::start(database).await;
    let create = || service.anonymous.post("/api/user/create");
    let answers = [
        create().form(registration("form")).send().await,
        create()
            .body("multipart/form-data; boundary=limit", as_multipart(&registration("multipart")))
            .send()
            .await,
        create().json(as_json(&registration("json"))).send().await,
    ];
    for (answer, username) in answers.into_iter().zip(["form", "multipart", "json"]) {
        assert_eq!(answer.header("content-type"), "application/json");
        let answer = answer.expect_json(200);
        let expected = json!({
            "message": "User added",
            "result": {
                "api_key": null, "email": format!("{username}@example.com"), "first_name": "Ada",
                "id": answer["result"]["id"], "is_active": true, "is_admin": false,
                "last_name": "Lovelace", "username": username,
            },
        });
        assert_eq!(answer, expected);
        assert!(answer["result"]["id"].as_i64().is_some_and(|id| id >= 1));
    }
    create().body("text/plain", "username=x").send().await.expect_problem(415);
    create().body("application/json", "{").send().await.expect_problem(400);
    create().body("application/json", "[]").send().await.expect_problem(400);
}

// Theirs answers 500.
kit::on_both_engines!(a_taken_username_or_address_is_409_and_names_both_fields);
async fn a_taken_username_or_address_is_409_and_names_both_fields(database: TestDatabase) {
    let service = Service::start(database).await;
    service.register("ada").await;
    let with = |username: &str, email: &str| {
        let mut fields = registration(username);
        fields[2].1 = email.to_owned();
        service.anonymous.post("/api/user/create").form(fields)
    };
    for (username, email, expected) in [
        ("ADA", "other@example.com", vec!["username"]),
        ("other", "Ada@Example.com", vec!["email"]),
        ("Ada", "ada@EXAMPLE.com", vec!["username", "email"]),
    ] {
        let problem = with(username, email).send().await.expect_problem(409);
        assert_eq!(wrong_fields(&problem), expected, "{problem}");
    }
    service.register("žofie").await;
    let problem = with("ŽOFIE", "zofie@example.com").send().await.expect_problem(409);
    assert_eq!(wrong_fields(&problem), ["username"], "beyond ASCII, too");
}

// Theirs takes anything.
kit::on_both_engines!(missing_and_bad_fields_are_400_and_named_at_once);
async fn missing_and_bad_fields_are_400_and_named_at_once(database: TestDatabase) {
    let service = Service::start(database).await;
    let create = || service.anonymous.post("/api/user/create");
    let all = ["first_name", "last_name", "email", "username", "password"];
    assert_eq!(wrong_fields(&create().send().await.expect_problem(400)), all);
    let bad = [
        ("first_name", "a\u{202e}b"),
        ("last_name", "\u{200b}"),
        ("email", "nobody"),
        ("username", "a b"),
        ("password", "1234567"),
    ];
    let problem = create().form(bad).send().await.expect_problem(400);
    assert_eq!(wrong_fields(&problem), all);
    assert!(!problem.to_string().contains("1234567"), "the password is not sent back: {problem}");
    let numbers =
        json!({"first_name": 1, "last_name": [], "email": {}, "username": true, "password": 12345678});
    assert_eq!(wrong_fields(&create().json(numbers).send().await.expect_problem(400)), all);
}

kit::on_both_engines!(a_password_has_8_to_128_characters);
async fn a_password_has_8_to_128_characters(database: TestDatabase) {
    let service = Service::start(database).await;
    for (index, (length, status)) in [(7, 400), (8, 200), (128, 200), (129, 400)].into_iter().enumerate() {
        let mut fields = registration(&format!("ada{index}"));
        fields[4].1 = "茶".repeat(length);
        service.anonymous.post("/api/user/create").form(fields).send().await.expect(status);
    }
}

kit::on_both_engines!(a_username_exists_whatever_its_case);
async fn a_username_exists_whatever_its_case(database: TestDatabase) {
    let service = Service::start(database).await;
    service.register("ada").await;
    for username in ["ada", "ADA", "%20Ada%20"] {
        let answer = service.anonymous.get(&format!("/api/user/{username}/exists")).send().await;
        assert_eq!(answer.expect_json(200), json!({"result": true}));
    }
    for nobody in ["nobody", "a%00b", "a%20b", "%E2%80%8B", &"x".repeat(1_000)] {
        let answer = service.anonymous.get(&format!("/api/user/{nobody}/exists")).send().await;
        assert_eq!(answer.expect_problem(404)["message"], "Cannot find username");
    }
}

kit::on_both_engines!(nothing_is_told_about_addresses);
async fn nothing_is_told_about_addresses(database: TestDatabase) {
    let service = Service::start(database).await;
    service.register("ada").await;
    let problem = service.anonymous.get("/api/user/ada@example.com/exists").send().await.expect_problem(404);
    assert_eq!(problem["message"], "Cannot find username");
}

kit::on_both_engines!(the_username_check_can_be_switched_off);
async fn the_username_check_can_be_switched_off(database: TestDatabase) {
    let service = Service::start_with(World::new(database), |settings| settings.username_check = false).await;
    service.register("ada").await;
    for username in ["ada", "nobody"] {
        let answer = service.anonymous.get(&format!("/api/user/{username}/exists")).send().await;
        let problem = answer.expect_problem(404);
        assert!(problem["message"].as_str().unwrap().contains("switched off"), "{problem}");
    }
}

// Theirs shows it.
kit::on_both_engines!(the_own_account_shows_no_key_and_no_password);
async fn the_own_account_shows_no_key_and_no_password(database: TestDatabase) {
    let service = Service::start(database).await;
    let ada = service.customer("ada").await;
    let account = ada.client.get("/api/user").send().await.expect_json(200);
    let result = account["result"].as_object().unwrap();
    let members = ["api_key", "email", "first_name", "id", "is_active", "is_admin", "last_name", "username"];
    assert_eq!(result.keys().collect::<Vec<_>>(), members);
    assert_eq!(result["api_key"], Value::Null);
    assert!(!account.to_string().contains(PASSWORD));
}

kit::on_both_engines!(concurrent_registrations_of_one_name_give_one_account);
async fn concurrent_registrations_of_one_name_give_one_account(database: TestDatabase) {
    let service = Service::start(database).await;
    let attempts: Vec<_> = (0..8)
        .map(|_| tokio::spawn(service.anonymous.post("/api/user/create").form(registration("ada")).send()))
        .collect();
    let mut statuses = Vec::new();
    for attempt in attempts {
        statuses.push(attempt.await.unwrap().status);
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
    let users = service.staff().await.client.get("/api/users").send().await.expect_json(200);
    let named_ada = users.as_array().unwrap().iter().filter(|user| user["username"] == "ada");
    assert_eq!(named_ada.count(), 1);
}
