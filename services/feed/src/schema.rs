//! The three tables that every service with a feed has.

use database::{Engine, Migration, Schema};

/// The outbox, the feed's epoch, and the positions in the feeds of others.
pub const SCHEMA: Schema = Schema {
    name: "feed",
    sqlite: &[Migration {
        version: 1,
        description: "feed",
        sql: include_str!("../migrations/sqlite/0001_feed.sql"),
    }],
    postgres: &[Migration {
        version: 1,
        description: "feed",
        sql: include_str!("../migrations/postgres/0001_feed.sql"),
    }],
    tables: &["outbox", "feed_head", "feed_position"],
    after_restore: renew_epoch,
};

/// A restored database has forgotten events that others have seen: its feed is another one.
fn renew_epoch(engine: Engine) -> &'static [&'static str] {
    match engine {
        Engine::Sqlite => &["UPDATE feed_head SET epoch = lower(hex(randomblob(16)))"],
        Engine::Postgres => &["UPDATE feed_head SET epoch = replace(gen_random_uuid()::text, '-', '')"],
    }
}
