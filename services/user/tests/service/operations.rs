//! What an operator sees of the service and does with its data.

use crate::harness::{PASSWORD, Service};
use kit::TestDatabase;

kit::on_both_engines!(what_happens_is_counted);
async fn what_happens_is_counted(database: TestDatabase) {
    let service = Service::start(database).await;
    let ada = service.customer("ada").await;
    service.log_in("ada", "a wrong password").await.expect_problem(401);
    service.refresh(&ada.refresh_token).await.expect(200);
    service.refresh("none").await.expect_problem(401);
    let metrics = service.inside.get("/metrics").send().await.text();
    for line in [
        "# HELP shop_registrations_total Accounts that were registered.",
        "shop_registrations_total 1",
        r#"shop_logins_total{result="succeeded"} 1"#,
        r#"shop_logins_total{result="refused"} 1"#,
        r#"shop_refreshes_total{result="succeeded"} 1"#,
        r#"shop_refreshes_total{result="refused"} 1"#,
        "shop_password_hashes_waiting 0",
        "# HELP shop_password_hash_duration_seconds ",
        r#"http_route="/api/user/login""#,
    ] {
        assert!(metrics.contains(line), "{line} is missing in\n{metrics}");
    }
}

kit::on_both_engines!(a_backup_brings_back_accounts_and_sessions_with_a_new_epoch);
async fn a_backup_brings_back_accounts_and_sessions_with_a_new_epoch(database: TestDatabase) {
    let service = Service::start(database).await;
    let ada = service.customer("ada").await;
    let epoch = async |service: &Service| {
        service.inside.get("/internal/snapshot").send().await.expect_json(200)["epoch"].clone()
    };
    let before = epoch(&service).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    let url = service.world.database.url().parse().unwrap();
    database::backup(&url, "user", user::SCHEMAS, &file).await.expect("back up while it serves");
    service.register("later").await;
    let clock = service.clock.clone();
    let world = service.stop().await;
    database::restore(&url, "user", user::SCHEMAS, &file).await.expect("restore");
    let service = Service::start_with(world, |_| {}).await;
    assert!(service.clock.now_unix_ms() - clock.now_unix_ms() < 600_000, "the key is still valid");
    let ada = service.anonymous.with_key(&ada.key);
    assert_eq!(ada.get("/api/user").send().await.expect_json(200)["result"]["username"], "ada");
    service.anonymous.get("/api/user/later/exists").send().await.expect_problem(404);
    service.log_in("ada", PASSWORD).await.expect(200);
    service.staff().await;
    assert_ne!(epoch(&service).await, before);
}

kit::on_both_engines!(it_is_ready_while_its_database_answers);
async fn it_is_ready_while_its_database_answers(database: TestDatabase) {
    let service = Service::start(database).await;
    service.inside.get("/readyz").send().await.expect(200);
    service.inside.get("/livez").send().await.expect(200);
    service.anonymous.get("/api/user/openapi.json").send().await.expect(200);
    service.anonymous.get("/api/user/docs/").send().await.expect(200);
}
