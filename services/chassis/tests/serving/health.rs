//! The internal port: health, metrics, and the guard before everything else.

use crate::support::{SECRET, Served, problem_of};
use serde_json::{Value, json};

#[tokio::test]
async fn readiness_tells_its_reasons_and_liveness_is_about_the_process_only() {
    let served = Served::start().await;
    served.reasons.lock().unwrap().push("the database is down".into());
    let get = async |path: &str| served.client.get(served.internal_url(path)).send().await.unwrap();
    let not_ready = get("/readyz").await;
    assert_eq!(not_ready.status(), 503);
    let body: Value = not_ready.json().await.unwrap();
    assert_eq!(body, json!({"status": "not ready", "reasons": ["the database is down"]}));
    assert_eq!(get("/livez").await.status(), 200);
}

#[tokio::test]
async fn a_ready_part_says_so() {
    let served = Served::start().await;
    let ready = served.client.get(served.internal_url("/readyz")).send().await.unwrap();
    assert_eq!(ready.status(), 200);
    assert_eq!(ready.json::<Value>().await.unwrap(), json!({"status": "ready"}));
}

#[tokio::test]
async fn metrics_know_routes_and_never_paths() {
    let served = Served::start().await;
    served.get("/things/12345").await;
    served.get("/nowhere/67890").await;
    let metrics =
        served.client.get(served.internal_url("/metrics")).send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains(r#"http_route="/things/{id}""#), "{metrics}");
    assert!(metrics.contains(r#"http_route="unmatched""#), "{metrics}");
    assert!(!metrics.contains("12345") && !metrics.contains("67890"));
    assert!(!metrics.contains("/metrics"), "the internal port is not counted");
}

#[tokio::test]
async fn internal_routes_want_the_shops_secret() {
    let served = Served::start().await;
    let get = async |authorization: &str| {
        let request = served.client.get(served.internal_url("/internal/events"));
        request.header("authorization", authorization).send().await.unwrap()
    };
    assert_eq!(get(&format!("Bearer {SECRET}")).await.text().await.unwrap(), "events");
    for authorization in ["", SECRET, "Bearer ", "Bearer another secret of a shop"] {
        let refused = get(authorization).await;
        assert_eq!(
            (refused.status().as_u16(), &refused.headers()["www-authenticate"]),
            (401, &"Bearer".parse().unwrap())
        );
        problem_of(refused).await;
    }
}
