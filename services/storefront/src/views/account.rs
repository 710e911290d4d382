//! The account: who one is, a new password.

use askama::Template;
use contract::user::User;

use super::{FormErrors, Page};
use crate::texts;

/// `/account`
#[derive(Clone, Debug, Template)]
#[template(path = "account.html")]
pub(crate) struct AccountPage {
    pub(crate) page: Page,
    pub(crate) user: User,
    pub(crate) errors: FormErrors,
}

impl AccountPage {
    /// The fields of the password's form, for `FormErrors::from_problem`.
    pub(crate) const FIELDS: [&'static str; 2] = ["current_password", "new_password"];
}
