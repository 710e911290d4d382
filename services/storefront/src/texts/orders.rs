//! Placed orders: thanks, the list, one of them.

use contract::order::{OrderState, Refusal};

pub(crate) const THANKS_TITLE: &str = "Thank you for your order";
pub(crate) const PLACED_LEAD: &str = "Your order is safe with us. We are setting your things aside.";
pub(crate) const CONFIRMED_LEAD: &str = "Everything is set aside for you.";
pub(crate) const REFUSED_TITLE: &str = "We could not fill your order";
pub(crate) const REFUSED_LEAD: &str = "Something was sold out in the meantime; the lines below say what. \
     Nothing was charged, and nothing of it is held.";
pub(crate) const FULFILLED_LEAD: &str = "Handed over. We hope you enjoy it.";
pub(crate) const CANCELLED_LEAD: &str = "This order was cancelled. Nothing of it is held.";
pub(crate) const UPDATES_BY_ITSELF: &str = "This usually takes a moment.";
pub(crate) const REFRESH: &str = "Look again";
pub(crate) const GO_ON: &str = "Continue shopping";

pub(crate) const TITLE: &str = "Your orders";
pub(crate) const NONE: &str = "No order found";
pub(crate) const NONE_LEAD: &str = "When you order something, you find it here.";
pub(crate) const PLACED_AT: &str = "Placed";
pub(crate) const STATE: &str = "State";
pub(crate) const TOTAL: &str = "Total";
pub(crate) const DELIVERY: &str = "Delivery";
pub(crate) const OLDER: &str = "Older orders";
pub(crate) const NEWEST: &str = "Newest orders";
pub(crate) const CANCEL: &str = "Cancel this order";
pub(crate) const REORDER: &str = "Put these items into the basket";
pub(crate) const CANNOT_CANCEL: &str = "This order cannot be cancelled any more.";
pub(crate) const ALL_ORDERS: &str = "All orders";

/// "Order 1042".
pub(crate) fn numbered(id: i64) -> String {
    format!("Order {id}")
}

/// Where an order stands, in a word.
pub(crate) fn state(state: OrderState) -> &'static str {
    match state {
        OrderState::Open => "Open",
        OrderState::Placed => "Placed",
        OrderState::Confirmed => "Confirmed",
        OrderState::Refused => "Refused",
        OrderState::Fulfilled => "Fulfilled",
        OrderState::Cancelled => "Cancelled",
    }
}

/// Where an order stands, in a sentence.
pub(crate) fn lead(state: OrderState) -> &'static str {
    match state {
        OrderState::Open | OrderState::Placed => PLACED_LEAD,
        OrderState::Confirmed => CONFIRMED_LEAD,
        OrderState::Refused => REFUSED_LEAD,
        OrderState::Fulfilled => FULFILLED_LEAD,
        OrderState::Cancelled => CANCELLED_LEAD,
    }
}

/// Why a line was refused.
pub(crate) fn refusal(reason: Refusal) -> &'static str {
    match reason {
        Refusal::OutOfStock => "Not enough of it is left.",
        Refusal::UnknownProduct => "It is no longer in our catalogue.",
    }
}
