//! `/staff/customers`: everybody's accounts, and one of them.

use askama::Template;
use contract::user::User;

use super::Section;
use crate::texts::staff as text;
use crate::views::{FormErrors, Page};

/// `/staff/customers`
#[derive(Clone, Debug, Template)]
#[template(path = "staff/customers.html")]
pub(crate) struct CustomersPage {
    pub(crate) page: Page,
    /// None if the user service does not answer.
    pub(crate) rows: Option<Vec<CustomerRow>>,
    /// Link to the next page.
    pub(crate) next: Option<String>,
    /// True behind the first page.
    pub(crate) is_continued: bool,
    /// What was typed to find one.
    pub(crate) number: String,
    pub(crate) errors: FormErrors,
}

/// An account in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CustomerRow {
    pub(crate) user: User,
    /// Whether it is the reader's own.
    pub(crate) is_self: bool,
}

impl CustomerRow {
    pub(crate) fn new(user: User, own_id: i64) -> Self {
        Self { is_self: user.id == own_id, user }
    }

    pub(crate) fn full_name(&self) -> String {
        format!("{} {}", self.user.first_name, self.user.last_name)
    }
}

/// `/staff/customers/<id>`
#[derive(Clone, Debug, Template)]
#[template(path = "staff/customer.html")]
pub(crate) struct CustomerPage {
    pub(crate) page: Page,
    pub(crate) row: CustomerRow,
    pub(crate) errors: FormErrors,
    /// Why what was asked for was not done.
    pub(crate) problem: Option<String>,
}
