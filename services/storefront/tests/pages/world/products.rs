//! The catalogue.

use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use contract::product::{Product, Stock};
use serde_json::{Value, json};

use super::{World, problem, silent_feed};

pub(super) fn routes(world: Arc<World>) -> Router {
    Router::new()
        .route("/api/products", get(list))
        .route("/api/product/{name}", get(product))
        .merge(super::staff::products())
        .route("/internal/snapshot", get(snapshot))
        .route("/internal/events", get(silent_feed))
        .with_state(world)
}

/// Three products: plenty, few, none.
pub(super) fn sample() -> Vec<Product> {
    let product = |id, slug: &str, name: &str, price, stock| Product {
        id,
        image: format!("/assets/tea-house/{slug}.webp"),
        name: name.to_owned(),
        price,
        slug: slug.to_owned(),
        currency: "EUR".parse().expect("a currency"),
        description: format!("All about {name}."),
        category: "Green tea".to_owned(),
        stock,
        stock_quantity: None,
        version: 1,
    };
    vec![
        product(1, "sencha", "Sencha <Uji>", 1450, Stock::InStock),
        product(2, "matcha", "Matcha", 2900, Stock::Low),
        product(3, "gyokuro", "Gyokuro", 3900, Stock::Out),
    ]
}

async fn list(State(world): State<Arc<World>>, Query(asked): Query<Value>, headers: HeaderMap) -> Response {
    if asked["after"].is_string() {
        return problem(400, "after must be taken from the `Link` of a page of the same list");
    }
    let words = asked["q"].as_str().unwrap_or_default().to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&words);
    let mut known = world.known();
    let products = known.products.iter();
    let mut found: Vec<&Product> =
        products.filter(|product| has(&product.name) || has(&product.description)).collect();
    match asked["sort"].as_str() {
        Some("name") => found.sort_by_key(|product| product.name.to_lowercase()),
        // What is named so fits better than what is described so.
        None if !words.is_empty() => found.sort_by_key(|product| !has(&product.name)),
        _ => {}
    }
    let body = json!({"results": found}).to_string();
    let tag = format!("\"{:x}\"", BuildHasherDefault::<DefaultHasher>::new().hash_one(&body));
    if headers.get(header::IF_NONE_MATCH).is_some_and(|named| named.as_bytes() == tag.as_bytes()) {
        known.held_lists += 1;
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    ([(header::ETAG, tag), (header::CONTENT_TYPE, "application/json".to_owned())], body).into_response()
}

async fn product(State(world): State<Arc<World>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let is_staff = world.is_staff(&headers);
    let known = world.known();
    match known.products.iter().find(|product| product.slug == name || product.id.to_string() == name) {
        Some(product) => {
            let stock_quantity = product.stock_quantity.filter(|_| is_staff);
            Json(json!({"result": Product { stock_quantity, ..product.clone() }})).into_response()
        }
        None => problem(404, "Cannot find product"),
    }
}

async fn snapshot(State(world): State<Arc<World>>) -> Json<Value> {
    let events: Vec<Value> = world
        .known()
        .products
        .iter()
        .map(|product| {
            let mut facts = serde_json::to_value(product).expect("JSON");
            facts["revision"] = 1.into();
            json!({"type": "dev.shopkeeper.product.changed", "data": facts})
        })
        .collect();
    Json(json!({"epoch": "e", "position": 0, "events": events}))
}
