//! Errors shown to people: whatever made them, the part's own page is answered.

use crate::support::{Setup, problem_of};
use axum::response::{Html, IntoResponse, Response};
use chassis::{
    clock::Clock,
    error_pages::{ErrorPages, FailedRequest},
};
use contract::Problem;
use std::{sync::Arc, time::Duration};

/// Pages that tell what they were made of; programs ask for `/fields`.
struct Told;

impl ErrorPages for Told {
    fn page(&self, problem: &Problem, request: &FailedRequest) -> Option<Response> {
        let path = request.uri.path();
        let cookie = request.headers.get("cookie").map(|value| format!("{value:?}"));
        let trace_id = problem.trace_id.as_deref().unwrap_or_default();
        let text = format!("{} on {path} with {cookie:?}: {}, {trace_id}", problem.status, problem.message);
        (path != "/fields").then(|| ([("x-page", "yes")], Html(text)).into_response())
    }
}

fn setup() -> Setup {
    let mut setup = Setup::new();
    setup.error_pages = Some(Arc::new(Told));
    setup
}

async fn text_of(response: reqwest::Response) -> String {
    assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(response.headers()["x-page"], "yes");
    let trace = response.headers()["traceresponse"].to_str().unwrap()[3..35].to_owned();
    let text = response.text().await.unwrap();
    assert!(text.ends_with(&format!(", {trace}")), "{text}");
    text
}

#[tokio::test]
async fn errors_of_handlers_and_of_the_router_become_pages() {
    let served = setup().start().await;
    for (path, status, told) in [
        ("/nowhere", 404, "404 on /nowhere with None: Unknown path"),
        ("/things/seven", 404, "404 on /things/seven"),
        ("/panic", 500, "500 on /panic with None: Something went wrong"),
        ("/broken", 500, "500 on /broken"),
        ("/caller", 401, "401 on /caller with None: Not logged in"),
    ] {
        let response = served.get(path).await;
        assert_eq!(response.status(), status);
        let text = text_of(response).await;
        assert!(text.starts_with(told), "{text}");
    }
    assert_eq!(served.get("/hello").await.text().await.unwrap(), "hello");
}

#[tokio::test]
async fn a_page_keeps_what_the_problem_said_in_headers_and_sees_the_request() {
    let served = setup().start().await;
    let asked = served.client.delete(served.url("/things/1")).header("cookie", "basket=1");
    let response = asked.send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["allow"]),
        (405, &"GET,HEAD,OPTIONS".parse().unwrap())
    );
    let text = text_of(response).await;
    assert!(text.contains(r#"Some("\"basket=1\"")"#), "{text}");
    let head = served.client.head(served.url("/nowhere")).send().await.unwrap();
    assert_eq!((head.status().as_u16(), &head.headers()["x-page"]), (404, &"yes".parse().unwrap()));
}

#[tokio::test]
async fn errors_of_the_edge_become_pages() {
    let mut limited = setup();
    limited.args.request_timeout = Duration::from_millis(100);
    limited.args.requests_per_second = 1;
    limited.clock = Clock::set_at(1_000_000_000);
    let served = limited.start().await;
    let waiting = served.get("/wait").await;
    assert_eq!((waiting.status().as_u16(), &waiting.headers()["retry-after"]), (503, &"1".parse().unwrap()));
    text_of(waiting).await;
    let request = served.client.get(served.url("/hello")).header("x-long", "a".repeat(17 * 1024));
    let long = request.send().await.unwrap();
    assert_eq!(long.status(), 431);
    text_of(long).await;
    let mut statuses = Vec::new();
    for _ in 0..6 {
        let response = served.get("/hello").await;
        statuses.push(response.status().as_u16());
        if response.status() == 429 {
            text_of(response).await;
        }
    }
    assert!(statuses.contains(&429), "{statuses:?}");
}

#[tokio::test]
async fn programs_still_get_problems() {
    let served = setup().start().await;
    let response = served.post_fields("text/csv", "name").await;
    assert_eq!(response.status(), 415);
    problem_of(response).await;
}
