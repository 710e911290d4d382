//! What is wrong with a form: at each field, and all of it in a summary.

use contract::Problem;

use crate::texts;

/// The mistakes of one form, as whole sentences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FormErrors {
    /// Field name (empty: the form as a whole) and sentence.
    entries: Vec<(String, String)>,
}

impl FormErrors {
    /// Nothing wrong.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// One mistake of the form as a whole.
    pub(crate) fn general(sentence: impl Into<String>) -> Self {
        Self::default().and("", sentence)
    }

    /// One mistake of one field.
    pub(crate) fn at(field: &str, sentence: impl Into<String>) -> Self {
        Self::default().and(field, sentence)
    }

    /// A further mistake.
    #[must_use]
    pub(crate) fn and(mut self, field: &str, sentence: impl Into<String>) -> Self {
        self.entries.push((field.to_owned(), sentence.into()));
        self
    }

    /// A service's refusal: its field errors, or else its message. Errors of fields that the form does not
    /// have (`fields` are those it has) become mistakes of the whole form, so that none goes unsaid.
    pub(crate) fn from_problem(problem: &Problem, fields: &[&str]) -> Self {
        if problem.errors.is_empty() {
            return Self::general(problem.message.clone());
        }
        let entries = problem.errors.iter().map(|error| {
            let field =
                if fields.contains(&error.field.as_str()) { error.field.clone() } else { String::new() };
            (field, texts::forms::sentence(&error.field, &error.message))
        });
        Self { entries: entries.collect() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The first sentence about a field.
    pub(crate) fn of(&self, field: &str) -> Option<&str> {
        self.entries.iter().find(|(name, _)| name == field).map(|(_, sentence)| sentence.as_str())
    }

    /// Field and sentence of each, for the summary.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(field, sentence)| (field.as_str(), sentence.as_str()))
    }

    /// Over the summary.
    pub(crate) fn heading(&self) -> String {
        texts::forms::errors_heading(self.entries.len())
    }
}
