//! What stands around every page.

pub(crate) const SKIP: &str = "Skip to content";
pub(crate) const MAIN_NAVIGATION: &str = "Shop";
pub(crate) const SEARCH: &str = "Search";
pub(crate) const SEARCH_LABEL: &str = "Search the shop";
pub(crate) const SEARCH_HINT: &str = "Search";
pub(crate) const BASKET: &str = "Basket";
pub(crate) const LOG_IN: &str = "Log in";
pub(crate) const LOG_OUT: &str = "Log out";
pub(crate) const REGISTER: &str = "Register";
pub(crate) const ORDERS: &str = "Orders";
pub(crate) const ACCOUNT: &str = "Account";
pub(crate) const STAFF: &str = "Staff";
pub(crate) const PARTS: &str = "What is up";
pub(crate) const OPEN_WHATEVER_IS_DOWN: &str = "This shop stays open while parts of it rest.";

/// "Basket – Tea House"; the home page is just the shop.
pub(crate) fn full_title(page: &str, shop: &str) -> String {
    if page.is_empty() { shop.to_owned() } else { format!("{page} \u{2013} {shop}") }
}

/// A part of the shop, as shoppers know it.
pub(crate) fn part(name: &str) -> &'static str {
    match name {
        "user" => "Accounts",
        "product" => "Catalogue",
        _ => "Orders",
    }
}

/// How a part is, in a word.
pub(crate) fn health(word: &str) -> &'static str {
    match word {
        "up" => "up",
        "down" => "resting",
        _ => "not known yet",
    }
}
