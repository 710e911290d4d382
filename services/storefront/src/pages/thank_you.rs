//! `/order/thank-you?order=<id>`: what became of a checkout.

use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chassis::problem::ApiError;

use super::order;
use crate::texts;
use crate::views::{OrderView, ThankYouPage};
use crate::visit::Visit;

pub(super) async fn show(mut visit: Visit, uri: Uri) -> Response {
    let query = uri.query().unwrap_or_default();
    let named = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "order");
    // A link that has lost its number says thanks, and no more.
    let order = match named.filter(|(_, id)| !id.is_empty()).map(|(_, id)| id.parse()) {
        None => None,
        Some(Err(_)) => return visit.answer(ApiError::not_found("Cannot find order")),
        Some(Ok(id)) => match order::find(&mut visit, id).await {
            Ok(order) => Some(OrderView::new(&order, &visit.shop.look.format)),
            Err(response) => return response,
        },
    };
    let page = visit.page(texts::orders::THANKS_TITLE);
    visit.show(StatusCode::OK, &ThankYouPage { page, order, note: None })
}
