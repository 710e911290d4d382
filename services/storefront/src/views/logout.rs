//! The page that asks before logging out.

use askama::Template;

use super::Page;
use crate::texts;

/// `/logout`
#[derive(Clone, Debug, Template)]
#[template(path = "logout.html")]
pub(crate) struct LogoutPage {
    pub(crate) page: Page,
}
