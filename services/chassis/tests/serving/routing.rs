//! Paths, methods, errors and traces.

use crate::support::{Served, problem_of};
use reqwest::Method;

#[tokio::test]
async fn an_unknown_path_is_a_problem_with_a_message() {
    let served = Served::start().await;
    let response = served.get("/nowhere?token=1").await;
    assert_eq!(response.status(), 404);
    assert_eq!(problem_of(response).await.message, "Unknown path");
    let unreadable = served.get("/things/seven").await;
    assert_eq!(unreadable.status(), 404);
    problem_of(unreadable).await;
}

#[tokio::test]
async fn a_wrong_method_is_answered_with_what_is_allowed() {
    let served = Served::start().await;
    let response = served.client.delete(served.url("/things/1")).send().await.unwrap();
    assert_eq!(response.status(), 405);
    assert_eq!(response.headers()["allow"], "GET,HEAD,OPTIONS");
    problem_of(response).await;
    let posted_only = served.get("/things").await;
    assert_eq!(
        (posted_only.status().as_u16(), &posted_only.headers()["allow"]),
        (405, &"POST,OPTIONS".parse().unwrap())
    );
}

#[tokio::test]
async fn head_and_options_work_on_every_route() {
    let served = Served::start().await;
    let head = served.client.head(served.url("/hello")).send().await.unwrap();
    assert_eq!((head.status().as_u16(), &head.headers()["content-length"]), (200, &"5".parse().unwrap()));
    for (path, allowed) in [("/hello", "GET,HEAD,OPTIONS"), ("/fields", "POST,OPTIONS")] {
        let options = served.client.request(Method::OPTIONS, served.url(path)).send().await.unwrap();
        assert_eq!(
            (options.status().as_u16(), &options.headers()["allow"]),
            (204, &allowed.parse().unwrap())
        );
        assert_eq!(options.text().await.unwrap(), "");
    }
}

#[tokio::test]
async fn a_panic_is_a_problem_and_the_process_goes_on() {
    let served = Served::start().await;
    let response = served.get("/panic").await;
    assert_eq!(response.status(), 500);
    problem_of(response).await;
    assert_eq!(served.get("/hello").await.status(), 200);
}

#[tokio::test]
async fn the_cause_of_an_internal_error_is_not_told() {
    let served = Served::start().await;
    let response = served.get("/broken").await;
    assert_eq!(response.status(), 500);
    let problem = problem_of(response).await;
    assert!(!serde_json::to_string(&problem).unwrap().contains("secret cause"));
}

#[tokio::test]
async fn a_problem_may_have_members_of_its_own() {
    let served = Served::start().await;
    let response = served.get("/totals").await;
    assert_eq!(response.status(), 409);
    let problem = problem_of(response).await;
    assert_eq!(
        (&problem.extensions["current_total"], &problem.extensions["expected_total"]),
        (&5.into(), &4.into())
    );
}

#[tokio::test]
async fn a_trace_is_continued_or_begun() {
    let served = Served::start().await;
    let given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let request = served.client.get(served.url("/trace")).header("traceparent", given);
    let response = request.send().await.unwrap();
    let answered = response.headers()["traceresponse"].to_str().unwrap().to_owned();
    let inside = response.text().await.unwrap();
    assert_eq!(inside, answered);
    assert_eq!(inside[..36], given[..36], "the trace stays");
    assert_ne!(inside[36..52], given[36..52], "the work within it is another");
    let begun = served.get("/trace").await.text().await.unwrap();
    assert_ne!(begun[3..35], given[3..35]);
}
