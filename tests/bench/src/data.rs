//! Databases filled with SQL, in the tables that the services themselves have made.
//!
//! The statements are understood by both engines.

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, sqlite::SqliteConnectOptions};
use std::time::Duration;

/// Products of a catalogue where carts are filled.
pub(crate) const PRODUCTS: i64 = 1_000;

/// Lines of a filled basket.
pub(crate) const LINES: i64 = 3;

/// Runs statements on a database of either engine; a service may have it open.
///
/// # Errors
/// The engine refused one.
pub(crate) async fn execute(url: &str, statements: &[String]) -> anyhow::Result<()> {
    let sql = AssertSqlSafe(format!("BEGIN; {}; COMMIT", statements.join("; ")));
    match url.strip_prefix("sqlite:") {
        Some(path) => {
            let options = SqliteConnectOptions::new().filename(path).busy_timeout(Duration::from_secs(60));
            let mut connection = options.disable_statement_logging().connect().await?;
            sqlx::raw_sql(sql).execute(&mut connection).await?;
            connection.close().await?;
        }
        None => {
            let mut connection = PgConnection::connect(url).await?;
            sqlx::raw_sql(sql).execute(&mut connection).await?;
            connection.close().await?;
        }
    }
    Ok(())
}

/// The numbers from `first` to `last`, as `n(i)`.
fn numbers(first: i64, last: i64) -> String {
    format!("WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})")
}

/// The product service's products `first` to `last`. All have the word `tea`, every hundredth has `oolong`;
/// names and prices are equally long, so that answers are, too.
pub(crate) fn products(first: i64, last: i64) -> Vec<String> {
    let n = numbers(first, last);
    let word = "CASE i % 100 WHEN 0 THEN 'oolong' ELSE 'gyokuro' END";
    vec![
        format!(
            "INSERT INTO products (slug, name, name_folded, price, category, description, image, stock, \
             version, revision, edited_revision) {n} SELECT 'tea-' || (1000000 + i), \
             'Tea ' || (1000000 + i), 'tea ' || (1000000 + i), 1000 + i % 9000, 'Shelf ' || (10 + i % 20), \
             'A fine tea, ' || {word} || ', from the garden number ' || (1000000 + i), '', 'in_stock', \
             1, 1, 1 FROM n"
        ),
        format!(
            "INSERT INTO stock (product_id, restocked_total, reserved_total, sold_total, quantity) \
             SELECT id, 1000000, 0, 0, 1000000 FROM products WHERE slug >= 'tea-{}'",
            1_000_000 + first
        ),
    ]
}

/// Pictures for all of them: pages of a shop have some.
pub(crate) fn pictures() -> Vec<String> {
    vec!["UPDATE products SET image = '/assets/tea-house/earl-grey-with-real-bergamot.webp'".to_owned()]
}

/// The order service's copy of such products.
pub(crate) fn catalogue() -> Vec<String> {
    vec![format!(
        "INSERT INTO catalogue (id, slug, name, price, stock, revision) {} SELECT i, \
         'tea-' || (1000000 + i), 'Tea ' || (1000000 + i), 1000 + i % 9000, 'in_stock', 1 FROM n",
        numbers(1, PRODUCTS)
    )]
}

/// A filled basket for each of the shoppers 1 to `shoppers` who has none.
pub(crate) fn baskets(shoppers: i64) -> Vec<String> {
    vec![
        format!(
            "INSERT INTO orders (user_id, state, currency) {} SELECT i, 'open', 'EUR' FROM n \
             WHERE true ON CONFLICT DO NOTHING",
            numbers(1, shoppers)
        ),
        format!(
            "INSERT INTO order_items (order_id, product_id, position, quantity) {} \
             SELECT o.id, 1 + (o.id * 7 + n.i) % {PRODUCTS}, n.i, 2 FROM orders o CROSS JOIN n \
             WHERE o.state = 'open' AND o.user_id <= {shoppers} ON CONFLICT DO NOTHING",
            numbers(1, LINES)
        ),
    ]
}

/// Fulfilled orders `first` to `last` with two lines each, spread over `owners` shoppers.
pub(crate) fn orders(first: i64, last: i64, owners: i64, placed_at_ms: i64) -> Vec<String> {
    let n = numbers(first, last);
    let uid = "'00000000-0000-4000-8000-'";
    vec![
        format!(
            "INSERT INTO orders (order_uid, user_id, state, currency, total, placed_at) {n} \
             SELECT {uid} || (100000000000 + i), 1 + i % {owners}, 'fulfilled', 'EUR', 2000, {placed_at_ms} FROM n"
        ),
        format!(
            "INSERT INTO order_items (order_id, product_id, position, quantity, name, unit_price) {n} \
             SELECT o.id, 1 + (o.id + p.position * 7) % {PRODUCTS}, p.position, 1, 'Tea', 1000 FROM n \
             JOIN orders o ON o.order_uid = {uid} || (100000000000 + n.i) \
             CROSS JOIN (SELECT 1 AS position UNION ALL SELECT 2) p"
        ),
    ]
}

/// A database on a PostgreSQL server that goes away in the end.
pub(crate) struct PostgresDatabase {
    server: String,
    name: String,
    pub(crate) url: String,
}

impl PostgresDatabase {
    /// # Errors
    /// The server cannot be reached, or the role may not create databases.
    pub(crate) async fn create(server: &str, name: &str) -> anyhow::Result<Self> {
        let name = format!("bench_{name}_{}", std::process::id());
        statement(server, format!("CREATE DATABASE {name}")).await?;
        let (address, query) = server.split_once('?').map_or((server, None), |(a, q)| (a, Some(q)));
        let host_end = address.find("://").map_or(0, |scheme| scheme + 3);
        let host_end = address[host_end..].find('/').map_or(address.len(), |slash| host_end + slash);
        let query = query.map_or(String::new(), |query| format!("?{query}"));
        let url = format!("{}/{name}{query}", &address[..host_end]);
        Ok(Self { server: server.to_owned(), name, url })
    }

    /// Drops it.
    ///
    /// # Errors
    /// The server cannot be reached.
    pub(crate) async fn drop(self) -> anyhow::Result<()> {
        statement(&self.server, format!("DROP DATABASE {} WITH (FORCE)", self.name)).await
    }
}

async fn statement(server: &str, sql: String) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(server).await?;
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await?;
    Ok(connection.close().await?)
}
