//! The tables of this service, and how they came to be.

use database::{Engine, Migration, Schema};

/// The catalogue, its stock and pictures, and what is held for orders.
pub const SCHEMA: Schema = Schema {
    name: "product",
    sqlite: &[Migration {
        version: 1,
        description: "products",
        sql: include_str!("../migrations/sqlite/0001_products.sql"),
    }],
    postgres: &[Migration {
        version: 1,
        description: "products",
        sql: include_str!("../migrations/postgres/0001_products.sql"),
    }],
    tables: &["products", "stock", "reservations", "reservation_lines", "pictures", "first_catalogue"],
    after_restore: rebuild_search,
};

/// A backup holds no index of words; on PostgreSQL it is a column that the server computes.
fn rebuild_search(engine: Engine) -> &'static [&'static str] {
    match engine {
        Engine::Sqlite => &["INSERT INTO products_search (products_search) VALUES ('rebuild')"],
        Engine::Postgres => &[],
    }
}
