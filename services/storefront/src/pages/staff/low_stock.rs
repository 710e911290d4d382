//! `/staff/low-stock`: what is out or nearly so, as the copy knows it, with the numbers of the product service.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;
use chassis::input::{Query, Verbatim};
use contract::product::{Product, Stock};
use futures::StreamExt as _;

use super::door::Inside;
use crate::texts::staff as text;
use crate::views::Health;
use crate::views::staff::{LowStockPage, LowStockRow};
use crate::visit::Visit;

/// Products on a page: each costs a question to the product service.
const SHOWN: usize = 24;

/// Questions at a time.
const AT_ONCE: usize = 6;

pub(super) async fn list(Inside(mut visit): Inside, Query(mut fields): Query) -> Response {
    let after = fields.optional::<Verbatim>("after").map(|text| text.0).filter(|after| !after.is_empty());
    let shop = Arc::clone(&visit.shop);
    let low = shop.catalogue.low_stock(after.as_deref(), SHOWN);
    let numbers = numbers(&mut visit, &low.products).await;
    let format = &shop.look.format;
    let row = |(index, product): (usize, &Product)| match numbers
        .as_ref()
        .and_then(|found| found[index].as_ref())
    {
        // It was restocked a moment ago.
        Some(now) if now.stock == Stock::InStock => None,
        Some(now) => Some(LowStockRow::new(now, now.stock_quantity, format)),
        None => Some(LowStockRow::new(product, None, format)),
    };
    let view = LowStockPage {
        page: visit.page(text::low_stock::TITLE),
        rows: low.products.iter().enumerate().filter_map(row).collect(),
        next: low.next.map(|after| format!("/staff/low-stock?after={after}")),
        is_continued: after.is_some(),
        is_known: shop.catalogue.is_known(),
        is_partial: shop.catalogue.is_partial(),
        is_read_only: numbers.is_none(),
    };
    visit.show(StatusCode::OK, &view)
}

/// The products as the product service has them now, in the same order; none if it does not answer.
async fn numbers(visit: &mut Visit, products: &[Product]) -> Option<Vec<Option<Product>>> {
    if visit.shop.parts().product == Health::Down {
        return None;
    }
    let service = &visit.shop.peers.product.clone();
    let caller = visit.caller();
    let ask = |id: i64| {
        let service = service.clone();
        async move { service.product(caller, &id.to_string()).await }
    };
    let ids: Vec<i64> = products.iter().map(|product| product.id).collect();
    let answers: Vec<_> = futures::stream::iter(ids).map(ask).buffered(AT_ONCE).collect().await;
    let is_silent = !answers.is_empty()
        && answers.iter().all(|answer| answer.as_ref().is_err_and(client::CallError::is_unavailable));
    (!is_silent).then(|| answers.into_iter().map(Result::ok).collect())
}
