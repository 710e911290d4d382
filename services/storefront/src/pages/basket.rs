//! `/basket`: what is in it, and every change of it.

use axum::http::StatusCode;
use axum::response::Response;
use chassis::{input::Within, problem::ApiError};
use uuid::Uuid;

use super::lines::{self, Lines};
use super::product::{self, Known};
use crate::basket::{Limit, Shortfall};
use crate::flash::{Code, Flash};
use crate::texts;
use crate::typed::Typed;
use crate::views::{BasketPage, CheckoutGate, FormErrors, Part};
use crate::visit::{Access, Seen, Visit};

/// An id of a product.
type Id = Within<1, { i64::MAX }>;

pub(super) async fn show(mut visit: Visit) -> Response {
    page(&mut visit, StatusCode::OK, FormErrors::none(), None).await
}

pub(super) async fn add(mut visit: Visit, mut typed: Typed) -> Response {
    visit.path = "/basket".to_owned();
    let Some(Within(product_id)) = typed.value::<Id>("product_id") else {
        return visit.answer(ApiError::bad_request("product_id is missing or no id"));
    };
    let quantity = typed.text("quantity");
    let pieces = match quantity.as_str() {
        "" => Some(Within(1)),
        _ => typed.value::<Within<1, 999>>("quantity"),
    };
    // The copy is asked first: it answers at once, and whatever it knows can be ordered.
    let known = match visit.shop.catalogue.by_id(product_id) {
        Some(product) => Known::Live(product),
        None => product::find(&visit, &product_id.to_string()).await,
    };
    let product = match known {
        Known::Live(product) | Known::Copy(product, _) => product,
        Known::Nothing => return visit.answer(ApiError::not_found("Cannot find product")),
        Known::Unseen => return visit.unavailable(Part::Product, texts::degraded::PRODUCT_UNSEEN),
    };
    let Some(Within(pieces)) = pieces else {
        let errors = FormErrors::at("quantity", texts::lines::QUANTITY_TO_ADD);
        let typed = product::Typed { quantity, errors };
        visit.path = format!("/product/{}", product.slug);
        return product::page(&mut visit, StatusCode::BAD_REQUEST, product, None, typed);
    };
    let shortfall = visit.kept.basket.add(product_id, pieces, Uuid::new_v4());
    changed(visit, shortfall, Code::BasketUpdated).await
}

pub(super) async fn set(mut visit: Visit, mut typed: Typed) -> Response {
    visit.path = "/basket".to_owned();
    let Some(Within(product_id)) = typed.value::<Id>("product_id") else {
        return visit.answer(ApiError::bad_request("product_id is missing or no id"));
    };
    let typed_quantity = typed.text("quantity");
    let Some(Within(quantity)) = typed.value::<Within<0, 999>>("quantity") else {
        let wrong = Wrong { product_id, quantity: typed_quantity };
        return page(&mut visit, StatusCode::BAD_REQUEST, FormErrors::none(), Some(wrong)).await;
    };
    let shortfall = visit.kept.basket.set(product_id, quantity, Uuid::new_v4());
    let message = if quantity == 0 { Code::Removed } else { Code::BasketUpdated };
    changed(visit, shortfall, message).await
}

/// Hands the change over and shows the basket. What did not fit is told by the order service or, as long as it
/// was not asked, by us.
pub(super) async fn changed(
    mut visit: Visit,
    shortfall: Option<Shortfall>,
    message: impl Into<Flash>,
) -> Response {
    let is_live = visit.access() == Access::LoggedIn && !visit.hand_over().await.is_stopped;
    match shortfall {
        Some(shortfall) if !is_live || shortfall.limit == Limit::Pending => {
            let errors = FormErrors::general(lines::shortfall(&visit, shortfall));
            let status = match shortfall.limit {
                Limit::Pending => StatusCode::SERVICE_UNAVAILABLE,
                Limit::Quantity | Limit::Lines => StatusCode::CONFLICT,
            };
            page(&mut visit, status, errors, None).await
        }
        _ => visit.go_saying("/basket", message),
    }
}

/// A quantity that is none, as it was typed.
struct Wrong {
    product_id: i64,
    quantity: String,
}

async fn page(visit: &mut Visit, status: StatusCode, errors: FormErrors, wrong: Option<Wrong>) -> Response {
    let seen = visit.look_at_basket().await;
    if let Some(response) = super::checkout::went_through(visit, &seen).await {
        return response;
    }
    let Lines { mut lines, total } = lines::of(visit, &seen).await;
    let errors = match wrong {
        None => errors,
        Some(wrong) => match lines.iter_mut().find(|line| line.product_id == wrong.product_id) {
            Some(line) => {
                line.typed = Some(wrong.quantity);
                errors.and(&line.field(), texts::lines::QUANTITY_TO_SET)
            }
            None => errors.and("", texts::lines::QUANTITY_TO_SET),
        },
    };
    let notes = lines::notes(visit);
    let is_waiting = visit.kept.basket.has_pending();
    let mut page = visit.page(texts::basket::TITLE);
    let gate = match seen {
        Seen::Live(_) => CheckoutGate::Open,
        Seen::Guest => CheckoutGate::LogIn,
        Seen::Paused => CheckoutGate::OrdersPaused,
        Seen::Resting => CheckoutGate::AccountsResting,
    };
    match gate {
        CheckoutGate::OrdersPaused => page.notice(Part::Order, texts::degraded::BASKET_WAITING),
        CheckoutGate::AccountsResting => page.notice(Part::User, texts::degraded::ACCOUNTS),
        CheckoutGate::Open | CheckoutGate::LogIn => {}
    }
    let total = total.map(|total| visit.shop.look.format.money(total));
    visit.show(status, &BasketPage { page, lines, total, gate, notes, is_waiting, errors })
}
