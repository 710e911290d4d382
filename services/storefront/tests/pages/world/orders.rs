//! Baskets and orders.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use contract::{
    Timestamp,
    order::{Change, Item, Merge, Order, OrderState},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Known, World, problem, problem_with};

pub(super) fn routes(world: Arc<World>) -> Router {
    Router::new()
        .route("/api/order", get(basket))
        .route("/api/order/merge", post(merge))
        .route("/api/order/checkout", post(check_out))
        .route("/api/orders", get(list))
        .route("/api/order/{id}", get(one))
        .route("/api/order/{id}/cancel", post(cancel))
        .merge(super::staff::orders())
        .with_state(world)
}

macro_rules! caller {
    ($world:ident, $headers:ident) => {
        match $world.caller(&$headers) {
            Some((user_id, _)) => user_id,
            None => return problem(401, "Not logged in"),
        }
    };
}

async fn basket(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    let user_id = caller!(world, headers);
    let mut known = world.known();
    match open(&mut known, user_id) {
        Some(order) => Json(json!({"result": order})).into_response(),
        None => Json(json!({"message": "No order found"})).into_response(),
    }
}

/// The open order, with today's prices.
fn open(known: &mut Known, user_id: i64) -> Option<Order> {
    let products = known.products.clone();
    let order = known.orders.iter_mut().find(|order| order.is_open && order.user_id == user_id)?;
    for item in &mut order.items {
        item.unit_price = products.iter().find(|product| product.id == item.product).map_or(0, |it| it.price);
        item.line_total = item.unit_price * item.quantity;
    }
    order.total = order.items.iter().map(|item| item.line_total).sum();
    Some(order.clone())
}

async fn merge(State(world): State<Arc<World>>, headers: HeaderMap, Json(merge): Json<Merge>) -> Response {
    let user_id = caller!(world, headers);
    let mut known = world.known();
    let mut not_applied = Vec::new();
    if !known.merged.contains(&merge.merge_id) {
        known.merged.push(merge.merge_id);
        for change in &merge.changes {
            if let Some(product_id) = apply(&mut known, user_id, change) {
                not_applied.push(json!({"product_id": product_id, "reason": "unknown_product"}));
            }
        }
    }
    match open(&mut known, user_id) {
        Some(order) => Json(json!({"result": order, "not_applied": not_applied})).into_response(),
        None => Json(json!({"not_applied": not_applied})).into_response(),
    }
}

/// The product if nobody knows it.
fn apply(known: &mut Known, user_id: i64, change: &Change) -> Option<i64> {
    let Some(product) = known.products.iter().find(|product| product.id == change.product_id).cloned() else {
        return Some(change.product_id);
    };
    let place = match known.orders.iter().position(|order| order.is_open && order.user_id == user_id) {
        Some(place) => place,
        None => {
            let id = 1 + i64::try_from(known.orders.len()).expect("few");
            known.orders.push(Order {
                id,
                is_open: true,
                state: OrderState::Open,
                items: Vec::new(),
                user_id,
                total: 0,
                currency: product.currency,
                placed_at: None,
                delivery_name: None,
                delivery_address: None,
            });
            known.orders.len() - 1
        }
    };
    let items = &mut known.orders[place].items;
    let present = items.iter().find(|item| item.product == product.id).map_or(0, |item| item.quantity);
    let quantity = change.set.unwrap_or(present + change.add.unwrap_or_default()).min(999);
    items.retain(|item| item.product != product.id || quantity > 0);
    match items.iter_mut().find(|item| item.product == product.id) {
        Some(item) => item.quantity = quantity,
        None if quantity > 0 => items.push(Item {
            product: product.id,
            quantity,
            name: product.name,
            unit_price: product.price,
            line_total: quantity * product.price,
            refusal: None,
        }),
        None => {}
    }
    None
}

async fn check_out(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Json(asked): Json<Value>,
) -> Response {
    let user_id = caller!(world, headers);
    let key: Option<Uuid> = asked["idempotency_key"]
        .as_str()
        .or_else(|| headers.get("idempotency-key").and_then(|value| value.to_str().ok()))
        .and_then(|key| key.parse().ok());
    let mut known = world.known();
    let before = known.keys.iter().find(|(known, _)| Some(*known) == key).map(|(_, id)| *id);
    let basket = open(&mut known, user_id).filter(|order| !order.items.is_empty());
    if let Some(id) = before {
        let placed = known.orders.iter().find(|order| order.id == id).cloned();
        return match basket {
            None => Json(json!({"result": placed})).into_response(),
            Some(_) => {
                problem_with(422, "This Idempotency-Key belongs to another checkout", json!({"order_id": id}))
            }
        };
    }
    let Some(basket) = basket else { return problem(409, "No order found") };
    if let Some(expected) = asked["expected_total"].as_i64().filter(|expected| *expected != basket.total) {
        let totals = json!({"expected_total": expected, "total": basket.total});
        return problem_with(409, "The total has changed", totals);
    }
    if asked["delivery_name"].as_str().is_some_and(|name| name.chars().count() > 200) {
        let errors =
            json!({"errors": [{"field": "delivery_name", "message": "must have at most 200 characters"}]});
        return problem_with(400, "delivery_name must have at most 200 characters", errors);
    }
    known.keys.extend(key.map(|key| (key, basket.id)));
    let order = known.orders.iter_mut().find(|order| order.id == basket.id).expect("it is open");
    order.is_open = false;
    order.state = OrderState::Placed;
    order.placed_at = Some(Timestamp::from_unix_ms(1_795_253_400_000));
    order.delivery_name = asked["delivery_name"].as_str().map(str::to_owned);
    order.delivery_address = asked["delivery_address"].as_str().map(str::to_owned);
    Json(json!({"result": order})).into_response()
}

async fn list(State(world): State<Arc<World>>, Query(asked): Query<Value>, headers: HeaderMap) -> Response {
    let user_id = caller!(world, headers);
    let number = |name: &str| asked[name].as_str().map(str::parse::<i64>).transpose();
    let (Ok(after), Ok(limit)) = (number("after"), number("limit")) else {
        return problem(400, "after must be a whole number");
    };
    let limit = usize::try_from(limit.unwrap_or(100)).expect("a page");
    let shows_everybodys = world.is_staff(&headers) && asked["mine"] != "true";
    let known = world.known();
    let mut seen = known.orders.iter().rev().filter(|order| {
        let is_asked_for = asked["state"].is_null() || asked["state"] == json!(order.state);
        let is_behind = after.is_none_or(|after| order.id < after);
        is_asked_for && is_behind && (shows_everybodys || (order.user_id == user_id && !order.is_open))
    });
    let page: Vec<_> = seen.by_ref().take(limit).collect();
    let link = page.last().map(|last| format!("</api/orders?after={}>; rel=\"next\"", last.id));
    match link.filter(|_| seen.next().is_some()) {
        Some(link) => ([(header::LINK, link)], Json(page)).into_response(),
        None => Json(page).into_response(),
    }
}

async fn one(State(world): State<Arc<World>>, headers: HeaderMap, Path(id): Path<i64>) -> Response {
    let user_id = caller!(world, headers);
    let is_staff = world.is_staff(&headers);
    let may_see = |order: &&Order| order.id == id && (is_staff || order.user_id == user_id);
    match world.known().orders.iter().find(may_see) {
        Some(order) => Json(json!({"result": order})).into_response(),
        None => problem(404, "Cannot find order"),
    }
}

async fn cancel(State(world): State<Arc<World>>, headers: HeaderMap, Path(id): Path<i64>) -> Response {
    let user_id = caller!(world, headers);
    let is_staff = world.is_staff(&headers);
    let may_change = |order: &&mut Order| order.id == id && (is_staff || order.user_id == user_id);
    match world.known().orders.iter_mut().find(may_change) {
        Some(order) if matches!(order.state, OrderState::Placed | OrderState::Confirmed) => {
            order.state = OrderState::Cancelled;
            Json(json!({"result": order})).into_response()
        }
        Some(order) => problem_with(409, "The order is in another state", json!({"state": order.state})),
        None => problem(404, "Cannot find order"),
    }
}
