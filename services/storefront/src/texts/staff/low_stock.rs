//! What is low or out.

pub(crate) const TITLE: &str = "Low stock";
pub(crate) const LEAD: &str = "What is sold out, then what has five pieces or fewer.";
pub(crate) const TABLE: &str = "Products that are low or out of stock";
pub(crate) const NONE: &str = "Nothing is running low";
pub(crate) const NONE_LEAD: &str = "Every product that is counted has more than five pieces.";
pub(crate) const UNKNOWN: &str = "No catalogue is known yet";
pub(crate) const UNKNOWN_LEAD: &str =
    "The product service has not been heard from since this shop was started.";
pub(crate) const RESTOCK: &str = "Restock";
pub(crate) const NUMBERS_DOWN: &str =
    "The product service does not answer, so the numbers are not known here.";
pub(crate) const PARTIAL: &str = "The catalogue is larger than what is kept here, so there may be more.";

pub(crate) fn restock(name: &str) -> String {
    format!("Restock {name}")
}
