//! The tables of the user service.

use database::{Migration, Schema};

/// Accounts, sessions, refresh tokens, and the staff login that was last enforced.
pub const SCHEMA: Schema = Schema {
    name: "user",
    sqlite: &[Migration {
        version: 1,
        description: "accounts",
        sql: include_str!("../migrations/sqlite/0001_accounts.sql"),
    }],
    postgres: &[Migration {
        version: 1,
        description: "accounts",
        sql: include_str!("../migrations/postgres/0001_accounts.sql"),
    }],
    tables: &["users", "sessions", "refresh_tokens", "staff_login"],
    after_restore: |_engine| &[],
};
