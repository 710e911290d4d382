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
    after_restore,
};

/// A backup holds no index of words; on PostgreSQL it is a column that the server computes. Revisions leap
/// ahead, by the milliseconds since 1970, of all that were given out after the backup or an earlier restore
/// of it, so that whoever follows the feed takes the restored records for the newer ones. Ids go on after the
/// seconds since 1970: those of products that are lost still stand in baskets and orders.
fn after_restore(engine: Engine) -> &'static [&'static str] {
    match engine {
        Engine::Sqlite => &[
            "UPDATE products SET revision = revision + 1000 * unixepoch(), \
             edited_revision = edited_revision + 1000 * unixepoch()",
            "INSERT INTO products_search (products_search) VALUES ('rebuild')",
            "UPDATE sqlite_sequence SET seq = max(seq, unixepoch()) WHERE name = 'products'",
        ],
        Engine::Postgres => &[
            "UPDATE products SET \
             revision = revision + 1000 * floor(extract(epoch FROM now()))::bigint, \
             edited_revision = edited_revision + 1000 * floor(extract(epoch FROM now()))::bigint",
            "SELECT setval(pg_get_serial_sequence('products', 'id'), \
             greatest((SELECT max(id) FROM products), floor(extract(epoch FROM now()))::bigint))",
        ],
    }
}
