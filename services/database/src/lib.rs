//! One service's own database, on SQLite or PostgreSQL: opened, migrated, read, written, backed up.
//!
//! SQL is written once per service: `$1` placeholders, `ON CONFLICT` and `RETURNING` are understood by both
//! engines, and five column types are enough for both (integers of 64 bits, text, bytes, and the two ways
//! to write them down: times as unix milliseconds, booleans as 0 and 1). Where the dialects differ, a store
//! matches on [`Engine`]. This crate knows no table of any service.

mod args;
mod backup;
mod database;
mod error;
mod lock;
mod metrics;
mod row;
mod schema;
mod transaction;
mod url;
mod value;
mod writer;

pub use args::{BackupArgs, DatabaseArgs, RestoreArgs};
pub use backup::{BackupError, Summary, backup, backup_to, restore, restore_from};
pub use database::{Database, OpenError};
pub use error::Error;
pub use metrics::Spent;
pub use row::{Column, Row};
pub use schema::{Migration, Schema};
pub use sqlx::AssertSqlSafe;
pub use transaction::Transaction;
pub use url::{DatabaseUrl, Engine, InvalidUrl};
pub use value::Value;
