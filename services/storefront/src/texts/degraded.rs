//! What is said while parts of the shop are down: calm, true, and what the shopper can do now.

use std::time::Duration;

use super::ages;

pub(crate) const ACCOUNTS: &str =
    "Accounts are resting. You can look around and fill your basket; logging in will work again shortly.";
pub(crate) const ACCOUNTS_FORM: &str =
    "Accounts are resting. Nothing was lost: what you typed is still here. Please try again in a moment.";
pub(crate) const ORDERS: &str =
    "Orders are paused for a moment. Your basket is kept. You can go on filling it.";
pub(crate) const ORDERS_FORM: &str = "Orders are paused for a moment. Your basket is kept. \
     What you typed is still here; please try again shortly.";
pub(crate) const ORDERS_UNAVAILABLE: &str =
    "Orders are paused for a moment, so we cannot show yours now. None of them is lost.";
pub(crate) const ACCOUNT_UNAVAILABLE: &str =
    "Accounts are resting, so we cannot show yours now. Nothing about it has changed.";
pub(crate) const NO_CATALOGUE: &str = "The catalogue is resting, and we have no copy of it yet.";
pub(crate) const NO_CATALOGUE_REMEDY: &str =
    "It will be back in a moment. Registering, logging in and your orders work as always.";
pub(crate) const PRODUCT_UNSEEN: &str =
    "The catalogue is resting, and our copy of it does not hold this product. Please try again in a moment.";
pub(crate) const PARTIAL: &str = "The copy holds only a part of the catalogue.";
pub(crate) const CHECKOUT_NOT_KNOWN: &str = "We do not know yet whether your order went through. \
     Pressing the button again is safe: it is placed at most once.";
pub(crate) const BASKET_WAITING: &str = "Orders are paused for a moment. Your basket is kept, with your latest changes; they are handed over once.";
pub(crate) const BASKET_WAITING_FOR_ACCOUNTS: &str = "Accounts are resting. Your basket is kept, with your latest changes; they are handed over once accounts are back.";
pub(crate) const PRICES_OF_COPY: &str = "Prices and stock are those of that time.";

/// While pages are made from the storefront's copy.
pub(crate) fn catalogue_of(age: Duration) -> String {
    format!("This is our catalogue as of {}. {PRICES_OF_COPY}", ages::ago(age))
}
