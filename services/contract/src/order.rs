//! The order service's wire shapes: baskets and orders.

use crate::{Currency, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// The basket; at most one per user.
    Open,
    /// Accepted; the stock has not answered yet.
    Placed,
    /// The stock is reserved.
    Confirmed,
    /// The stock could not be reserved; each line tells why.
    Refused,
    /// Handed over.
    Fulfilled,
    /// Given up by its owner or by staff; the stock is free again.
    Cancelled,
}

impl OrderState {
    /// Every state, in the order in which an order meets them.
    pub const ALL: [Self; 6] =
        [Self::Open, Self::Placed, Self::Confirmed, Self::Refused, Self::Fulfilled, Self::Cancelled];

    /// The name on the wire, in addresses, and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Placed => "placed",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
            Self::Fulfilled => "fulfilled",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// An order as the API shows it; the open one is the basket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Order {
    pub id: i64,
    pub is_open: bool,
    pub state: OrderState,
    pub items: Vec<Item>,
    pub user_id: i64,
    /// The sum of the lines, in minor units of `currency`.
    pub total: i64,
    pub currency: Currency,
    /// Null while the order is open.
    pub placed_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_address: Option<String>,
}

/// One line of an order. Once placed, name and prices are those that were shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Item {
    /// The product's id.
    pub product: i64,
    pub quantity: i64,
    pub name: String,
    /// Minor units.
    pub unit_price: i64,
    /// Minor units; `quantity × unit_price`.
    pub line_total: i64,
    /// Why this line was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
}

/// Why a line of an order could not be reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Fewer pieces are left than were ordered.
    OutOfStock,
    /// The product is not in the catalogue.
    UnknownProduct,
}

/// One order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderResult {
    pub result: Order,
}

/// Changes to the basket that take effect once, however often they are sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Merge {
    /// Names this set of changes; remembered for 30 days per user.
    pub merge_id: Uuid,
    /// At most 200.
    #[schema(max_items = 200)]
    pub changes: Vec<Change>,
}

/// One change of a basket: pieces added to a line, or a line's new quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    #[schema(minimum = 1)]
    pub product_id: i64,
    /// Pieces to add, 1 to 999.
    #[schema(minimum = 1, maximum = 999)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub add: Option<i64>,
    /// The new quantity, 0 to 999; 0 takes the line out.
    #[schema(minimum = 0, maximum = 999)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<i64>,
}

/// The basket after a merge, and what did not fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Merged {
    /// The open order; absent if the basket is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Order>,
    pub not_applied: Vec<NotApplied>,
}

/// A change, or a part of one, that did not take effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotApplied {
    pub product_id: i64,
    pub reason: NotAppliedReason,
}

/// Why a change of a basket did not (wholly) take effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotAppliedReason {
    /// The product is not in the catalogue.
    UnknownProduct,
    /// The line was cut at 999 pieces.
    QuantityLimit,
    /// The basket holds 100 lines already.
    LineLimit,
}

#[cfg(test)]
mod tests {
    use super::OrderState;

    #[test]
    fn a_state_is_known_by_its_name_on_the_wire() {
        for state in OrderState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
            assert_eq!(OrderState::named(state.name()), Some(state));
        }
        assert_eq!(OrderState::named("lost"), None);
    }
}
