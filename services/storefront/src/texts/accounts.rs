//! Registering, logging in and out, the account.

pub(crate) const REGISTER_TITLE: &str = "Register";
pub(crate) const REGISTER_LEAD: &str = "One account for your basket and your orders. It takes a minute.";
pub(crate) const REGISTER_BUTTON: &str = "Create account";
pub(crate) const HAVE_ACCOUNT: &str = "Have an account already?";
pub(crate) const USERNAME_HINT: &str = "Letters, digits and . _ - + @";
pub(crate) const PASSWORD_HINT: &str = "8 to 128 characters. Long is better than odd.";
pub(crate) const USERNAME_TAKEN: &str = "Please try another username";
pub(crate) const EMAIL_TAKEN: &str = "There is an account with this e-mail address already";

pub(crate) const LOGIN_TITLE: &str = "Log in";
pub(crate) const LOGIN_LEAD: &str = "Good to see you again.";
pub(crate) const LOGIN_BUTTON: &str = "Log in";
pub(crate) const CANNOT_LOGIN_REMEDY: &str =
    "Cannot login: the username and the password do not belong together.";
pub(crate) const NEW_HERE: &str = "New here?";

pub(crate) const LOGOUT_TITLE: &str = "Log out";
pub(crate) const LOGOUT_LEAD: &str = "Your basket is kept with your account, for the next time.";
pub(crate) const LOGOUT_WHILE_WAITING: &str = "What you have changed in the basket last is not with your account yet, \
     and is gone if you log out now.";
pub(crate) const LOGOUT_AS_GUEST: &str = "You are not logged in. Your basket is kept in this browser.";
pub(crate) const LOGOUT_BUTTON: &str = "Log out";
pub(crate) const STAY: &str = "Stay logged in";

pub(crate) const ACCOUNT_TITLE: &str = "Your account";
pub(crate) const PASSWORD_HEADING: &str = "Change your password";
pub(crate) const PASSWORD_BUTTON: &str = "Change password";
pub(crate) const PASSWORD_LEAD: &str = "Other devices are logged out when the password changes.";
pub(crate) const YOUR_ORDERS: &str = "Your orders";
