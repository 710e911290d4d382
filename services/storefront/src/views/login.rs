//! The page to log in.

use askama::Template;

use super::{FormErrors, Page};
use crate::texts;

/// `/login`. The password is never shown again.
#[derive(Clone, Debug, Template)]
#[template(path = "login.html")]
pub(crate) struct LoginPage {
    pub(crate) page: Page,
    pub(crate) username: String,
    /// A path of this shop to go on to; empty for the home page.
    pub(crate) next: String,
    pub(crate) errors: FormErrors,
}
