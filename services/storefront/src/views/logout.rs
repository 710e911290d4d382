//! The page that asks before logging out.

use askama::Template;

use super::Page;
use crate::texts;

/// `/logout`
#[derive(Clone, Debug, Template)]
#[template(path = "logout.html")]
pub(crate) struct LogoutPage {
    pub(crate) page: Page,
    /// True if nobody is logged in: then there is nothing to ask.
    pub(crate) is_guest: bool,
    /// True while changes of the basket wait for the order service: they go with the session.
    pub(crate) is_waiting: bool,
}
