//! Putting a backup back: all of it in one transaction, or nothing.

use super::{
    BackupError, Summary,
    format::Table,
    read::{Line, Lines},
    write::describe,
};
use crate::{Database, DatabaseUrl, Engine, Error, Schema, Transaction, Value, values};
use sqlx::AssertSqlSafe;
use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

/// Rows per statement.
const GROUP: usize = 100;

/// Replaces everything in the database by what the backup holds. What a newer version of the schema has
/// added keeps its defaults; feeds get a new epoch, so that consumers start over.
///
/// # Errors
/// The file is damaged, of another service or of a newer version; or the database is in use (SQLite) or
/// cannot be written. Nothing has changed then.
pub async fn restore(
    url: &DatabaseUrl,
    service: &str,
    schemas: &[Schema],
    path: &Path,
) -> Result<Summary, BackupError> {
    let file = File::open(path).map_err(|source| BackupError::File { path: path.to_owned(), source })?;
    let lines = Lines::begin(BufReader::new(file), path, service, schemas)?;
    put_back(url, schemas, lines).await
}

/// As [`restore`], of what somebody else reads or sends.
///
/// # Errors
/// As [`restore`].
pub async fn restore_from(
    url: &DatabaseUrl,
    service: &str,
    schemas: &[Schema],
    input: impl BufRead + Send + 'static,
) -> Result<Summary, BackupError> {
    put_back(url, schemas, Lines::begin(input, Path::new("the input"), service, schemas)?).await
}

/// The database is asked for only once the backup has begun to come.
async fn put_back(
    url: &DatabaseUrl,
    schemas: &[Schema],
    mut lines: Lines<impl BufRead + Send + 'static>,
) -> Result<Summary, BackupError> {
    let database = Database::open(url, schemas).await?;
    let owned_schemas = schemas.to_vec();
    let restored = database
        .write(move |transaction| {
            Box::pin(async move {
                empty(transaction, &owned_schemas).await?;
                match load(transaction, &owned_schemas, &mut lines).await {
                    Ok(()) => {}
                    Err(error @ BackupError::Database(_)) => return Err(lines.reason(error)),
                    Err(error) => return Err(error),
                }
                for schema in &owned_schemas {
                    for sql in (schema.after_restore)(transaction.engine()) {
                        transaction.execute(*sql, []).await?;
                    }
                }
                Ok::<_, BackupError>(lines.read())
            })
        })
        .await;
    database.close().await;
    restored
}

async fn empty(transaction: &mut Transaction, schemas: &[Schema]) -> Result<(), Error> {
    let tables: Vec<_> = schemas.iter().flat_map(|schema| schema.tables).copied().collect();
    if transaction.engine() == Engine::Postgres {
        transaction.execute("SET LOCAL statement_timeout = 0", []).await?;
        // The backup comes as slowly as it comes.
        transaction.execute("SET LOCAL idle_in_transaction_session_timeout = 0", []).await?;
        let truncate = format!("TRUNCATE {}", tables.join(", "));
        transaction.execute(AssertSqlSafe(truncate), []).await?;
    } else {
        for table in tables.iter().rev() {
            transaction.execute(AssertSqlSafe(format!("DELETE FROM {table}")), []).await?;
        }
    }
    Ok(())
}

async fn load(
    transaction: &mut Transaction,
    schemas: &[Schema],
    lines: &mut Lines<impl BufRead>,
) -> Result<(), BackupError> {
    let mut current: Option<Table> = None;
    let mut waiting: Vec<Vec<Value>> = Vec::new();
    loop {
        let line = lines.next()?;
        if let Some(Line::Row(row)) = line {
            let Some(table) = &current else {
                return Err(lines.damaged("rows come before their table".to_owned()));
            };
            let row = table.read(&row);
            waiting
                .push(row.ok_or_else(|| lines.damaged(format!("a row of {} cannot be read", table.table)))?);
            if waiting.len() == GROUP {
                insert(transaction, table, &mut waiting).await?;
            }
            continue;
        }
        if let Some(table) = current.take() {
            insert(transaction, &table, &mut waiting).await?;
            restart_sequences(transaction, &table).await?;
        }
        let Some(Line::Table(table)) = line else { return Ok(()) };
        let here = schemas.iter().flat_map(|schema| schema.tables).any(|name| *name == table.table);
        let columns = describe(transaction, &table.table).await?.columns;
        let fits = table.columns.iter().all(|field| columns.iter().any(|column| column.name == field.name));
        if !here || !fits {
            return Err(lines.damaged(format!("this version does not have the table {} so", table.table)));
        }
        current = Some(table);
    }
}

/// Inserts the waiting rows in one statement.
async fn insert(
    transaction: &mut Transaction,
    table: &Table,
    waiting: &mut Vec<Vec<Value>>,
) -> Result<(), Error> {
    if waiting.is_empty() {
        return Ok(());
    }
    let width = table.columns.len();
    let row = |index: usize| {
        let places: Vec<_> = (1..=width).map(|column| format!("${}", index * width + column)).collect();
        format!("({})", places.join(", "))
    };
    let rows: Vec<_> = (0..waiting.len()).map(row).collect();
    let columns: Vec<_> = table.columns.iter().map(|field| field.name.as_str()).collect();
    // The names have been compared with those of our own tables.
    let sql = format!("INSERT INTO {} ({}) VALUES {}", table.table, columns.join(", "), rows.join(", "));
    transaction.execute(AssertSqlSafe(sql), waiting.drain(..).flatten()).await.map(drop)
}

/// PostgreSQL's identity columns go on after the greatest restored id. SQLite sees to that by itself.
async fn restart_sequences(transaction: &mut Transaction, table: &Table) -> Result<(), Error> {
    if transaction.engine() == Engine::Sqlite {
        return Ok(());
    }
    let columns = transaction
        .fetch_all(
            "SELECT column_name::text AS name FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1 AND is_identity = 'YES'",
            values![table.table.as_str()],
        )
        .await?;
    for column in columns {
        let column: String = column.get("name")?;
        let sql = format!(
            "SELECT setval(pg_get_serial_sequence('{0}', '{column}'), \
             greatest((SELECT max({column}) FROM {0}), nextval(pg_get_serial_sequence('{0}', '{column}'))))",
            table.table
        );
        transaction.fetch_one(AssertSqlSafe(sql), []).await?;
    }
    Ok(())
}
