//! The tables of the user service.

use database::{Engine, Migration, Schema};

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
    after_restore: raise_ids,
};

/// Accounts that were made after the backup are lost, but not the baskets and orders under their ids, nor
/// the keys that name them. So no id may be given out again, though a fresh database knows nothing of them:
/// ids go on after the seconds since 1970, which are ahead of all that earlier ones reached.
fn raise_ids(engine: Engine) -> &'static [&'static str] {
    match engine {
        Engine::Sqlite => &["UPDATE sqlite_sequence SET seq = max(seq, unixepoch()) WHERE name = 'users'"],
        Engine::Postgres => &["SELECT setval(pg_get_serial_sequence('users', 'id'), \
             greatest((SELECT max(id) FROM users), floor(extract(epoch FROM now()))::bigint))"],
    }
}
