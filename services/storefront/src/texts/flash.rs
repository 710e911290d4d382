//! One sentence after something was done.

pub(crate) const REGISTERED: &str = "Thanks for registering, please login";
pub(crate) const LOGGED_OUT: &str = "You are logged out. See you soon.";
pub(crate) const LOGGED_OUT_LATER: &str = "You are logged out here. \
     Accounts are resting; your session is ended everywhere as soon as they are back.";
pub(crate) const ORDER_UPDATED: &str = "Order has been updated";
pub(crate) const ADDED: &str = "Added to your basket.";
pub(crate) const REMOVED: &str = "Taken out of your basket.";
pub(crate) const ORDER_CANCELLED: &str = "The order is cancelled.";
pub(crate) const PUT_BACK: &str = "The items of that order are in your basket again.";
pub(crate) const PASSWORD_CHANGED: &str = "Your password is changed. Other devices are logged out.";
pub(crate) const PLEASE_LOG_IN: &str = "Please login";
pub(crate) const NO_ORDER: &str = "No order found";
pub(crate) const SESSION_ENDED: &str = "Your session has ended. Please login";

/// After a login.
pub(crate) fn welcome_back(username: &str) -> String {
    format!("Welcome back, {username}")
}
