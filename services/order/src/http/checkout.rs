//! Checking out: the basket becomes an order.

use super::{
    Shared,
    fields::{Amount, CheckoutKey, DeliveryAddress, DeliveryName},
};
use crate::store::Checkout;
use axum::{extract::State, http::HeaderMap};
use chassis::{
    identity::Caller,
    input::{Body, FieldValue, Json},
    problem::{ApiError, ApiResult},
    trace,
};
use contract::order::OrderResult;
use sha2::{Digest, Sha256};
use utoipa::{
    ToSchema,
    openapi::{OpenApi, RefOr, Required},
};
use uuid::Uuid;

const KEY_HEADER: &str = "Idempotency-Key";

/// What a checkout may say; nothing of it is needed.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes what is read field by field")]
pub(super) struct CheckOut {
    /// What the shopper was shown, in minor units. If the basket costs something else it is kept.
    #[schema(minimum = 0)]
    expected_total: Option<i64>,
    #[schema(max_length = 200)]
    delivery_name: Option<String>,
    /// May have several lines.
    #[schema(max_length = 1000)]
    delivery_address: Option<String>,
    /// For forms, which cannot send the header.
    #[schema(min_length = 1, max_length = 255, pattern = "^[!-~]+$")]
    idempotency_key: Option<String>,
}

/// Place the order
///
/// With an `Idempotency-Key` (kept for 24 hours) a checkout may be repeated: it places one order, and every
/// repetition gets the first answer.
#[utoipa::path(post, path = "/api/order/checkout", tag = "basket", security(("key" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Names this checkout",
        min_length = 1, max_length = 255, pattern = "^[!-~]+$")),
    request_body(content((CheckOut = "application/json"), (CheckOut = "application/x-www-form-urlencoded"))),
    responses(
        (status = 200, description = "The order, placed", body = OrderResult),
        (status = 409, description = "No order found, or the total has changed (`expected_total`, `total`)"),
        (status = 422, description = "The key belongs to another checkout")))]
pub(super) async fn check_out(
    State(shared): State<Shared>,
    Caller(caller): Caller,
    headers: HeaderMap,
    Body(mut fields): Body,
) -> ApiResult<Json<OrderResult>> {
    let expected_total = fields.optional::<Amount>("expected_total").map(|amount| amount.0);
    let delivery_name = fields.optional::<DeliveryName>("delivery_name").and_then(|name| name.0);
    let delivery_address =
        fields.optional::<DeliveryAddress>("delivery_address").and_then(|address| address.0);
    let field_key = fields.optional::<CheckoutKey>("idempotency_key");
    fields.finish(())?;
    let key = header_key(&headers)?.or(field_key).map(|key| key.0);
    let said = serde_json::json!([expected_total, delivery_name, delivery_address]);
    let checkout = Checkout {
        user_id: caller.user_id,
        key,
        digest: Sha256::digest(said.to_string()).to_vec(),
        expected_total,
        delivery_name,
        delivery_address,
        order_uid: Uuid::new_v4(),
        now_ms: shared.clock.now_unix_ms(),
        traceparent: trace::traceparent(),
    };
    let (order, placed_now) = shared.store.check_out(checkout).await?;
    if placed_now {
        shared.metrics.moved(order.state, order.total);
    }
    Ok(Json(OrderResult { result: order }))
}

/// Says in the document that a checkout may have no body, which the macro above cannot.
pub(super) fn allow_no_body(openapi: &mut OpenApi) {
    let item = openapi.paths.paths.get_mut("/api/order/checkout");
    let body = item.and_then(|item| item.post.as_mut()?.request_body.as_mut());
    if let Some(RefOr::T(body)) = body {
        body.required = Some(Required::False);
    }
}

fn header_key(headers: &HeaderMap) -> ApiResult<Option<CheckoutKey>> {
    let Some(value) = headers.get(KEY_HEADER) else { return Ok(None) };
    CheckoutKey::from_text(value.to_str().unwrap_or_default())
        .map(Some)
        .map_err(|message| ApiError::wrong_field(KEY_HEADER, message))
}
