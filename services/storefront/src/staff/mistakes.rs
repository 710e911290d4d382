//! The places of a CSV file that are wrong, as the product service names them.

use contract::FieldError;

/// The most mistakes that the product service tells at once (its `domain/csv.rs`).
pub(crate) const MOST: usize = 100;

/// A place of a file, and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CsvMistake {
    /// The header is line 1. None if the whole file is meant.
    pub(crate) line: Option<u64>,
    /// Empty if the whole line is meant.
    pub(crate) column: String,
    /// In the service's words, which follow the column's name.
    pub(crate) message: String,
}

impl From<&FieldError> for CsvMistake {
    /// The field reads `line 4: price`.
    fn from(error: &FieldError) -> Self {
        let place = error.field.strip_prefix("line ").and_then(|place| place.split_once(':'));
        let line = place.and_then(|(line, _)| line.trim().parse().ok());
        let column = match (line, place) {
            (Some(_), Some((_, column))) => column.trim(),
            _ => error.field.as_str(),
        };
        Self { line, column: column.to_owned(), message: error.message.clone() }
    }
}

/// How many lines a file has, as an editor counts them: the last one need not be ended.
pub(crate) fn lines(file: &[u8]) -> usize {
    let ends = file.iter().filter(|byte| **byte == b'\n').count();
    ends + usize::from(file.last().is_some_and(|byte| *byte != b'\n'))
}

#[cfg(test)]
mod tests {
    use super::{CsvMistake, lines};
    use contract::{FieldError, product::CsvError};

    #[test]
    fn a_place_is_read_as_the_product_service_writes_it() {
        for (line, column) in [(4, "price"), (1, ""), (12, "a: b")] {
            let written = CsvError { line, column: column.into(), message: "is wrong".into() };
            let read = CsvMistake::from(&FieldError::from(written));
            assert_eq!(
                (read.line, read.column.as_str(), read.message.as_str()),
                (Some(line), column, "is wrong")
            );
        }
        let other = FieldError { field: "dry_run".into(), message: "must be true or false".into() };
        let read = CsvMistake::from(&other);
        assert_eq!((read.line, read.column.as_str()), (None, "dry_run"));
    }

    #[test]
    fn lines_are_counted_as_an_editor_does() {
        for (file, expected) in [("", 0), ("a", 1), ("a\n", 1), ("a\r\nb", 2), ("\n\n", 2)] {
            assert_eq!(lines(file.as_bytes()), expected, "{file:?}");
        }
    }
}
