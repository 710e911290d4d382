//! The first staff account, as its file says.

use crate::harness::{PASSWORD, SOON, STAFF, Service, World};
use kit::{TestDatabase, eventually};

async fn until_login_works(service: &Service, username: &str, password: &str) {
    eventually(SOON, "the new staff login works", async || {
        let answer = service.log_in(username, password).await;
        if answer.status == 200 { Ok(()) } else { Err(answer.status) }
    })
    .await;
}

/// Waits until the password in the file was compared with the one that was enforced last.
async fn until_compared(service: &Service) {
    eventually(SOON, "a password was checked", async || {
        let metrics = service.inside.get("/metrics").send().await.text();
        let count =
            metrics.lines().find(|line| line.starts_with("shop_password_hash_duration_seconds_count"));
        if count.is_some_and(|count| !count.ends_with(" 0")) { Ok(()) } else { Err(count.map(str::to_owned)) }
    })
    .await;
}

kit::on_both_engines!(the_first_staff_account_comes_from_a_file);
async fn the_first_staff_account_comes_from_a_file(database: TestDatabase) {
    let service = Service::start(database).await;
    let staff = service.staff().await;
    let account = staff.client.get("/api/user").send().await.expect_json(200);
    assert_eq!(account["result"]["is_admin"], true);
    assert_eq!(account["result"]["email"], "keeper@staff.invalid");
    staff.client.get("/api/users").send().await.expect(200);
}

kit::on_both_engines!(a_file_that_changes_is_enforced_and_ends_sessions);
async fn a_file_that_changes_is_enforced_and_ends_sessions(database: TestDatabase) {
    let service = Service::start(database).await;
    let staff = service.staff().await;
    service.world.write_staff_login(STAFF.0, "another keeper's password");
    until_login_works(&service, STAFF.0, "another keeper's password").await;
    assert!(!staff.is_live().await);
    service.log_in(STAFF.0, STAFF.1).await.expect_problem(401);
    // A bad file changes nothing; the next good one is enforced.
    service.world.write_staff_file("{");
    service.log_in(STAFF.0, "another keeper's password").await.expect(200);
    service.world.write_staff_login("owner", "the owner's password");
    until_login_works(&service, "owner", "the owner's password").await;
    service.log_in(STAFF.0, "another keeper's password").await.expect(200);
}

kit::on_both_engines!(a_password_that_the_person_changed_stays_until_the_file_changes);
async fn a_password_that_the_person_changed_stays_until_the_file_changes(database: TestDatabase) {
    let service = Service::start(database).await;
    let staff = service.staff().await;
    let form = [("current_password", STAFF.1), ("new_password", "my own password")];
    staff.client.put("/api/user/password").form(form).send().await.expect(200);
    let world = service.stop().await;
    let service = Service::start_with(world, |_| {}).await;
    until_compared(&service).await;
    service.log_in(STAFF.0, STAFF.1).await.expect_problem(401);
    service.log_in(STAFF.0, "my own password").await.expect(200);
    let world = service.stop().await;
    world.write_staff_login(STAFF.0, "the file's new password");
    let service = Service::start_with(world, |_| {}).await;
    until_login_works(&service, STAFF.0, "the file's new password").await;
    service.log_in(STAFF.0, "my own password").await.expect_problem(401);
}

kit::on_both_engines!(the_file_brings_back_a_staff_account_that_was_lost);
async fn the_file_brings_back_a_staff_account_that_was_lost(database: TestDatabase) {
    let service = Service::start(database).await;
    let (staff, ada) = (service.staff().await, service.customer("ada").await);
    staff.client.post(&format!("/api/users/{}/grant-staff", ada.id)).send().await.expect(200);
    let ada = service.session("ada", PASSWORD).await;
    for action in ["deactivate", "revoke-staff"] {
        ada.client.post(&format!("/api/users/{}/{action}", staff.id)).send().await.expect(200);
    }
    service.log_in(STAFF.0, STAFF.1).await.expect_problem(401);
    service.world.write_staff_login(STAFF.0, "another keeper's password");
    until_login_works(&service, STAFF.0, "another keeper's password").await;
    service
        .session(STAFF.0, "another keeper's password")
        .await
        .client
        .get("/api/users")
        .send()
        .await
        .expect(200);
}

kit::on_both_engines!(a_bad_staff_login_is_a_clear_error_at_start);
async fn a_bad_staff_login_is_a_clear_error_at_start(database: TestDatabase) {
    let world = World::new(database);
    for wrong in ["", r#"{"username": "keeper"}"#, r#"{"username": "keeper", "password": "short"}"#] {
        world.write_staff_file(wrong);
        let error = world.build(&world.settings()).await.err().expect("it must not start");
        assert!(format!("{error:#}").contains("--staff-login"), "{error:#}");
    }
    // The address of an account that is not the login's.
    world.write_staff_file(
        r#"{"username": "keeper", "password": "a long password", "email": "ada@example.com"}"#,
    );
    let settings = user::ShopSettings { staff_login: None, ..world.settings() };
    let service = Service::start_with(world, |start| *start = settings).await;
    service.register("ada").await;
    let world = service.stop().await;
    let error = world.build(&world.settings()).await.err().expect("it must not start");
    assert!(format!("{error:#}").contains("belongs to another account"), "{error:#}");
}
