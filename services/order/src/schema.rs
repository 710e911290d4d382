//! The tables of this service, and how they came to be.

use database::{Migration, Schema};

/// Catalogue, baskets, orders, and what may be repeated.
pub const SCHEMA: Schema = Schema {
    name: "order",
    sqlite: &[Migration {
        version: 1,
        description: "orders",
        sql: include_str!("../migrations/sqlite/0001_orders.sql"),
    }],
    postgres: &[Migration {
        version: 1,
        description: "orders",
        sql: include_str!("../migrations/postgres/0001_orders.sql"),
    }],
    tables: &["catalogue", "orders", "order_items", "idempotency_keys", "merges"],
    after_restore: |_engine| &[],
};
