//! The basket and the checkout.

pub(crate) const TITLE: &str = "Basket";
pub(crate) const EMPTY: &str = "Your basket is empty";
pub(crate) const EMPTY_LEAD: &str = "Put something in it that you look forward to.";
pub(crate) const BROWSE: &str = "Look around";
pub(crate) const UPDATE: &str = "Update";
pub(crate) const REMOVE: &str = "Remove";
pub(crate) const TOTAL: &str = "Total";
pub(crate) const EACH: &str = "each";
pub(crate) const SUMMARY: &str = "Summary";
pub(crate) const TO_CHECKOUT: &str = "Go to checkout";
pub(crate) const LOG_IN_TO_ORDER: &str = "Log in to order";
pub(crate) const LOG_IN_LEAD: &str = "Please login to order. Your basket comes with you.";
pub(crate) const DELIVERY_FREE: &str = "Nothing is charged now: this shop takes no payment.";

pub(crate) const CHECKOUT_TITLE: &str = "Checkout";
pub(crate) const DELIVERY: &str = "Delivery";
pub(crate) const DELIVERY_LEAD: &str = "Where should it go? You may leave both empty and collect it.";
pub(crate) const YOUR_ORDER: &str = "Your order";
pub(crate) const PLACE: &str = "Place order";
pub(crate) const PLACE_AGAIN: &str = "Place order (safe to press again)";
pub(crate) const PLACE_AT: &str = "Place order at the new total";
pub(crate) const BACK_TO_BASKET: &str = "Back to the basket";
pub(crate) const TRY_AGAIN: &str = "Try again";
pub(crate) const TOTAL_UNREADABLE: &str = "We could not read which total you were shown. Nothing was ordered. \
     Please look at your basket again, and at the total below.";

/// For those who hear the page: whose quantity it is.
pub(crate) fn quantity_of(name: &str) -> String {
    format!("Quantity of {name}")
}

/// For those who hear the page: what is removed.
pub(crate) fn remove_named(name: &str) -> String {
    format!("Remove {name}")
}

/// How many pieces.
pub(crate) fn items(count: i64) -> String {
    if count == 1 { "1 item".to_owned() } else { format!("{count} items") }
}

/// A price moved between the page and the button.
pub(crate) fn total_changed(was: &str, now: &str) -> String {
    format!("The total has changed from {was} to {now} since you saw it. Nothing was ordered yet.")
}

/// A line was cut at its limit.
pub(crate) fn quantity_limit(name: &str) -> String {
    format!("{name}: at most 999 pieces fit into one line.")
}

/// A product did not fit.
pub(crate) fn line_limit(name: &str) -> String {
    format!("{name} did not fit: a basket holds 100 different products.")
}

/// A product is gone.
pub(crate) fn unknown_product(name: &str) -> String {
    format!("{name} is no longer in our catalogue and was taken out.")
}
