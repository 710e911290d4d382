//! Bodies and query strings of every kind.

use crate::support::{Served, problem_of};
use serde_json::{Value, json};

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data; boundary=b";

#[tokio::test]
async fn forms_multipart_and_json_give_the_same_fields() {
    let served = Served::start().await;
    let part = |name: &str, value: &str| {
        format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let multipart = part("name", "Žofie") + &part("quantity", "12") + "--b--\r\n";
    for (kind, body) in [
        (FORM, "name=%C5%BDofie&quantity=12".to_owned()),
        (FORM, "name=overwritten&quantity=12&name=%C5%BDofie".to_owned()),
        (MULTIPART, multipart),
        ("application/json", r#"{"name": "Žofie", "quantity": 12}"#.to_owned()),
        ("Application/JSON; charset=utf-8", r#"{"name": "Žofie", "quantity": "12"}"#.to_owned()),
    ] {
        let response = served.post_fields(kind, body).await;
        assert_eq!(response.status(), 200, "{kind}");
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer, json!({"name": "Žofie", "quantity": 12}), "{kind}");
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_400() {
    let served = Served::start().await;
    for (kind, body) in [
        ("application/json", "{\"name\": "),
        ("application/json", "[1]"),
        (FORM, "name=%ff"),
        (MULTIPART, "--b\r\nnonsense"),
        ("multipart/form-data", "--b--"),
    ] {
        let response = served.post_fields(kind, body).await;
        assert_eq!(response.status(), 400, "{kind} {body}");
        problem_of(response).await;
    }
}

#[tokio::test]
async fn another_type_of_body_is_415_and_no_body_has_no_fields() {
    let served = Served::start().await;
    let text = served.post_fields("text/plain", "name=a").await;
    assert_eq!(text.status(), 415);
    problem_of(text).await;
    let none = served.client.post(served.url("/fields")).send().await.unwrap();
    assert_eq!(none.status(), 400);
    assert_eq!(problem_of(none).await.message, "name is required");
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let served = Served::start().await;
    for answer in [
        served.post_fields(FORM, "name=a%00b&quantity=1.5").await,
        served.get("/query?name=a%E2%80%AEb&quantity=x&unknown=1").await,
    ] {
        assert_eq!(answer.status(), 400);
        let problem = problem_of(answer).await;
        assert_eq!(problem.type_, "urn:shopkeeper:problem:validation");
        let fields: Vec<&str> = problem.errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["name", "quantity"]);
    }
}

#[tokio::test]
async fn a_typed_body_names_the_member_that_is_wrong() {
    let served = Served::start().await;
    let post = async |body: &'static str| {
        let request = served.client.post(served.url("/changes")).header("content-type", "application/json");
        request.body(body).send().await.unwrap()
    };
    assert_eq!(post(r#"{"changes": [{"product_id": 1}]}"#).await.status(), 200);
    let wrong = problem_of(post(r#"{"changes": [{"product_id": 1}, {"product_id": "x"}]}"#).await).await;
    assert_eq!(wrong.errors[0].field, "changes[1].product_id");
    for (body, missing) in [("{}", "changes"), (r#"{"changes": [{}]}"#, "changes[0].product_id")] {
        let problem = problem_of(post(body).await).await;
        assert_eq!(problem.message, format!("{missing} is required"));
        assert_eq!(problem.errors[0].field, missing);
    }
    let cut_off = problem_of(post(r#"{"changes": ["#).await).await;
    assert_eq!((cut_off.status, cut_off.errors.len()), (400, 0));
    let form =
        served.client.post(served.url("/changes")).header("content-type", FORM).body("a=b").send().await;
    assert_eq!(form.unwrap().status(), 415);
}
