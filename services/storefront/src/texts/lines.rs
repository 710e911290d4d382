//! Lines of a basket about which little is known, and quantities that are none.

pub(crate) const QUANTITY_TO_ADD: &str = "Quantity must be a whole number from 1 to 999";
pub(crate) const QUANTITY_TO_SET: &str = "Quantity must be a whole number from 0 to 999; 0 takes it out";
pub(crate) const TOO_MUCH_WAITS: &str = "Orders are paused, and no further change fits into the basket until \
     they are back. What is in it is kept.";

/// A product whose name nobody knows now.
pub(crate) fn numbered(product_id: i64) -> String {
    format!("Product {product_id}")
}
