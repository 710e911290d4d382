//! Everybody's orders.

pub(crate) const TITLE: &str = "Orders";
pub(crate) const FILTER: &str = "State";
pub(crate) const TABLE: &str = "Orders, newest first";
pub(crate) const ORDER: &str = "Order";
pub(crate) const PLACED: &str = "Placed";
pub(crate) const CUSTOMER: &str = "Customer";
pub(crate) const PIECES: &str = "Pieces";
pub(crate) const TOTAL: &str = "Total";
pub(crate) const STATE: &str = "State";
pub(crate) const ACTION: &str = "Action";
pub(crate) const FULFIL: &str = "Fulfil";
pub(crate) const CANCEL: &str = "Cancel order";
pub(crate) const CANCEL_DO: &str = "Yes, cancel it";
pub(crate) const BASKETS: &str = "Baskets";
pub(crate) const CANCEL_SURE: &str = "The customer's order is given up and its stock is free again.";
pub(crate) const NONE: &str = "No orders yet";
pub(crate) const NONE_LEAD: &str = "They will show here as soon as somebody orders.";
pub(crate) const NONE_FOUND: &str = "No orders in this state";
pub(crate) const LINES: &str = "Lines";
pub(crate) const PRODUCT: &str = "Product";
pub(crate) const QUANTITY: &str = "Quantity";
pub(crate) const UNIT_PRICE: &str = "Price each";
pub(crate) const LINE_TOTAL: &str = "Sum";
pub(crate) const DELIVERY: &str = "Delivery";
pub(crate) const NO_DELIVERY: &str = "No delivery address was given.";
pub(crate) const BACK: &str = "All orders";
pub(crate) const FULFILLED: &str = "The order was fulfilled.";
pub(crate) const UNAVAILABLE: &str = "Orders are paused for a moment: the order service does not answer. Nothing is \
                               lost. Products and customers work on.";
pub(crate) const NOT_DONE: &str = "The order service did not answer. Look at the state below; pressing the button \
                            again is safe.";
pub(crate) const NOT_BASKET: &str = "This is a basket that was not ordered yet.";

pub(crate) fn number(id: i64) -> String {
    format!("Order {id}")
}

pub(crate) fn customer(id: i64) -> String {
    format!("Customer {id}")
}

pub(crate) fn fulfil(id: i64) -> String {
    format!("Fulfil order {id}")
}

/// Why an order could not be fulfilled or cancelled: it is in another state by now.
pub(crate) fn conflict(state: &str) -> String {
    format!("Not done: the order is {} by now. This is how it stands.", state.to_lowercase())
}
