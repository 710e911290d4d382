//! What the three services do for staff.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, patch, post, put},
};
use contract::{
    order::OrderState,
    product::{Product, Stock},
};
use serde_json::{Value, json};

use super::{World, problem, problem_with};

/// The product service's.
pub(super) fn products() -> Router<Arc<World>> {
    Router::new()
        .route("/api/product/create", post(create))
        .route("/api/product/{name}", patch(edit))
        .route("/api/product/{name}/image", put(set_image))
        .route("/api/products/import", post(import).layer(DefaultBodyLimit::disable()))
}

/// The order service's.
pub(super) fn orders() -> Router<Arc<World>> {
    Router::new().route("/api/order/{id}/fulfil", post(fulfil))
}

/// The user service's.
pub(super) fn users() -> Router<Arc<World>> {
    Router::new().route("/api/users", get(list)).route("/api/users/{id}/{act}", post(act))
}

impl World {
    /// Whether staff ask.
    pub(super) fn is_staff(&self, headers: &HeaderMap) -> bool {
        let caller = self.caller(headers);
        let known = self.known();
        let mut users = known.users.iter();
        caller.is_some_and(|(id, _)| users.any(|(user, _)| user.id == id && user.is_admin && user.is_active))
    }

    /// What whoever is no member of staff is told.
    fn door(&self, headers: &HeaderMap) -> Option<Response> {
        match (self.caller(headers), self.is_staff(headers)) {
            (None, _) => Some(problem(401, "Not logged in")),
            (Some(_), false) => Some(problem(403, "Only staff may do this")),
            (Some(_), true) => None,
        }
    }
}

fn take(product: &mut Product, asked: &Value) {
    let text = |name: &str, old: &String| asked[name].as_str().map_or_else(|| old.clone(), str::to_owned);
    product.name = text("name", &product.name);
    product.slug = text("slug", &product.slug);
    product.category = text("category", &product.category);
    product.description = text("description", &product.description);
    product.image = text("image", &product.image);
    product.price = asked["price"].as_i64().unwrap_or(product.price);
    if let Some(quantity) = asked.get("stock_quantity") {
        product.stock_quantity = quantity.as_i64();
    }
}

async fn create(State(world): State<Arc<World>>, headers: HeaderMap, Json(asked): Json<Value>) -> Response {
    if let Some(refusal) = world.door(&headers) {
        return refusal;
    }
    let mut known = world.known();
    if known.products.iter().any(|product| asked["slug"] == product.slug) {
        let errors = json!({"errors": [{"field": "slug", "message": "is taken"}]});
        return problem_with(409, "slug is taken", errors);
    }
    let mut product = Product {
        id: 1 + i64::try_from(known.products.len()).expect("few"),
        image: String::new(),
        name: String::new(),
        price: 0,
        slug: String::new(),
        currency: "EUR".parse().expect("a currency"),
        description: String::new(),
        category: String::new(),
        stock: Stock::InStock,
        stock_quantity: None,
        version: 1,
    };
    take(&mut product, &asked);
    known.products.push(product.clone());
    Json(json!({"message": "Product added", "product": product})).into_response()
}

async fn edit(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Json(asked): Json<Value>,
) -> Response {
    if let Some(refusal) = world.door(&headers) {
        return refusal;
    }
    let mut known = world.known();
    known.edits.push(asked.clone());
    let Some(product) = known.products.iter_mut().find(|product| product.id.to_string() == name) else {
        return problem(404, "Cannot find product");
    };
    let version = format!("\"{}\"", product.version);
    if headers.get(header::IF_MATCH).is_none_or(|named| named.as_bytes() != version.as_bytes()) {
        return problem(412, "The product has changed in the meantime");
    }
    take(product, &asked);
    product.version += 1;
    Json(json!({"result": product})).into_response()
}

async fn set_image(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    if let Some(refusal) = world.door(&headers) {
        return refusal;
    }
    if !bytes.starts_with(b"\x89PNG") {
        return problem(415, "The body must be a PNG, JPEG, WebP or AVIF picture of at most 512 KiB");
    }
    let mut known = world.known();
    match known.products.iter_mut().find(|product| product.id.to_string() == name) {
        Some(product) => {
            product.image = format!("/media/{}", "ab".repeat(32));
            product.version += 1;
            Json(json!({"result": product})).into_response()
        }
        None => problem(404, "Cannot find product"),
    }
}

/// A file whose second line begins with `!` is wrong.
async fn import(
    State(world): State<Arc<World>>,
    Query(asked): Query<Value>,
    headers: HeaderMap,
    file: String,
) -> Response {
    if let Some(refusal) = world.door(&headers) {
        return refusal;
    }
    let lines: Vec<&str> = file.lines().skip(1).collect();
    if lines.first().is_some_and(|line| line.starts_with('!')) {
        let errors = json!({"errors": [{"line": 2, "column": "slug", "field": "line 2: slug",
            "message": "must be 1 to 100 letters"}]});
        return problem_with(400, "line 2: slug must be 1 to 100 letters", errors);
    }
    let is_rehearsal = asked["dry_run"] == "true";
    if !is_rehearsal {
        world.known().imported.push(file.clone());
    }
    Json(json!({"message": "Done", "dry_run": is_rehearsal, "created": lines.len(), "updated": 0,
        "unchanged": 0}))
    .into_response()
}

async fn fulfil(State(world): State<Arc<World>>, Path(id): Path<i64>, headers: HeaderMap) -> Response {
    if let Some(refusal) = world.door(&headers) {
        return refusal;
    }
    match world.known().orders.iter_mut().find(|order| order.id == id) {
        Some(order) if matches!(order.state, OrderState::Confirmed | OrderState::Fulfilled) => {
            order.state = OrderState::Fulfilled;
            Json(json!({"result": order})).into_response()
        }
        Some(order) => problem_with(409, "The order is in another state", json!({"state": order.state})),
        None => problem(404, "Cannot find order"),
    }
}

async fn list(State(world): State<Arc<World>>, Query(asked): Query<Value>, headers: HeaderMap) -> Response {
    if let Some(refusal) = world.door(&headers) {
        return refusal;
    }
    let number = |name: &str| asked[name].as_str().map(str::parse::<i64>).transpose();
    let (Ok(after), Ok(limit)) = (number("after"), number("limit")) else {
        return problem(400, "after must be a whole number");
    };
    let (after, limit) = (after.unwrap_or(0), limit.unwrap_or(100));
    let known = world.known();
    let users = known.users.iter().map(|(user, _)| user).filter(|user| user.id > after);
    let users: Vec<_> = users.take(usize::try_from(limit).expect("a page")).cloned().collect();
    let more = users.last().is_some_and(|last| known.users.iter().any(|(user, _)| user.id > last.id));
    let link = users.last().map(|last| format!("</api/users?after={}>; rel=\"next\"", last.id));
    match link.filter(|_| more) {
        Some(link) => ([(header::LINK, link)], Json(users)).into_response(),
        None => Json(users).into_response(),
    }
}

async fn act(
    State(world): State<Arc<World>>,
    Path((id, act)): Path<(i64, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Some(refusal) = world.door(&headers) {
        return refusal;
    }
    let mut known = world.known();
    let staff = known.users.iter().filter(|(user, _)| user.is_admin && user.is_active).count();
    let Some((user, password)) = known.users.iter_mut().find(|(user, _)| user.id == id) else {
        return problem(404, "Cannot find user");
    };
    match act.as_str() {
        "reset-password" => {
            let asked: Value = serde_json::from_slice(&body).expect("JSON");
            let new = asked["new_password"].as_str().unwrap_or_default();
            if new.len() < 8 {
                let errors = json!({"errors": [
                    {"field": "new_password", "message": "must have 8 to 128 characters"}]});
                return problem_with(400, "new_password must have 8 to 128 characters", errors);
            }
            new.clone_into(password);
            return Json(json!({"message": "Password reset"})).into_response();
        }
        "deactivate" | "revoke-staff" if user.is_admin && staff == 1 => {
            return problem(409, "This is the last active staff account");
        }
        "deactivate" => user.is_active = false,
        "activate" => user.is_active = true,
        "grant-staff" => user.is_admin = true,
        "revoke-staff" => user.is_admin = false,
        _ => return StatusCode::NOT_FOUND.into_response(),
    }
    Json(json!({"result": user})).into_response()
}
