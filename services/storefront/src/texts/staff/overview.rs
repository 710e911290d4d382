//! The overview.

pub(crate) const TITLE: &str = "Staff overview";
pub(crate) const LEAD: &str = "What waits for you, and how the shop fares.";
pub(crate) const TO_FULFIL: &str = "Orders to fulfil";
pub(crate) const NONE_TO_FULFIL: &str = "Nothing waits to be fulfilled.";
pub(crate) const ORDERS_DOWN: &str = "Orders are paused for a moment. Nothing is lost; they show again as soon as \
                               the order service is back.";
pub(crate) const ALL_TO_FULFIL: &str = "All confirmed orders";
pub(crate) const MORE_TO_FULFIL: &str = "There are more: all confirmed orders";
pub(crate) const LOW_STOCK: &str = "Running low";
pub(crate) const NONE_LOW: &str = "Nothing is running low.";
pub(crate) const ALL_LOW: &str = "All that is low or out";
pub(crate) const STATE: &str = "The shop now";
pub(crate) const ALL_RULES: &str = "The rules in full";

pub(crate) fn rules_holding(holding: usize, all: usize) -> String {
    format!("{holding} of {all} rules hold")
}

pub(crate) fn low_count(low: usize, out: usize) -> String {
    format!("{} low, {} out of stock", super::count(low, "product", "products"), out)
}
