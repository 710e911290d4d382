//! `/staff/import`: a CSV file is chosen, checked and imported.

use askama::Template;
use contract::product::CsvError;
use uuid::Uuid;

use super::Section;
use crate::texts::staff as text;
use crate::views::{FormErrors, Page};

/// `/staff/import`
#[derive(Clone, Debug, Template)]
#[template(path = "staff/import.html")]
pub(crate) struct ImportPage {
    pub(crate) page: Page,
    pub(crate) form: ImportForm,
    pub(crate) outcome: Option<Outcome>,
}

/// The form, as it was filled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ImportForm {
    /// What was pasted.
    pub(crate) pasted: String,
    pub(crate) errors: FormErrors,
    /// Nothing can be imported now; the sentence that says so.
    pub(crate) disabled: Option<&'static str>,
}

/// What a check came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// What the import would do. The file is kept under that name.
    Right { created: u64, updated: u64, unchanged: u64, kept: Uuid },
    /// Places that are wrong.
    Wrong(Vec<CsvError>),
}

/// The page of an import under way: it arrives in pieces.
#[derive(Clone, Debug, Template)]
#[template(path = "staff/import_running.html")]
pub(crate) struct ImportRunningPage {
    pub(crate) page: Page,
}

impl ImportRunningPage {
    /// Where the pieces go. Whatever is written by a template is escaped, so nothing else can hold it.
    const HERE: &str = "<!--here-->";

    /// The page before and after its pieces.
    ///
    /// # Errors
    /// If the template fails.
    pub(crate) fn halves(&self) -> askama::Result<(String, String)> {
        let page = self.render()?;
        let (before, after) = page.split_once(Self::HERE).ok_or(askama::Error::Fmt)?;
        Ok((before.to_owned(), after.to_owned()))
    }
}

/// A piece of that page.
#[derive(Clone, Debug, Template)]
#[template(path = "staff/import_step.html")]
pub(crate) enum Step {
    /// The file is here.
    Read { lines: usize, bytes: usize },
    /// The product service looks at it.
    Checking,
    /// It is right, and this is what it will do.
    Checked { created: u64, updated: u64, unchanged: u64 },
    /// The product service writes.
    Writing,
    /// Still at it after that many seconds.
    Waiting { seconds: u64 },
    /// It is imported.
    Done { created: u64, updated: u64, unchanged: u64 },
    /// The file is wrong.
    Wrong { mistakes: Vec<CsvError>, form: ImportForm },
    /// Something else went wrong: a sentence, and the file if it is kept.
    Stopped { sentence: String, kept: Option<Uuid>, form: ImportForm },
}
