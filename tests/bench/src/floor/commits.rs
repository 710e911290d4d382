//! A bare group-commit loop: the statements that a request makes, so many requests in a transaction.
//!
//! The statements are those of the order service, over the same driver with the same settings; no request is
//! read, nobody is asked for a key, nothing is decided, nobody waits for an answer.

use crate::{arguments::Statements, data, keys::now_ms, sample::Sample, server::cpu_seconds};
use sqlx::{
    ConnectOptions, Row, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{path::Path, time::Instant};
use uuid::Uuid;

/// Runs them for the shoppers 1 to `users` and writes what it showed; the latency is that of a group.
///
/// # Errors
/// The database refused a statement.
pub(crate) fn run(database: &Path, statements: Statements, users: usize, group: usize) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let sample = runtime.block_on(commits(database, statements, i64::try_from(users)?, group))?;
    println!("{}", serde_json::to_string(&sample)?);
    Ok(())
}

async fn commits(
    database: &Path,
    statements: Statements,
    users: i64,
    group: usize,
) -> anyhow::Result<Sample> {
    let options = SqliteConnectOptions::new()
        .filename(database)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .disable_statement_logging();
    let mut connection = options.connect().await?;
    let shoppers: Vec<i64> = (1..=users).collect();
    let (mut latencies_us, cpu_before, began) = (Vec::new(), cpu_seconds("self")?, Instant::now());
    for group in shoppers.chunks(group) {
        let one = Instant::now();
        sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await?;
        for user_id in group {
            match statements {
                Statements::AddItem => add_item(&mut connection, *user_id).await?,
                Statements::CheckOut => check_out(&mut connection, *user_id).await?,
            }
        }
        sqlx::query("COMMIT").execute(&mut connection).await?;
        let took_us = u32::try_from(one.elapsed().as_micros())?;
        latencies_us.extend(group.iter().map(|_| took_us));
    }
    Ok(Sample::of(latencies_us, began.elapsed().as_secs_f64(), cpu_seconds("self")? - cpu_before))
}

const OPEN_ORDER: &str = "SELECT id FROM orders WHERE user_id = $1 AND state = 'open'";

async fn add_item(connection: &mut SqliteConnection, user_id: i64) -> anyhow::Result<()> {
    let order_id: i64 =
        sqlx::query(OPEN_ORDER).bind(user_id).fetch_one(&mut *connection).await?.try_get("id")?;
    let product_id = added_product(user_id);
    sqlx::query(
        "SELECT i.product_id, i.quantity, c.name, c.price AS unit_price FROM order_items i \
         JOIN catalogue c ON c.id = i.product_id WHERE i.order_id = $1 ORDER BY i.position",
    )
    .bind(order_id)
    .fetch_all(&mut *connection)
    .await?;
    sqlx::query("SELECT id, name, price FROM catalogue WHERE id IN ($1)")
        .bind(product_id)
        .fetch_all(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO order_items (order_id, product_id, position, quantity) \
         SELECT $1, $2, coalesce(max(position), 0) + 1, $3 FROM order_items WHERE order_id = $1 \
         ON CONFLICT (order_id, product_id) DO UPDATE SET quantity = excluded.quantity",
    )
    .bind(order_id)
    .bind(product_id)
    .bind(1)
    .execute(&mut *connection)
    .await?;
    Ok(())
}

/// The product that a shopper adds.
pub(crate) fn added_product(user_id: i64) -> i64 {
    1 + user_id * 13 % data::PRODUCTS
}

async fn check_out(connection: &mut SqliteConnection, user_id: i64) -> anyhow::Result<()> {
    let (order_uid, key, now_ms) = (Uuid::new_v4().to_string(), Uuid::new_v4().to_string(), now_ms());
    let order_id: i64 =
        sqlx::query(OPEN_ORDER).bind(user_id).fetch_one(&mut *connection).await?.try_get("id")?;
    sqlx::query(
        "SELECT order_id, digest FROM idempotency_keys WHERE user_id = $1 AND key = $2 AND created_at > $3",
    )
    .bind(user_id)
    .bind(&key)
    .bind(now_ms - 86_400_000)
    .fetch_optional(&mut *connection)
    .await?;
    let lines = sqlx::query(
        "UPDATE order_items SET name = c.name, unit_price = c.price FROM catalogue c \
         WHERE c.id = order_items.product_id AND order_items.order_id = $1 \
         RETURNING order_items.position AS position, order_items.product_id AS product_id, \
         order_items.quantity AS quantity, order_items.name AS name, order_items.unit_price AS unit_price",
    )
    .bind(order_id)
    .fetch_all(&mut *connection)
    .await?;
    sqlx::query(
        "UPDATE orders SET state = 'placed', order_uid = $1, total = $2, placed_at = $3, \
         delivery_name = $4, delivery_address = $5 WHERE id = $6",
    )
    .bind(&order_uid)
    .bind(9_000)
    .bind(now_ms)
    .bind(None::<String>)
    .bind(None::<String>)
    .bind(order_id)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO idempotency_keys (user_id, key, digest, order_id, created_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (user_id, key) DO UPDATE \
         SET digest = excluded.digest, order_id = excluded.order_id, created_at = excluded.created_at",
    )
    .bind(user_id)
    .bind(&key)
    .bind(vec![7_u8; 32])
    .bind(order_id)
    .bind(now_ms)
    .execute(&mut *connection)
    .await?;
    let line = r#"{"product_id":100,"quantity":2}"#;
    let told = format!(r#"{{"order_uid":"{order_uid}","lines":[{}]}}"#, vec![line; lines.len()].join(","));
    sqlx::query("INSERT INTO outbox (type, data, traceparent, created_at) VALUES ($1, $2, $3, $4)")
        .bind("dev.shopkeeper.order.placed")
        .bind(told)
        .bind("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .bind(now_ms)
        .execute(&mut *connection)
        .await?;
    Ok(())
}
