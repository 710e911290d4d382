//! `/staff/orders`: everybody's orders; one of them, to be fulfilled or cancelled.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use chassis::input::{Query, Verbatim};
use client::{CallError, OrderQuery};
use contract::order::Order;

use super::door::Inside;
use super::refusals::{Ended, ended, id, nothing_here};
use crate::flash::Code;
use crate::texts::{self, staff as text};
use crate::views::staff::{OrderRow, OrdersPage, StaffOrderPage, StateFilter};
use crate::views::{OrderView, Part};
use crate::visit::Visit;

/// Orders on a page.
const SHOWN: u32 = 50;

pub(super) async fn list(Inside(mut visit): Inside, Query(mut fields): Query) -> Response {
    let mut field = |name| fields.optional::<Verbatim>(name).map(|text| text.0).unwrap_or_default();
    let filter = StateFilter::named(&field("state")).unwrap_or_default();
    let after = Some(field("after")).filter(|after| !after.is_empty());
    let service = &visit.shop.peers.order.clone();
    let query =
        OrderQuery { state: filter.0, limit: Some(SHOWN), after: after.as_deref(), ..OrderQuery::default() };
    let asked = visit.ask(|me| async move { service.orders(me.caller(), query).await }).await;
    let found = match asked {
        Ok(page) => Some(page),
        Err(error) => match ended(&mut visit, error) {
            Ended::Out(response) => return response,
            // A place in the list that the order service does not know: from the start.
            Ended::No(refused) if refused.status == 400 && after.is_some() => {
                return visit.go(&filter.href(None));
            }
            Ended::No(refused) => return visit.refused(&refused),
            Ended::Silence { .. } => None,
        },
    };
    let status = if found.is_some() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let next = found.as_ref().and_then(|page| page.next.as_deref()).map(|after| filter.href(Some(after)));
    let mut page = visit.page(text::orders::TITLE);
    if found.is_none() {
        page.notice(Part::Order, text::orders::UNAVAILABLE);
    }
    let format = &visit.shop.look.format;
    let rows = found.map(|page| page.items.iter().map(|order| OrderRow::new(order, format)).collect());
    let view = OrdersPage { page, filter, rows, next, is_continued: after.is_some() };
    visit.show(status, &view)
}

pub(super) async fn show(Inside(mut visit): Inside, Path(named): Path<String>) -> Response {
    let Some(number) = id(&named) else { return nothing_here(&mut visit) };
    match look_up(&mut visit, number).await {
        Ok(order) => one(&mut visit, StatusCode::OK, &order, None),
        Err(response) => response,
    }
}

pub(super) async fn fulfil(Inside(mut visit): Inside, Path(named): Path<String>) -> Response {
    let Some(number) = id(&named) else { return nothing_here(&mut visit) };
    let service = &visit.shop.peers.order.clone();
    let done = visit.ask(|me| async move { service.fulfil(me.caller(), number).await }).await;
    moved(&mut visit, number, done, Code::OrderFulfilled).await
}

pub(super) async fn cancel(Inside(mut visit): Inside, Path(named): Path<String>) -> Response {
    let Some(number) = id(&named) else { return nothing_here(&mut visit) };
    let service = &visit.shop.peers.order.clone();
    let done = visit.ask(|me| async move { service.cancel(me.caller(), number).await }).await;
    moved(&mut visit, number, done, Code::OrderCancelled).await
}

/// Back to the order, which says what was done; or the order as it is, and why it was not done.
async fn moved(visit: &mut Visit, number: i64, done: Result<Order, CallError>, code: Code) -> Response {
    let error = match done {
        Ok(order) => return visit.go_saying(&format!("/staff/orders/{}", order.id), code.about(order.id)),
        Err(error) => error,
    };
    let is_conflict = match ended(visit, error) {
        Ended::Out(response) => return response,
        Ended::No(refused) if refused.status == 409 => true,
        Ended::No(refused) if refused.status == 404 => return nothing_here(visit),
        Ended::No(refused) => return visit.refused(&refused),
        Ended::Silence { .. } => false,
    };
    let order = match look_up(visit, number).await {
        Ok(order) => order,
        Err(response) => return response,
    };
    if is_conflict {
        let problem = text::orders::conflict(texts::orders::state(order.state));
        one(visit, StatusCode::CONFLICT, &order, Some(problem))
    } else {
        one(visit, StatusCode::SERVICE_UNAVAILABLE, &order, Some(text::orders::NOT_DONE.to_owned()))
    }
}

async fn look_up(visit: &mut Visit, number: i64) -> Result<Order, Response> {
    let service = &visit.shop.peers.order.clone();
    let asked = visit.ask(|me| async move { service.order(me.caller(), number).await }).await;
    asked.map_err(|error| visit.not_given(error, Part::Order, text::orders::UNAVAILABLE))
}

fn one(visit: &mut Visit, status: StatusCode, order: &Order, problem: Option<String>) -> Response {
    let page = visit.page(&texts::orders::numbered(order.id));
    let view = StaffOrderPage {
        page,
        order: OrderView::new(order, &visit.shop.look.format),
        user_id: order.user_id,
        problem,
    };
    visit.show(status, &view)
}
