//! Facts that one service tells the others, and the envelope they travel in.
//!
//! An event is never taken back and never changes its meaning; a consumer skips types that it does not
//! know, so that a newer producer may say more. The snapshot of a feed is written in the same events: the
//! fewest that lead to the present state.

use crate::{Currency, Timestamp, order::Refusal, product::Stock};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

/// The part of a CloudEvents `type` that all our events share.
pub const TYPE_PREFIX: &str = "dev.shopkeeper.";

/// What a feed carries: an enum that is written as `{"type": …, "data": …}`.
pub trait Event: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The types this consumer knows; all others are passed over.
    const TYPES: &'static [&'static str];
}

/// Said by the user service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum UserEvent {
    /// A session ended before its keys expire: they are to be refused from now on.
    #[serde(rename = "dev.shopkeeper.session.revoked")]
    SessionRevoked(SessionRevoked),
}

impl Event for UserEvent {
    const TYPES: &'static [&'static str] = &["dev.shopkeeper.session.revoked"];
}

/// A session whose keys are to be refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRevoked {
    pub session_id: Uuid,
    /// When the last key of the session expires by itself, and this fact may be forgotten.
    pub expires_at: Timestamp,
}

/// Said by the product service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum ProductEvent {
    /// A product is new or has changed; the whole record.
    #[serde(rename = "dev.shopkeeper.product.changed")]
    Changed(ProductFacts),
    /// Every line of an order is reserved.
    #[serde(rename = "dev.shopkeeper.stock.reserved")]
    Reserved(OrderNamed),
    /// An order could not be reserved; nothing of it is held.
    #[serde(rename = "dev.shopkeeper.stock.refused")]
    Refused(StockRefused),
}

impl Event for ProductEvent {
    const TYPES: &'static [&'static str] =
        &["dev.shopkeeper.product.changed", "dev.shopkeeper.stock.reserved", "dev.shopkeeper.stock.refused"];
}

/// All that others may know of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductFacts {
    pub id: i64,
    pub slug: String,
    pub name: String,
    /// Minor units of `currency`.
    pub price: i64,
    pub currency: Currency,
    pub category: String,
    pub description: String,
    pub image: String,
    pub stock: Stock,
    /// Counts the edits (the ETag).
    pub version: i64,
    /// Counts every published change of this record, stock included; the greater one is the newer.
    pub revision: i64,
}

/// An order, by the id that is never given out twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderNamed {
    pub order_uid: Uuid,
}

/// An order that could not be reserved, and the lines to blame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockRefused {
    pub order_uid: Uuid,
    pub lines: Vec<RefusedLine>,
}

/// A line that could not be reserved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedLine {
    pub product_id: i64,
    pub reason: Refusal,
}

/// Said by the order service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum OrderEvent {
    /// An order was accepted and wants its stock.
    #[serde(rename = "dev.shopkeeper.order.placed")]
    Placed(OrderPlaced),
    /// An order was given up: its stock is free.
    #[serde(rename = "dev.shopkeeper.order.cancelled")]
    Cancelled(OrderNamed),
    /// An order was handed over: its reservation is a sale.
    #[serde(rename = "dev.shopkeeper.order.fulfilled")]
    Fulfilled(OrderNamed),
}

impl Event for OrderEvent {
    const TYPES: &'static [&'static str] =
        &["dev.shopkeeper.order.placed", "dev.shopkeeper.order.cancelled", "dev.shopkeeper.order.fulfilled"];
}

/// An accepted order and what it wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPlaced {
    pub order_uid: Uuid,
    pub lines: Vec<OrderedLine>,
}

/// A product and how many of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderedLine {
    pub product_id: i64,
    pub quantity: i64,
}

/// An event on its way: CloudEvents 1.0, structured JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CloudEvent {
    pub specversion: String,
    /// `<epoch>/<position>`: unique within `source`.
    pub id: String,
    /// The feed, such as `/shopkeeper/order`.
    pub source: String,
    #[serde(rename = "type")]
    pub type_: String,
    pub time: Timestamp,
    pub datacontenttype: String,
    /// The trace of the request that caused the event (CloudEvents' distributed tracing extension).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// Where in the feed it stands; positions follow commit order.
    pub position: i64,
    pub data: Value,
}

/// A page of the state that a feed has led to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot<E> {
    /// The feed's epoch, renewed when its database is restored.
    pub epoch: String,
    /// Follow the feed from here after the last page. The pages may already hold later changes, which the
    /// consumer therefore meets again.
    pub position: i64,
    /// The state, as the events that lead to it.
    pub events: Vec<E>,
    /// Pass this as `after` for the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::{Event, OrderEvent, OrderNamed};
    use serde_json::json;
    use uuid::Uuid;

    #[test]
    fn an_event_is_written_as_its_type_and_data() {
        let event = OrderEvent::Cancelled(OrderNamed { order_uid: Uuid::from_u128(7) });
        let written = serde_json::to_value(&event).unwrap();
        assert_eq!(
            written,
            json!({"type": "dev.shopkeeper.order.cancelled",
                   "data": {"order_uid": "00000000-0000-0000-0000-000000000007"}})
        );
        assert!(OrderEvent::TYPES.contains(&written["type"].as_str().unwrap()));
        assert_eq!(serde_json::from_value::<OrderEvent>(written).unwrap(), event);
    }
}
