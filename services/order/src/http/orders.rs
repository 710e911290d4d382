//! Orders: seen by their owners and by staff, cancelled, fulfilled.

use super::{
    Shared,
    fields::{self, Id, PageSize},
    owner,
    path::OrderId,
};
use crate::{
    domain::lifecycle::Event,
    store::{Action, Listing},
};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use chassis::{
    identity::{Caller, Principal, Staff},
    input::{Json, Query, RawBody},
    problem::ApiResult,
    trace,
};
use contract::order::{Order, OrderResult, OrderState};

/// Orders, newest first
///
/// Customers see their own, staff everybody's, or with `mine` their own. Baskets are orders in the state
/// `open`. A further page is linked in the header `Link` (`rel="next"`).
#[utoipa::path(get, path = "/api/orders", operation_id = "list_orders", tag = "orders",
    security(("key" = [])),
    params(
        ("limit" = Option<i64>, Query, description = "Orders on a page", minimum = 1, maximum = 100),
        ("after" = Option<i64>, Query, description = "The last order of the page before", minimum = 1),
        ("state" = Option<OrderState>, Query, description = "Only orders in this state"),
        ("mine" = Option<bool>, Query, description = "Only the caller's own orders, for staff too")),
    responses((status = 200, description = "A page of orders", body = Vec<Order>,
        headers(("Link" = String, description = "The next page, if there is one")))))]
pub(super) async fn list(
    State(shared): State<Shared>,
    Caller(caller): Caller,
    Query(mut fields): Query,
) -> ApiResult<Response> {
    let limit = fields.optional::<PageSize>("limit").map_or(100, |limit| limit.0);
    let after = fields.optional::<Id>("after").map(|after| after.0);
    let state = fields.optional::<fields::State>("state").map(|state| state.0);
    let mine = fields.optional::<bool>("mine").unwrap_or_default();
    fields.finish(())?;
    // One more than asked for tells whether there is a next page.
    let user_id = owner(&caller).or(mine.then_some(caller.user_id));
    let listing = Listing { user_id, state, after, limit: limit + 1 };
    let mut orders = shared.store.list(listing).await?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = orders.len() > size;
    orders.truncate(size);
    let next = orders.last().filter(|_| more).map(|last| next_page(last.id, limit, state, mine));
    let answer = Json(orders);
    Ok(match next {
        Some(link) => ([(header::LINK, link)], answer).into_response(),
        None => answer.into_response(),
    })
}

fn next_page(after: i64, limit: i64, state: Option<OrderState>, mine: bool) -> String {
    let state = state.map_or_else(String::new, |state| format!("&state={}", state.name()));
    let mine = if mine { "&mine=true" } else { "" };
    format!("</api/orders?limit={limit}&after={after}{state}{mine}>; rel=\"next\"")
}

/// One order
#[utoipa::path(get, path = "/api/order/{id}", operation_id = "show_order", tag = "orders",
    security(("key" = [])),
    params(("id" = i64, Path, description = "The order's id")),
    responses(
        (status = 200, description = "The order", body = OrderResult),
        (status = 404, description = "Cannot find order")))]
pub(super) async fn show(
    State(shared): State<Shared>,
    Caller(caller): Caller,
    OrderId(id): OrderId,
) -> ApiResult<Json<OrderResult>> {
    Ok(Json(OrderResult { result: shared.store.order(id, owner(&caller)).await? }))
}

/// Give an order up
///
/// For its owner or staff, while it is placed or confirmed; its stock is free again. Cancelling twice
/// changes nothing.
#[utoipa::path(post, path = "/api/order/{id}/cancel", operation_id = "cancel_order", tag = "orders",
    security(("key" = [])),
    params(("id" = i64, Path, description = "The order's id")),
    responses(
        (status = 200, description = "The order, cancelled", body = OrderResult),
        (status = 404, description = "Cannot find order"),
        (status = 409, description = "The order is in another state (`state`)")))]
pub(super) async fn cancel(
    State(shared): State<Shared>,
    Caller(caller): Caller,
    OrderId(id): OrderId,
    RawBody(_unread): RawBody,
) -> ApiResult<Json<OrderResult>> {
    act(shared, caller, id, Event::Cancelled).await
}

/// Hand an order over
///
/// For staff, once it is confirmed. Fulfilling twice changes nothing.
#[utoipa::path(post, path = "/api/order/{id}/fulfil", operation_id = "fulfil_order", tag = "orders",
    security(("key" = [])),
    params(("id" = i64, Path, description = "The order's id")),
    responses(
        (status = 200, description = "The order, fulfilled", body = OrderResult),
        (status = 403, description = "Only staff may do this"),
        (status = 404, description = "Cannot find order"),
        (status = 409, description = "The order is in another state (`state`)")))]
pub(super) async fn fulfil(
    State(shared): State<Shared>,
    Staff(caller): Staff,
    OrderId(id): OrderId,
    RawBody(_unread): RawBody,
) -> ApiResult<Json<OrderResult>> {
    act(shared, caller, id, Event::Fulfilled).await
}

async fn act(shared: Shared, caller: Principal, id: i64, event: Event) -> ApiResult<Json<OrderResult>> {
    let action = Action { order_id: id, owner: owner(&caller), event, traceparent: trace::traceparent() };
    let (order, moved_now) = shared.store.act(action).await?;
    if moved_now {
        shared.metrics.moved(order.state, order.total);
    }
    Ok(Json(OrderResult { result: order }))
}
