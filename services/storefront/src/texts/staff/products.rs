//! The list of products.

pub(crate) const TITLE: &str = "Products";
pub(crate) const NEW: &str = "New product";
pub(crate) const SEARCH: &str = "Search products";
pub(crate) const CATEGORY: &str = "Category";
pub(crate) const AVAILABILITY: &str = "Availability";
pub(crate) const ANY: &str = "Any";
pub(crate) const AVAILABLE: &str = "Available";
pub(crate) const NOT_AVAILABLE: &str = "Out of stock";
pub(crate) const SORT: &str = "Sort by";
pub(crate) const BY_AGE: &str = "Oldest first";
pub(crate) const PRODUCT: &str = "Product";
pub(crate) const PRICE: &str = "Price";
pub(crate) const STOCK: &str = "Stock";
pub(crate) const NONE: &str = "No products yet";
pub(crate) const NONE_LEAD: &str = "Make the first one, or bring a whole catalogue as a CSV file.";
pub(crate) const NONE_FOUND: &str = "No product fits";
pub(crate) const NONE_FOUND_LEAD: &str = "Try fewer words, or another category.";
pub(crate) const CLEAR: &str = "Show all products";
pub(crate) const TABLE: &str = "Products, with price and stock";
pub(crate) const READ_ONLY: &str = "The product service does not answer. Products can be looked at but not changed; \
                             stock numbers are not known here.";

pub(crate) const FROM_COPY: &str = "This list goes on in the last known catalogue, where stock numbers are not \
                                    known. Show the list anew for the present one.";

/// `written` is the number as the locale writes it.
pub(crate) fn pieces(pieces: i64, written: &str) -> String {
    format!("{written} {}", if pieces == 1 { "piece" } else { "pieces" })
}
