//! Everything that this service refuses, and how it is answered.

use crate::domain::picture;
use chassis::problem::{ApiError, Kind};
use contract::{FieldError, product::CsvError};
use serde::Serialize;
use std::time::Duration;

/// How soon to ask again when the database is away.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Database(database::Error),
    #[error("there is no such product")]
    ProductNotFound,
    #[error("there is no such picture")]
    PictureNotFound,
    #[error("other products have the {}", .fields.join(" and the "))]
    Taken { fields: Vec<&'static str> },
    #[error("the edit names no version")]
    VersionNotNamed,
    #[error("the product has version {current} by now")]
    VersionPassed { current: i64 },
    #[error("the bytes are not a picture of a kind that is taken")]
    NotAPicture,
    #[error("the body is not text/csv")]
    NotCsv,
    #[error("{} mistakes in the file, the first in line {}", .0.len(), .0.first().map_or(0, |first| first.line))]
    BadCsv(Vec<CsvError>),
}

/// A unique constraint that was broken names the field, and only the first of several.
impl From<database::Error> for Error {
    fn from(error: database::Error) -> Self {
        if error.violates_unique("products", "slug") {
            Self::Taken { fields: vec!["slug"] }
        } else if error.violates_unique("products", "name_folded") {
            Self::Taken { fields: vec!["name"] }
        } else {
            Self::Database(error)
        }
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::Database(error) if error.is_unavailable() => {
                tracing::warn!(error = format!("{:#}", anyhow::Error::from(error)), "the database is away");
                Self::unavailable(RETRY_AFTER)
            }
            Error::Database(error) => Self::internal(error),
            Error::ProductNotFound => Self::not_found("Cannot find product"),
            Error::PictureNotFound => Self::not_found("Cannot find picture"),
            Error::Taken { fields } => Self::taken(&fields),
            Error::VersionNotNamed => Self::precondition_required("If-Match is required")
                .with_detail("Send the version that you saw, such as If-Match: \"3\"."),
            Error::VersionPassed { current } => {
                Self::precondition_failed("The product has changed in the meantime")
                    .with_detail("Look at it again and name its present version.")
                    .with("version", current)
            }
            Error::NotAPicture => Self::unsupported_media_type(format!(
                "The body must be a PNG, JPEG, WebP or AVIF picture of at most {} KiB",
                picture::MAX_BYTES / 1024
            )),
            Error::NotCsv => Self::unsupported_media_type("The body must be text/csv"),
            Error::BadCsv(errors) => {
                Self::new(Kind::Validation, errors.first().map(in_words).unwrap_or_default())
                    .with_detail("Nothing was imported.")
                    .with("errors", errors.into_iter().map(BadCell::from).collect::<Vec<_>>())
            }
        }
    }
}

/// A place of a CSV file that is wrong; a field like any other, to those who do not know of lines.
#[derive(Serialize)]
struct BadCell {
    line: u64,
    column: String,
    #[serde(flatten)]
    field: FieldError,
}

impl From<CsvError> for BadCell {
    fn from(error: CsvError) -> Self {
        Self { line: error.line, column: error.column.clone(), field: error.into() }
    }
}

/// The mistake as a sentence.
pub(crate) fn in_words(error: &CsvError) -> String {
    let column = if error.column.is_empty() { String::new() } else { format!("{} ", error.column) };
    format!("line {}: {column}{}", error.line, error.message)
}
