//! The only SQL of the user service. Both engines understand all of it, but for row locks.
//!
//! On PostgreSQL every write that concerns one account locks its row first, so that logins, refreshes and
//! revocations of one account come one after the other. On SQLite all writes do so anyway.

mod accounts;
mod revocations;
mod sessions;
mod staff_login;

pub use accounts::{Credentials, NewAccount};
pub use sessions::{NewSession, Refreshed, Successor};
pub use staff_login::{Enforced, StaffLogin};

use contract::user::User;
use database::{Database, Engine, Error, Row, Transaction, values};

/// The accounts and sessions of a shop. Clones are one.
#[derive(Clone)]
pub struct Store {
    database: Database,
}

impl Store {
    /// On a database that was opened with [`crate::schema::SCHEMA`] and [`feed::SCHEMA`].
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

/// The columns that [`read_user`] reads, in a statement that begins with them.
macro_rules! select_user {
    ($rest:literal) => {
        concat!(
            "SELECT users.id, username, email, first_name, last_name, is_active, is_admin, password_hash, \
             password_changes FROM users ",
            $rest
        )
    };
}
use select_user;

fn read_user(row: &Row) -> Result<User, Error> {
    Ok(User {
        api_key: None,
        email: row.get("email")?,
        first_name: row.get("first_name")?,
        id: row.get("id")?,
        is_active: row.get_bool("is_active")?,
        is_admin: row.get_bool("is_admin")?,
        last_name: row.get("last_name")?,
        username: row.get("username")?,
    })
}

/// Reads an account and keeps others from changing it, or its sessions, until this write is over.
async fn lock_user(transaction: &mut Transaction, user_id: i64) -> Result<Option<Credentials>, Error> {
    let sql = match transaction.engine() {
        Engine::Sqlite => select_user!("WHERE id = $1"),
        Engine::Postgres => select_user!("WHERE id = $1 FOR UPDATE"),
    };
    transaction.fetch_optional(sql, values![user_id]).await?.as_ref().map(Credentials::read).transpose()
}
