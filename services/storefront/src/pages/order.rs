//! `/orders/<id>`: one order; give it up, or put its lines back into the basket.

use axum::http::StatusCode;
use axum::response::Response;
use chassis::{input::PathParam, problem::ApiError};
use client::CallError;
use contract::order::Order;
use uuid::Uuid;

use super::orders::is_past_of;
use crate::basket::Limit;
use crate::flash::Code;
use crate::texts;
use crate::typed::Typed;
use crate::views::{Flash, OrderPage, OrderView, Part};
use crate::visit::{Access, Visit};

pub(super) async fn show(mut visit: Visit, PathParam(id): PathParam<i64>) -> Response {
    match find(&mut visit, id).await {
        Ok(order) => page(&mut visit, StatusCode::OK, &order, None),
        Err(response) => response,
    }
}

pub(super) async fn cancel(mut visit: Visit, PathParam(id): PathParam<i64>, _nothing: Typed) -> Response {
    let own_page = format!("/orders/{id}");
    visit.path.clone_from(&own_page);
    // Staff may give up any order, but not from this page.
    if visit.is_staff()
        && let Err(response) = find(&mut visit, id).await
    {
        return response;
    }
    if visit.access() != Access::LoggedIn {
        return visit.not_logged_in();
    }
    let service = &visit.shop.peers.order.clone();
    match visit.ask(|me| async move { service.cancel(me.caller(), id).await }).await {
        Ok(_) => visit.go_saying(&own_page, Code::OrderCancelled.about(id)),
        Err(CallError::Refused(refused)) if refused.status == 409 => match find(&mut visit, id).await {
            Ok(order) => {
                let text = texts::orders::CANNOT_CANCEL.to_owned();
                page(&mut visit, StatusCode::CONFLICT, &order, Some(Flash { text, is_problem: true }))
            }
            Err(response) => response,
        },
        Err(error) => visit.not_given(error, Part::Order, texts::degraded::ORDERS_UNAVAILABLE),
    }
}

pub(super) async fn reorder(mut visit: Visit, PathParam(id): PathParam<i64>, _nothing: Typed) -> Response {
    visit.path = format!("/orders/{id}");
    let order = match find(&mut visit, id).await {
        Ok(order) => order,
        Err(response) => return response,
    };
    visit.path = "/basket".to_owned();
    let merge_id = Uuid::new_v4();
    let mut shortfall = None;
    for item in &order.items {
        let missing = visit.kept.basket.add(item.product, item.quantity, merge_id);
        // That nothing more can be kept weighs more than a line that is full.
        if shortfall.is_none() || missing.is_some_and(|missing| missing.limit == Limit::Pending) {
            shortfall = missing.or(shortfall);
        }
    }
    super::basket::changed(visit, shortfall, Code::Reordered.about(id)).await
}

/// The visitor's own past order, or the answer if it cannot be shown.
pub(super) async fn find(visit: &mut Visit, id: i64) -> Result<Order, Response> {
    if visit.access() != Access::LoggedIn {
        return Err(visit.not_logged_in());
    }
    let service = &visit.shop.peers.order.clone();
    match visit.ask(|me| async move { service.order(me.caller(), id).await }).await {
        Ok(order) if is_past_of(&order, visit.principal().map(|it| it.user_id)) => Ok(order),
        Ok(_) => Err(visit.answer(ApiError::not_found("Cannot find order"))),
        Err(error) if error.refused_with(404).is_some() => {
            Err(visit.answer(ApiError::not_found("Cannot find order")))
        }
        Err(error) => Err(visit.not_given(error, Part::Order, texts::degraded::ORDERS_UNAVAILABLE)),
    }
}

fn page(visit: &mut Visit, status: StatusCode, order: &Order, said: Option<Flash>) -> Response {
    let order = OrderView::new(order, &visit.shop.look.format);
    let mut page = visit.page(&order.heading());
    page.flash = said.or(page.flash);
    visit.show(status, &OrderPage { page, order })
}
