//! The import of a CSV file.

mod kept;
