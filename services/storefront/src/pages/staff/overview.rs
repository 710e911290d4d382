//! `/staff`: what waits, and how the shop fares.

use axum::http::StatusCode;
use axum::response::Response;
use client::OrderQuery;
use contract::order::OrderState;

use super::door::Inside;
use super::refusals::{Ended, ended};
use super::rules::survey;
use crate::texts::staff as text;
use crate::views::staff::{LowStockRow, OrderRow, OverviewPage};

/// How many orders and products are shown: enough to begin with.
const SHOWN: u32 = 6;

pub(super) async fn show(Inside(mut visit): Inside) -> Response {
    let service = &visit.shop.peers.order.clone();
    let confirmed =
        OrderQuery { state: Some(OrderState::Confirmed), limit: Some(SHOWN), ..OrderQuery::default() };
    let asked = visit.ask(|me| async move { service.orders(me.caller(), confirmed).await }).await;
    let orders = match asked {
        Ok(page) => Some(page),
        Err(error) => match ended(&mut visit, error) {
            Ended::Out(response) => return response,
            Ended::No(_) | Ended::Silence { .. } => None,
        },
    };
    let shop = std::sync::Arc::clone(&visit.shop);
    let format = &shop.look.format;
    let low = shop.catalogue.low_stock(None, SHOWN as usize);
    let view = OverviewPage {
        page: visit.page(text::overview::TITLE),
        has_more_orders: orders.as_ref().is_some_and(|page| page.next.is_some()),
        orders: orders.map(|page| page.items.iter().map(|order| OrderRow::new(order, format)).collect()),
        low: low.products.iter().map(|product| LowStockRow::new(product, None, format)).collect(),
        low_counts: (low.low, low.out),
        survey: survey(&shop),
    };
    visit.show(StatusCode::OK, &view)
}
