//! `/orders`: past orders.

use axum::http::{StatusCode, Uri};
use axum::response::Response;
use client::{OrderQuery, Page};
use contract::order::Order;

use crate::texts;
use crate::views::{OrderRow, OrdersPage, Part};
use crate::visit::{Access, Visit};

/// Orders on a page.
const ON_A_PAGE: u32 = 20;

pub(super) async fn show(mut visit: Visit, uri: Uri) -> Response {
    if visit.access() != Access::LoggedIn {
        return visit.not_logged_in();
    }
    let query = uri.query().unwrap_or_default();
    let after = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "after");
    let after = after.map(|(_, value)| value.into_owned());
    let after = after.as_deref();
    let service = &visit.shop.peers.order.clone();
    let query = OrderQuery { is_mine: true, limit: Some(ON_A_PAGE), after, ..OrderQuery::default() };
    let asked = visit.ask(|me| async move { service.orders(me.caller(), query).await }).await;
    let found = match asked {
        Ok(found) => found,
        // A place in the list that the order service does not know: from the start.
        Err(error) if error.refused_with(400).is_some() && after.is_some() => return visit.go("/orders"),
        Err(error) => return visit.not_given(error, Part::Order, texts::degraded::ORDERS_UNAVAILABLE),
    };
    let Page { items, next } = found;
    let own = items.iter().filter(|order| is_past_of(order, visit.principal().map(|it| it.user_id)));
    let orders = own.map(|order| OrderRow::new(order, &visit.shop.look.format)).collect();
    let next = next.map(|after| {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("after", &after).finish();
        format!("/orders?{query}")
    });
    let page = visit.page(texts::orders::TITLE);
    visit.show(StatusCode::OK, &OrdersPage { page, orders, next, is_continued: after.is_some() })
}

/// Whether it is an order of this user, and no basket. Staff may see anybody's, which is for other pages.
pub(super) fn is_past_of(order: &Order, user_id: Option<i64>) -> bool {
    !order.is_open && Some(order.user_id) == user_id
}
