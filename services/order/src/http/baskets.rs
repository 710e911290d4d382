//! The basket: the caller's open order.

use super::{
    BasketAnswer, Shared,
    fields::{Id, NewQuantity, Quantity},
    path::ProductId,
};
use crate::{
    domain::basket::{Amount, Change, MAX_CHANGES},
    store::Merging,
};
use axum::extract::State;
use chassis::{
    identity::Caller,
    input::{Body, Json, RawBody},
    problem::{ApiError, ApiResult},
};
use contract::{
    FieldError,
    order::{Merge, Merged, OrderResult},
};
use utoipa::ToSchema;

/// Pieces to put into the basket.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes what is read field by field")]
pub(super) struct AddItem {
    #[schema(minimum = 1)]
    product_id: i64,
    /// `quantity` is taken too.
    #[schema(minimum = 1, maximum = 999)]
    qty: i64,
}

/// What a line is to hold.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes what is read field by field")]
pub(super) struct SetItem {
    /// 0 takes the line out.
    #[schema(minimum = 0, maximum = 999)]
    quantity: i64,
}

/// The basket
///
/// Names and prices are those of the catalogue as this service knows it now.
#[utoipa::path(get, path = "/api/order", operation_id = "show_basket", tag = "basket", security(("key" = [])),
    responses((status = 200, description = "The basket, or the message `No order found`", body = BasketAnswer)))]
pub(super) async fn show(
    State(shared): State<Shared>,
    Caller(caller): Caller,
) -> ApiResult<Json<BasketAnswer>> {
    Ok(Json(shared.store.basket(caller.user_id).await?.into()))
}

/// Add pieces of a product
///
/// Opens the basket if there is none. Parallel additions all count.
#[utoipa::path(post, path = "/api/order/add-item", tag = "basket", security(("key" = [])),
    request_body(content((AddItem = "application/json"), (AddItem = "application/x-www-form-urlencoded"))),
    responses(
        (status = 200, description = "The basket", body = OrderResult),
        (status = 404, description = "Cannot find product"),
        (status = 409, description = "The basket holds no more"),
        (status = 503, description = "The catalogue is not known yet")))]
pub(super) async fn add_item(
    State(shared): State<Shared>,
    Caller(caller): Caller,
    Body(mut fields): Body,
) -> ApiResult<Json<BasketAnswer>> {
    let product_id = fields.required::<Id>("product_id");
    let name = if fields.has("quantity") && !fields.has("qty") { "quantity" } else { "qty" };
    let quantity = fields.required::<Quantity>(name);
    let (product_id, quantity) = fields.finish((product_id, quantity))?;
    let change = Change { product_id: product_id.0, amount: Amount::Add(quantity.0) };
    Ok(Json(shared.store.change_basket(caller.user_id, change).await?.into()))
}

/// Set the quantity of a product
#[utoipa::path(put, path = "/api/order/item/{product_id}", tag = "basket", security(("key" = [])),
    params(("product_id" = i64, Path, description = "The product's id")),
    request_body(content((SetItem = "application/json"), (SetItem = "application/x-www-form-urlencoded"))),
    responses(
        (status = 200, description = "The basket, or the message `No order found`", body = BasketAnswer),
        (status = 404, description = "Cannot find product"),
        (status = 409, description = "The basket holds no more"),
        (status = 503, description = "The catalogue is not known yet")))]
pub(super) async fn set_item(
    State(shared): State<Shared>,
    Caller(caller): Caller,
    ProductId(product_id): ProductId,
    Body(mut fields): Body,
) -> ApiResult<Json<BasketAnswer>> {
    let quantity = fields.required::<NewQuantity>("quantity");
    let quantity = fields.finish(quantity)?;
    let change = Change { product_id, amount: Amount::Set(quantity.0) };
    Ok(Json(shared.store.change_basket(caller.user_id, change).await?.into()))
}

/// Take a product out
///
/// Taking out what is not in the basket changes nothing.
#[utoipa::path(delete, path = "/api/order/item/{product_id}", tag = "basket", security(("key" = [])),
    params(("product_id" = i64, Path, description = "The product's id")),
    responses(
        (status = 200, description = "The basket, or the message `No order found`", body = BasketAnswer),
        (status = 404, description = "Cannot find product")))]
pub(super) async fn remove_item(
    State(shared): State<Shared>,
    Caller(caller): Caller,
    ProductId(product_id): ProductId,
    RawBody(_unread): RawBody,
) -> ApiResult<Json<BasketAnswer>> {
    let change = Change { product_id, amount: Amount::Set(0) };
    Ok(Json(shared.store.change_basket(caller.user_id, change).await?.into()))
}

/// Make changes once
///
/// However often the same `merge_id` is sent, its changes take effect once. What does not fit is cut or left
/// out, and told.
#[utoipa::path(post, path = "/api/order/merge", tag = "basket", security(("key" = [])),
    request_body = Merge,
    responses(
        (status = 200, description = "The basket, and what did not fit", body = Merged),
        (status = 503, description = "The catalogue is not known yet")))]
pub(super) async fn merge(
    State(shared): State<Shared>,
    Caller(caller): Caller,
    Json(merge): Json<Merge>,
) -> ApiResult<Json<Merged>> {
    let merging = Merging {
        user_id: caller.user_id,
        merge_id: merge.merge_id,
        changes: changes(&merge)?,
        now_ms: shared.clock.now_unix_ms(),
    };
    Ok(Json(shared.store.merge(merging).await?))
}

/// The changes, if each of them is one.
fn changes(merge: &Merge) -> ApiResult<Vec<Change>> {
    if merge.changes.len() > MAX_CHANGES {
        return Err(ApiError::wrong_field("changes", format!("must be at most {MAX_CHANGES}")));
    }
    let (mut changes, mut errors) = (Vec::new(), Vec::new());
    for (index, wanted) in merge.changes.iter().enumerate() {
        let wrong = |member: &str, message: String| FieldError {
            field: format!("changes[{index}]{member}"),
            message,
        };
        let product_id = Id::check(wanted.product_id).map_err(|message| wrong(".product_id", message));
        let amount = match (wanted.add, wanted.set) {
            (Some(add), None) => {
                Quantity::check(add).map(|add| Amount::Add(add.0)).map_err(|message| wrong(".add", message))
            }
            (None, Some(set)) => NewQuantity::check(set)
                .map(|set| Amount::Set(set.0))
                .map_err(|message| wrong(".set", message)),
            _ => Err(wrong("", "must hold either add or set".into())),
        };
        match (product_id, amount) {
            (Ok(product_id), Ok(amount)) => changes.push(Change { product_id: product_id.0, amount }),
            (product_id, amount) => errors.extend(product_id.err().into_iter().chain(amount.err())),
        }
    }
    if errors.is_empty() { Ok(changes) } else { Err(ApiError::validation(errors)) }
}
