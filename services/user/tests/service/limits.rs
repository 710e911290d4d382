//! How often somebody may try.

use crate::harness::{PASSWORD, Service, World, registration};
use chassis::secret::SECRET_HEADER;
use kit::TestDatabase;
use std::time::Duration;

async fn limited(database: TestDatabase, change: impl FnOnce(&mut user::LimitArgs)) -> Service {
    Service::start_with(World::new(database), |settings| change(&mut settings.limits)).await
}

kit::on_both_engines!(guessing_a_password_is_slowed_down_per_account);
async fn guessing_a_password_is_slowed_down_per_account(database: TestDatabase) {
    let service =
        limited(database, |limits| limits.failed_logins_per_account = "10,1/6s".parse().unwrap()).await;
    service.register("ada").await;
    service.register("bob").await;
    // A name that nobody has is treated alike.
    for name in ["ada", "nobody"] {
        for _ in 0..10 {
            service.log_in(name, "a wrong guess").await.expect_problem(401);
        }
        let refusal = service.log_in(&name.to_uppercase(), PASSWORD).await;
        assert_eq!(refusal.header("retry-after"), "6");
        refusal.expect_problem(429);
    }
    service.log_in("bob", PASSWORD).await.expect(200);
    service.clock.advance(Duration::from_secs(6));
    service.log_in("ada", PASSWORD).await.expect(200);
    service.log_in("ada", PASSWORD).await.expect(200);
    service.log_in("ada", "a wrong guess").await.expect_problem(401);
    service.log_in("ada", PASSWORD).await.expect_problem(429);
    let metrics = service.inside.get("/metrics").send().await.text();
    assert!(metrics.contains(r#"shop_logins_total{result="limited"} 3"#), "{metrics}");
}

kit::on_both_engines!(right_passwords_are_not_counted);
async fn right_passwords_are_not_counted(database: TestDatabase) {
    let service =
        limited(database, |limits| limits.failed_logins_per_account = "3,1/6s".parse().unwrap()).await;
    service.register("ada").await;
    for _ in 0..10 {
        service.log_in("ada", PASSWORD).await.expect(200);
    }
}

kit::on_both_engines!(guessing_the_current_password_counts_as_failed_logins);
async fn guessing_the_current_password_counts_as_failed_logins(database: TestDatabase) {
    let service =
        limited(database, |limits| limits.failed_logins_per_account = "3,1/6s".parse().unwrap()).await;
    let ada = service.customer("ada").await;
    let guess = || {
        let form = [("current_password", "a wrong guess"), ("new_password", "a better password")];
        ada.client.put("/api/user/password").form(form)
    };
    for _ in 0..3 {
        guess().send().await.expect_problem(400);
    }
    guess().send().await.expect_problem(429);
    service.log_in("ada", PASSWORD).await.expect_problem(429);
}

kit::on_both_engines!(asking_for_usernames_is_limited_per_address);
async fn asking_for_usernames_is_limited_per_address(database: TestDatabase) {
    let service =
        limited(database, |limits| limits.username_checks_per_address = "100,10/1s".parse().unwrap()).await;
    let ask = || service.anonymous.get("/api/user/nobody/exists");
    for _ in 0..100 {
        ask().send().await.expect_problem(404);
    }
    let refusal = ask().send().await;
    assert_eq!(refusal.header("retry-after"), "1");
    refusal.expect_problem(429);
    service.clock.advance(Duration::from_millis(100));
    ask().send().await.expect_problem(404);
    ask().send().await.expect_problem(429);
    service.register("ada").await;
}

kit::on_both_engines!(the_storefront_is_counted_under_its_shoppers);
async fn the_storefront_is_counted_under_its_shoppers(database: TestDatabase) {
    let service = limited(database, |limits| limits.logins_per_address = "2,1/1s".parse().unwrap()).await;
    let secret = service.world.keys.secret();
    let shopper = |address: &str, username: &str| {
        service
            .anonymous
            .post("/api/user/create")
            .header(SECRET_HEADER.as_str(), &secret)
            .header("x-forwarded-for", address)
            .form(registration(username))
    };
    shopper("192.0.2.1", "one").send().await.expect(200);
    shopper("192.0.2.1", "two").send().await.expect(200);
    shopper("192.0.2.1", "three").send().await.expect_problem(429);
    shopper("192.0.2.2", "four").send().await.expect(200);
    // Without the secret nobody may name another address; logins and registrations count together.
    let stranger = |address: &str| {
        let form = [("username", "one"), ("password", PASSWORD)];
        service.anonymous.post("/api/user/login").header("x-forwarded-for", address).form(form)
    };
    stranger("192.0.2.3").send().await.expect(200);
    stranger("192.0.2.4").send().await.expect(200);
    stranger("192.0.2.5").send().await.expect_problem(429);
}
