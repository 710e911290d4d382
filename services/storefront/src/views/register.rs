//! The page to make an account.

use askama::Template;

use super::{FormErrors, Page};
use crate::texts;

/// `/register`. Passwords are never shown again.
#[derive(Clone, Debug, Template)]
#[template(path = "register.html")]
pub(crate) struct RegisterPage {
    pub(crate) page: Page,
    pub(crate) username: String,
    pub(crate) email: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) errors: FormErrors,
}

impl RegisterPage {
    /// The fields of the form, for `FormErrors::from_problem`.
    pub(crate) const FIELDS: [&'static str; 5] = ["username", "email", "first_name", "last_name", "password"];
}
