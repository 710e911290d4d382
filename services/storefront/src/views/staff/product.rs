//! `/staff/products/new` and `/staff/products/<id>`: one product as a form.

use askama::Template;

use super::Section;
use crate::staff::form::{Field, Typed};
use crate::texts::staff as text;
use crate::views::{FormErrors, Page};

/// The form of a product.
#[derive(Clone, Debug, Template)]
#[template(path = "staff/product.html")]
pub(crate) struct ProductFormPage {
    pub(crate) page: Page,
    /// Absent while the product is yet to be made.
    pub(crate) subject: Option<Subject>,
    pub(crate) typed: Typed,
    pub(crate) errors: FormErrors,
    /// Somebody else changed it: the fields that differ.
    pub(crate) conflict: Vec<Compared>,
    /// Nothing can be saved now; the sentence that says so.
    pub(crate) disabled: Option<&'static str>,
    /// It may have been made already by an attempt whose answer was lost.
    pub(crate) is_retry: bool,
    /// Code of the currency.
    pub(crate) currency: String,
    /// A price as it is typed.
    pub(crate) example_price: String,
    /// Names of known categories, to choose from.
    pub(crate) categories: Vec<String>,
}

/// The product that the form changes, as it was when the form was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subject {
    pub(crate) id: i64,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) image: String,
    /// What `If-Match` will name.
    pub(crate) version: i64,
    /// The stock as it was shown, to tell whether another was typed.
    pub(crate) shown_stock: String,
}

/// A field that was changed by somebody else, or by the reader, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Compared {
    pub(crate) label: &'static str,
    pub(crate) yours: String,
    pub(crate) theirs: String,
}

impl ProductFormPage {
    /// Where the form is sent.
    pub(crate) fn action(&self) -> String {
        self.subject.as_ref().map_or_else(
            || "/staff/products/new".to_owned(),
            |subject| format!("/staff/products/{}", subject.id),
        )
    }

    pub(crate) fn label(&self, field: Field) -> &'static str {
        text::product::label(field)
    }

    pub(crate) fn hint(&self, field: Field) -> String {
        text::product::hint(field, &self.currency, &self.example_price)
    }
}
