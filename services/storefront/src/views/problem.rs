//! The page that says what went wrong.

use askama::Template;

use super::Page;
use crate::texts;

/// Any answer of 400 and above that is not a form.
#[derive(Clone, Debug, Template)]
#[template(path = "problem.html")]
pub(crate) struct ProblemPage {
    pub(crate) page: Page,
    pub(crate) status: u16,
    pub(crate) heading: String,
    pub(crate) sentence: String,
    /// The trace id; empty if there is none.
    pub(crate) support_code: String,
    /// Offers a button that asks again: only where that is a GET.
    pub(crate) can_retry: bool,
}

impl ProblemPage {
    /// With the usual words for a status. The page's title becomes the heading.
    pub(crate) fn new(mut page: Page, status: u16, support_code: impl Into<String>) -> Self {
        let (heading, sentence) = texts::problems::of(status);
        page.title = heading.to_owned();
        Self {
            page,
            status,
            heading: heading.to_owned(),
            sentence: sentence.to_owned(),
            support_code: support_code.into(),
            can_retry: status == 503,
        }
    }

    /// With a sentence of its own, such as why the whole content is unavailable.
    #[must_use]
    pub(crate) fn saying(mut self, sentence: impl Into<String>) -> Self {
        self.sentence = sentence.into();
        self
    }
}
