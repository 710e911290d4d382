//! What the staff pages say.

pub(crate) mod customers;
pub(crate) mod import;
pub(crate) mod low_stock;
pub(crate) mod nav;
pub(crate) mod orders;
pub(crate) mod overview;
pub(crate) mod product;
pub(crate) mod products;
pub(crate) mod rules;
pub(crate) mod word;

/// A number with its noun.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
