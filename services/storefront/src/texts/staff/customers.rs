//! The customers.

pub(crate) const TITLE: &str = "Customers";
pub(crate) const LEAD: &str = "Everybody with an account, oldest first.";
pub(crate) const TABLE: &str = "Accounts";
pub(crate) const NUMBER: &str = "Number";
pub(crate) const USERNAME: &str = "Username";
pub(crate) const NAME: &str = "Name";
pub(crate) const EMAIL: &str = "E-mail";
pub(crate) const STANDING: &str = "Standing";
pub(crate) const ACTIVE: &str = "Active";
pub(crate) const RESTING: &str = "Deactivated";
pub(crate) const STAFF: &str = "Staff";
pub(crate) const YOU: &str = "you";
pub(crate) const FIND: &str = "Customer number";
pub(crate) const FIND_HINT: &str = "As on an order.";
pub(crate) const NOT_A_NUMBER: &str = "Type a number, as it stands on an order.";
pub(crate) const OPEN: &str = "Open";
pub(crate) const NONE: &str = "No accounts";
pub(crate) const BACK: &str = "All customers";
pub(crate) const RESET: &str = "Set a new password";
pub(crate) const RESET_LEAD: &str = "All sessions of this account end. Tell the customer the new password in person, \
                              and ask them to change it.";
pub(crate) const NEW_PASSWORD: &str = "New password";
pub(crate) const NEW_PASSWORD_HINT: &str = "8 to 128 characters.";
pub(crate) const DEACTIVATE: &str = "Deactivate account";
pub(crate) const DEACTIVATE_LEAD: &str = "Its sessions end, and nobody can log in to it until it is activated again. \
                                   Its orders stay.";
pub(crate) const ACTIVATE: &str = "Activate account";
pub(crate) const ACTIVATE_LEAD: &str = "Its owner can log in again.";
pub(crate) const GRANT: &str = "Grant staff";
pub(crate) const GRANT_LEAD: &str =
    "Staff edit products, and see all orders and accounts. It counts from the next login on.";
pub(crate) const REVOKE: &str = "Revoke staff";
pub(crate) const REVOKE_LEAD: &str = "The account becomes a customer's again, and its sessions end.";
pub(crate) const SELF: &str = "This is your own account. Somebody else has to deactivate it or revoke its standing; \
                        change your password on your account page.";
pub(crate) const ACCOUNT_PAGE: &str = "Your account";
pub(crate) const DONE_RESET: &str = "The password was set.";
pub(crate) const DONE_DEACTIVATE: &str = "The account was deactivated.";
pub(crate) const DONE_ACTIVATE: &str = "The account was activated.";
pub(crate) const DONE_GRANT: &str = "The account is staff now.";
pub(crate) const DONE_REVOKE: &str = "The account is a customer's now.";
pub(crate) const LAST_STAFF: &str =
    "This is the last active staff account. Grant staff to another active account first.";
pub(crate) const NO_PASSWORD: &str = "Type a new password.";
pub(crate) const UNAVAILABLE: &str = "Accounts are resting: the user service does not answer. Products and orders \
                               work on.";
pub(crate) const NOT_DONE: &str = "The user service did not answer, so it is not known whether this was done. \
                            Pressing the button again is safe.";
pub(crate) const PASSWORD_NOT_DONE: &str = "The user service did not answer, so it is not known whether the password \
                                     was set. Type it again; setting it twice does no harm.";

pub(crate) fn account(username: &str) -> String {
    format!("Account of {username}")
}
