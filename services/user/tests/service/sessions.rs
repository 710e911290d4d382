//! Sessions: carried on by refresh tokens, ended in time or before it, told to the other services.

use crate::{
    access::session_of,
    harness::{Service, Session, World},
};
use kit::TestDatabase;
use serde_json::json;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn refreshed(service: &Service, refresh_token: &str) -> Session {
    let keys = service.refresh(refresh_token).await.expect_json(200);
    assert_eq!(keys["message"], "Logged in");
    Session::of(&service.anonymous, &keys)
}

kit::on_both_engines!(a_refresh_gives_a_further_pair_of_the_same_session);
async fn a_refresh_gives_a_further_pair_of_the_same_session(database: TestDatabase) {
    let service = Service::start(database).await;
    let first = service.customer("ada").await;
    service.clock.advance(14 * MINUTE);
    let second = refreshed(&service, &first.refresh_token).await;
    assert_eq!(session_of(&first.key), session_of(&second.key));
    assert_ne!(first.refresh_token, second.refresh_token);
    service.clock.advance(2 * MINUTE);
    assert!(!first.is_live().await, "a key lives for 15 minutes");
    assert!(second.is_live().await);
    service.refresh("no token of ours").await.expect_problem(401);
    service.refresh(&first.key).await.expect_problem(401);
    service.anonymous.post("/api/user/refresh").send().await.expect_problem(400);
}

kit::on_both_engines!(a_lost_answer_to_a_refresh_ends_no_session);
async fn a_lost_answer_to_a_refresh_ends_no_session(database: TestDatabase) {
    let service = Service::start(database).await;
    let first = service.customer("ada").await;
    let _lost = refreshed(&service, &first.refresh_token).await;
    service.clock.advance(10 * DAY);
    let again = refreshed(&service, &first.refresh_token).await;
    assert!(again.is_live().await, "no successor was used, however long ago the exchange was");
}

kit::on_both_engines!(a_token_used_again_a_minute_after_its_successor_ends_the_session);
async fn a_token_used_again_a_minute_after_its_successor_ends_the_session(database: TestDatabase) {
    let service = Service::start(database).await;
    let first = service.customer("ada").await;
    let second = refreshed(&service, &first.refresh_token).await;
    let third = refreshed(&service, &second.refresh_token).await;
    service.clock.advance(MINUTE - Duration::from_millis(1));
    let late_tab = refreshed(&service, &first.refresh_token).await;
    assert!(late_tab.is_live().await);
    service.clock.advance(Duration::from_millis(1));
    let other_session = service.session("ada", crate::harness::PASSWORD).await;
    service.refresh(&first.refresh_token).await.expect_problem(401);
    for ended in [&second, &third, &late_tab] {
        assert!(!ended.is_live().await);
        service.refresh(&ended.refresh_token).await.expect_problem(401);
    }
    assert!(other_session.is_live().await, "only the session of that token ends");
    assert_eq!(service.revoked().await, [session_of(&first.key).to_string()]);
}

kit::on_both_engines!(parallel_refreshes_of_one_token_all_get_a_pair);
async fn parallel_refreshes_of_one_token_all_get_a_pair(database: TestDatabase) {
    let service = Service::start(database).await;
    let first = service.customer("ada").await;
    let shown = [("refresh_token", first.refresh_token.clone())];
    let attempts: Vec<_> = (0..8)
        .map(|_| tokio::spawn(service.anonymous.post("/api/user/refresh").form(&shown).send()))
        .collect();
    let mut sessions = Vec::new();
    for attempt in attempts {
        sessions.push(Session::of(&service.anonymous, &attempt.await.unwrap().expect_json(200)));
    }
    let tokens: std::collections::BTreeSet<_> =
        sessions.iter().map(|session| &session.refresh_token).collect();
    assert_eq!(tokens.len(), 8);
    for session in &sessions {
        assert_eq!(session_of(&session.key), session_of(&first.key));
        refreshed(&service, &session.refresh_token).await;
    }
}

kit::on_both_engines!(a_session_ends_thirty_days_after_its_last_refresh);
async fn a_session_ends_thirty_days_after_its_last_refresh(database: TestDatabase) {
    let service = Service::start(database).await;
    let first = service.customer("ada").await;
    service.clock.advance(29 * DAY);
    let second = refreshed(&service, &first.refresh_token).await;
    service.clock.advance(29 * DAY);
    let third = refreshed(&service, &second.refresh_token).await;
    service.clock.advance(30 * DAY);
    service.refresh(&third.refresh_token).await.expect_problem(401);
}

kit::on_both_engines!(the_lifetime_of_keys_is_a_setting);
async fn the_lifetime_of_keys_is_a_setting(database: TestDatabase) {
    let day = |settings: &mut user::ShopSettings| settings.token_lifetime = DAY;
    let service = Service::start_with(World::new(database), day).await;
    let ada = service.customer("ada").await;
    service.clock.advance(DAY - MINUTE);
    assert!(ada.is_live().await, "clients that never refresh stay logged in for a day");
    service.clock.advance(2 * MINUTE);
    assert!(!ada.is_live().await);
}

kit::on_both_engines!(a_revoked_session_is_told_until_its_keys_have_expired);
async fn a_revoked_session_is_told_until_its_keys_have_expired(database: TestDatabase) {
    let service = Service::start(database).await;
    let ada = service.customer("ada").await;
    assert_eq!((service.told().await.len(), service.revoked().await.len()), (0, 0));
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    ada.client.post("/api/user/logout").header("traceparent", trace).send().await.expect(200);
    let told = service.told().await;
    let session_id = session_of(&ada.key).to_string();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].type_, "dev.shopkeeper.session.revoked");
    assert_eq!(told[0].data["session_id"], json!(session_id));
    assert!(told[0].traceparent.as_deref().is_some_and(|cause| cause[3..35] == trace[3..35]));
    let expires_at: contract::Timestamp = serde_json::from_value(told[0].data["expires_at"].clone()).unwrap();
    assert!(expires_at.unix_ms() >= service.clock.now_unix_ms() + 900_000, "no key outlives what was told");
    assert_eq!(service.revoked().await, [session_id]);
    service.clock.advance(16 * MINUTE);
    assert!(service.revoked().await.is_empty(), "its keys have expired by themselves");
}

kit::on_both_engines!(the_snapshot_comes_in_pages);
async fn the_snapshot_comes_in_pages(database: TestDatabase) {
    let service = Service::start(database).await;
    service.register("ada").await;
    let mut expected = Vec::new();
    for _ in 0..5 {
        let session = service.session("ada", crate::harness::PASSWORD).await;
        session.client.post("/api/user/logout").send().await.expect(200);
        expected.push(session_of(&session.key).to_string());
    }
    expected.sort();
    let (mut seen, mut path) = (Vec::new(), "/internal/snapshot?limit=2".to_owned());
    loop {
        let page = service.inside.get(&path).send().await.expect_json(200);
        assert_eq!(page["position"], 5);
        let events = page["events"].as_array().unwrap();
        seen.extend(events.iter().map(|event| event["data"]["session_id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/internal/snapshot?limit=2&after={next}");
    }
    assert_eq!(seen, expected);
}
