//! What staff do with accounts.

use crate::{
    access::session_of,
    harness::{PASSWORD, Service, Session},
};
use kit::{TestDatabase, http::wrong_fields};
use serde_json::json;

// Theirs is open to anybody and shows every key.
kit::on_both_engines!(the_list_of_users_is_paged_and_shows_no_key);
async fn the_list_of_users_is_paged_and_shows_no_key(database: TestDatabase) {
    let service = Service::start(database).await;
    let staff = service.staff().await;
    for index in 0..5 {
        service.register(&format!("ada{index}")).await;
    }
    let everybody = staff.client.get("/api/users").send().await;
    assert_eq!(everybody.header("link"), "", "there is no further page");
    let everybody = everybody.expect_json(200);
    assert_eq!(everybody.as_array().map(Vec::len), Some(6));
    assert!(everybody.as_array().unwrap().iter().all(|user| user["api_key"].is_null()));
    let (mut seen, mut path) = (Vec::new(), Some("/api/users?limit=2".to_owned()));
    while let Some(page_path) = path {
        let page = staff.client.get(&page_path).send().await;
        let link = page.header("link").to_owned();
        path =
            link.strip_suffix(">; rel=\"next\"").and_then(|link| link.strip_prefix('<')).map(str::to_owned);
        let users = page.expect_json(200).as_array().unwrap().clone();
        assert!(users.len() <= 2);
        seen.extend(users);
    }
    assert_eq!(json!(seen), everybody);
    for query in ["limit=0", "limit=101", "limit=many", "after=x", "after=-1"] {
        let problem = staff.client.get(&format!("/api/users?{query}")).send().await.expect_problem(400);
        assert_eq!(wrong_fields(&problem), [query.split('=').next().unwrap()]);
    }
}

kit::on_both_engines!(a_reset_password_ends_every_session);
async fn a_reset_password_ends_every_session(database: TestDatabase) {
    let service = Service::start(database).await;
    let (staff, ada, other) =
        (service.staff().await, service.customer("ada").await, service.session("ada", PASSWORD).await);
    let path = format!("/api/users/{}/reset-password", ada.id);
    let reset = |password: &str| staff.client.post(&path).form([("new_password", password.to_owned())]);
    assert_eq!(wrong_fields(&reset("short").send().await.expect_problem(400)), ["new_password"]);
    assert!(ada.is_live().await);
    let answer = reset("given by the staff").send().await.expect_json(200);
    assert_eq!(answer, json!({"message": "Password reset"}));
    assert!(!ada.is_live().await && !other.is_live().await);
    service.refresh(&ada.refresh_token).await.expect_problem(401);
    service.log_in("ada", PASSWORD).await.expect_problem(401);
    service.log_in("ada", "given by the staff").await.expect(200);
    let mut expected = [session_of(&ada.key).to_string(), session_of(&other.key).to_string()];
    expected.sort();
    assert_eq!(service.revoked().await, expected);
}

kit::on_both_engines!(a_deactivated_account_is_out_until_it_is_activated);
async fn a_deactivated_account_is_out_until_it_is_activated(database: TestDatabase) {
    let service = Service::start(database).await;
    let (staff, ada) = (service.staff().await, service.customer("ada").await);
    let change = |action: &str| staff.client.post(&format!("/api/users/{}/{action}", ada.id));
    let answer = change("deactivate").send().await.expect_json(200);
    assert_eq!(
        (&answer["result"]["username"], &answer["result"]["is_active"]),
        (&json!("ada"), &json!(false))
    );
    assert!(!ada.is_live().await);
    service.refresh(&ada.refresh_token).await.expect_problem(401);
    service.log_in("ada", PASSWORD).await.expect_problem(401);
    change("deactivate").send().await.expect(200);
    assert_eq!(service.told().await.len(), 1, "told once");
    assert_eq!(change("activate").send().await.expect_json(200)["result"]["is_active"], true);
    assert!(!ada.is_live().await, "the old session stays ended");
    service.log_in("ada", PASSWORD).await.expect(200);
}

kit::on_both_engines!(staff_is_granted_and_revoked_at_once);
async fn staff_is_granted_and_revoked_at_once(database: TestDatabase) {
    let service = Service::start(database).await;
    let (staff, ada) = (service.staff().await, service.customer("ada").await);
    let change = |action: &str| staff.client.post(&format!("/api/users/{}/{action}", ada.id));
    ada.client.get("/api/users").send().await.expect_problem(403);
    assert_eq!(change("grant-staff").send().await.expect_json(200)["result"]["is_admin"], true);
    ada.client.get("/api/users").send().await.expect(200);
    let renewed = service.refresh(&ada.refresh_token).await.expect_json(200);
    assert_eq!(role_of(renewed["api_key"].as_str().unwrap()), "staff", "others learn of it by the next key");
    assert_eq!(change("revoke-staff").send().await.expect_json(200)["result"]["is_admin"], false);
    assert!(!ada.is_live().await, "its keys say staff, so its sessions end");
    service.session("ada", PASSWORD).await.client.get("/api/users").send().await.expect_problem(403);
}

fn role_of(key: &str) -> String {
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
    let claims = BASE64_URL_SAFE_NO_PAD.decode(key.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice::<serde_json::Value>(&claims).unwrap()["role"].as_str().unwrap().to_owned()
}

kit::on_both_engines!(the_last_staff_account_cannot_be_locked_out);
async fn the_last_staff_account_cannot_be_locked_out(database: TestDatabase) {
    let service = Service::start(database).await;
    let (staff, ada) = (service.staff().await, service.customer("ada").await);
    let change = |id: i64, action: &str| staff.client.post(&format!("/api/users/{id}/{action}"));
    for action in ["deactivate", "revoke-staff"] {
        let problem = change(staff.id, action).send().await.expect_problem(409);
        assert!(problem["message"].as_str().unwrap().contains("grant staff to another"), "{problem}");
    }
    change(ada.id, "grant-staff").send().await.expect(200);
    change(ada.id, "deactivate").send().await.expect(200);
    change(staff.id, "deactivate").send().await.expect_problem(409);
    change(ada.id, "activate").send().await.expect(200);
    change(staff.id, "revoke-staff").send().await.expect(200);
    assert!(!staff.is_live().await);
}

kit::on_both_engines!(two_staff_cannot_lock_each_other_out);
async fn two_staff_cannot_lock_each_other_out(database: TestDatabase) {
    let service = Service::start(database).await;
    service.register("ada").await;
    let both = async || (service.staff().await, service.session("ada", PASSWORD).await);
    let change = |by: &Session, of: &Session, action: &str| {
        tokio::spawn(by.client.post(&format!("/api/users/{}/{action}", of.id)).send())
    };
    for round in 0..5 {
        let (staff, ada) = both().await;
        // One of them is staff and grants it to the other; the other's attempt is refused.
        change(&staff, &ada, "grant-staff").await.unwrap();
        change(&ada, &staff, "grant-staff").await.unwrap();
        let (one, other) = (change(&staff, &ada, "revoke-staff"), change(&ada, &staff, "revoke-staff"));
        let statuses = [one.await.unwrap().status, other.await.unwrap().status];
        let (staff, ada) = both().await;
        let mut left = 0;
        for session in [&staff, &ada] {
            left += i32::from(session.client.get("/api/users").send().await.status == 200);
        }
        assert_eq!(left, 1, "round {round}: {statuses:?}");
    }
}
