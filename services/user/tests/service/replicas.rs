//! Two processes on one PostgreSQL.

use crate::harness::{PASSWORD, STAFF, Service, Session, World, log_in, registration};
use kit::Engine;

async fn two() -> (Service, chassis::process::Running, kit::http::Client) {
    let service = Service::start(kit::database(Engine::Postgres).await).await;
    let (running, other) = service.further_replica().await;
    (service, running, other)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_replica_does_holds_at_the_other_at_once() {
    let (service, _running, other) = two().await;
    service.register("ada").await;
    let keys = log_in(&other, "ada", PASSWORD).await.expect_json(200);
    let (here, there) = (Session::of(&service.anonymous, &keys), Session::of(&other, &keys));
    assert!(here.is_live().await && there.is_live().await);
    here.client.post("/api/user/logout").send().await.expect(200);
    assert!(!there.is_live().await);
    log_in(&other, STAFF.0, STAFF.1).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_replicas_registering_one_name_make_one_account() {
    let (service, _running, other) = two().await;
    for round in 0..5 {
        let username = format!("ada{round}");
        let create = |client: &kit::http::Client| {
            tokio::spawn(client.post("/api/user/create").form(registration(&username)).send())
        };
        let (one, two) = (create(&service.anonymous), create(&other));
        let mut statuses = [one.await.unwrap().status, two.await.unwrap().status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_replicas_refreshing_one_token_keep_one_session() {
    let (service, _running, other) = two().await;
    let ada = service.customer("ada").await;
    let refresh = |client: &kit::http::Client| {
        let form = [("refresh_token", ada.refresh_token.clone())];
        tokio::spawn(client.post("/api/user/refresh").form(form).send())
    };
    let (one, two) = (refresh(&service.anonymous), refresh(&other));
    for answer in [one.await.unwrap(), two.await.unwrap()] {
        assert!(Session::of(&service.anonymous, &answer.expect_json(200)).is_live().await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_and_a_reset_at_once_leave_no_session_of_the_old_password() {
    let (service, _running, other) = two().await;
    let (staff, ada) = (service.staff().await, service.register("ada").await);
    let path = format!("/api/users/{}/reset-password", ada["id"]);
    let mut old = PASSWORD.to_owned();
    for round in 0..5 {
        let new = format!("password number {round}");
        let login = tokio::spawn({
            let (other, old) = (other.clone(), old.clone());
            async move { log_in(&other, "ada", &old).await }
        });
        staff.client.post(&path).form([("new_password", &new)]).send().await.expect(200);
        let answer = login.await.unwrap();
        if answer.status == 200 {
            assert!(!Session::of(&other, &answer.json()).is_live().await, "round {round}");
        }
        old = new;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_start_together_enforce_one_staff_login() {
    let world = World::new(kit::database(Engine::Postgres).await);
    let settings = world.settings();
    let (one, two) = futures::join!(world.build(&settings), world.build(&settings));
    one.and(two).expect("both start");
    let service = Service::start_with(world, |_| {}).await;
    let staff = service.staff().await;
    let users = staff.client.get("/api/users").send().await.expect_json(200);
    assert_eq!(users.as_array().map(Vec::len), Some(1));
}
