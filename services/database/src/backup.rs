//! Copies of a database: taken while the service goes on, of one moment, readable by either engine.
//!
//! A backup is a file of JSON lines: a header, then each table's columns and rows, then a closing line with
//! a count and a SHA-256 digest, without which a file is not taken. Since it knows no engine, a shop can move
//! from the embedded database to PostgreSQL, or back, by `backup` and `restore`. A pipe may take the file's place:
//! a container's image has no shell, and its only disk may be the one that is being backed up.

mod format;
mod read;
mod restore;
mod write;

pub use restore::{restore, restore_from};
pub use write::{backup, backup_to};

use std::{fmt, io, path::PathBuf};

/// What a backup holds, or a restore has put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    pub tables: usize,
    pub rows: u64,
}

impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} rows in {} tables", self.rows, self.tables)
    }
}

/// A backup could not be made or put back. The database is as it was.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{} exists already; name a file that does not", path.display())]
    Exists { path: PathBuf },
    #[error("{} cannot be read or written", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{} is not a whole backup: {reason}", path.display())]
    Damaged { path: PathBuf, reason: String },
    #[error("{} is a backup of the {found} service, not of {expected}", path.display())]
    OtherService { path: PathBuf, found: String, expected: String },
    #[error("{} was written by a newer version (schema {schema} {found}, here {known}); restore with that version", path.display())]
    Newer { path: PathBuf, schema: String, found: i64, known: i64 },
    #[error("the database cannot be opened")]
    Open(#[from] crate::OpenError),
    #[error("the database cannot be read or written")]
    Database(#[from] crate::Error),
}
