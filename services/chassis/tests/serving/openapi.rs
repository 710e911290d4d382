//! The OpenAPI document and the page that shows it.

use std::io::Read;

use axum::Router;
use chassis::{input::Json, openapi};
use contract::{Problem, user::Message};
use flate2::read::GzDecoder;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Says hello.
#[utoipa::path(post, path = "/api/sample/hello", tag = "hello", request_body = Message,
    responses((status = 200, body = Message), (status = 404, body = Problem)), security(("key" = [])))]
async fn hello(body: Json<Message>) -> Json<Message> {
    body
}

fn sample() -> (Router, utoipa::openapi::OpenApi) {
    let (router, document) = OpenApiRouter::new().routes(routes!(hello)).split_for_parts();
    let document = openapi::describe(document, "sample", "A sample.", "0.1.0");
    (router.merge(openapi::routes("sample", &document)), document)
}

async fn get(path: &str) -> (u16, String) {
    let request = axum::http::Request::get(path).body(axum::body::Body::empty()).unwrap();
    let response = sample().0.oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let is_compressed = response.headers().get("content-encoding").is_some_and(|encoding| encoding == "gzip");
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let mut text = String::new();
    let read = match is_compressed {
        true => GzDecoder::new(&body[..]).read_to_string(&mut text),
        false => (&body[..]).read_to_string(&mut text),
    };
    read.unwrap();
    (status, text)
}

#[tokio::test]
async fn the_document_is_openapi_3_1_with_licence_key_and_problems() {
    let (status, text) = get("/api/sample/openapi.json").await;
    assert_eq!(status, 200);
    let document: Value = serde_json::from_str(&text).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    assert_eq!(document["info"]["license"]["identifier"], "Apache-2.0");
    assert_eq!(document["components"]["securitySchemes"]["key"]["scheme"], "bearer");
    let schemas = &document["components"]["schemas"];
    assert!(schemas["Problem"].is_object() && schemas["FieldError"].is_object());
    let responses = &document["paths"]["/api/sample/hello"]["post"]["responses"];
    for status in ["200", "400", "401", "404", "413", "415", "429", "default"] {
        assert!(responses[status].is_object(), "{status}");
    }
    assert!(responses["400"]["content"]["application/problem+json"].is_object());
    assert_eq!(openapi::text(&sample().1).unwrap().lines().next(), Some("{"));
}

#[tokio::test]
async fn the_docs_page_loads_nothing_from_elsewhere() {
    let (status, page) = get("/api/sample/docs/").await;
    assert_eq!(status, 200);
    assert!(page.contains("swagger-ui-bundle.js"), "{page}");
    let script = get("/api/sample/docs/swagger-initializer.js").await.1;
    assert!(script.contains("/api/sample/openapi.json"), "{script}");
    for text in [page, script] {
        assert!(!text.contains("http://") && !text.contains("https://"), "{text}");
    }
}
