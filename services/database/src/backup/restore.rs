//! Putting a backup back: all of it in one transaction, or nothing.

use super::{
    BackupError, Summary,
    format::{End, FORMAT, Header, Table},
    write::{describe, hex},
};
use crate::{Database, DatabaseUrl, Engine, Error, Schema, Transaction, Value, values};
use sha2::{Digest as _, Sha256};
use sqlx::AssertSqlSafe;
use std::{
    fs::File,
    io::{BufRead as _, BufReader, Lines},
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
    let summary = verify(service, schemas, path)?;
    let lines = open(path)?;
    let database = Database::open(url, schemas).await?;
    let (owned_schemas, owned_path) = (schemas.to_vec(), path.to_owned());
    let restored = database
        .write(move |transaction| {
            Box::pin(async move {
                empty(transaction, &owned_schemas).await?;
                load(transaction, &owned_schemas, lines, &owned_path).await?;
                for schema in &owned_schemas {
                    for sql in (schema.after_restore)(transaction.engine()) {
                        transaction.execute(*sql, []).await?;
                    }
                }
                Ok::<_, BackupError>(())
            })
        })
        .await;
    database.close().await;
    restored.map(|()| summary)
}

/// Reads the whole file once, before anything is touched.
fn verify(service: &str, schemas: &[Schema], path: &Path) -> Result<Summary, BackupError> {
    let damaged = |reason: &str| BackupError::Damaged { path: path.to_owned(), reason: reason.to_owned() };
    let mut lines = open(path)?;
    let mut next = || -> Result<Option<String>, BackupError> {
        lines.next().transpose().map_err(|source| BackupError::File { path: path.to_owned(), source })
    };
    let first = next()?.unwrap_or_default();
    let header: Header = serde_json::from_str(&first).map_err(|_| damaged("it has no header"))?;
    if header.format != FORMAT {
        return Err(damaged(&format!("its format is {}, not {FORMAT}", header.format)));
    }
    if header.service != service {
        let (found, expected) = (header.service, service.to_owned());
        return Err(BackupError::OtherService { path: path.to_owned(), found, expected });
    }
    for schema in schemas {
        let (found, known) = (header.schemas.get(schema.name).copied().unwrap_or(0), schema.version());
        if found > known {
            return Err(BackupError::Newer {
                path: path.to_owned(),
                schema: schema.name.to_owned(),
                found,
                known,
            });
        }
    }
    let mut digest = Sha256::new();
    let mut summary = Summary { tables: 0, rows: 0 };
    let mut line = first;
    loop {
        digest.update(line.as_bytes());
        digest.update(b"\n");
        line = next()?.ok_or_else(|| damaged("its end is missing"))?;
        if line.starts_with('[') {
            summary.rows += 1;
        } else if let Ok(end) = serde_json::from_str::<End>(&line) {
            let whole = end.rows == summary.rows && end.sha256 == hex(&digest.finalize());
            return if whole { Ok(summary) } else { Err(damaged("its digest does not match")) };
        } else {
            summary.tables += 1;
        }
    }
}

fn open(path: &Path) -> Result<Lines<BufReader<File>>, BackupError> {
    let file = File::open(path).map_err(|source| BackupError::File { path: path.to_owned(), source })?;
    Ok(BufReader::new(file).lines())
}

async fn empty(transaction: &mut Transaction, schemas: &[Schema]) -> Result<(), Error> {
    let tables: Vec<_> = schemas.iter().flat_map(|schema| schema.tables).copied().collect();
    if transaction.engine() == Engine::Postgres {
        transaction.execute("SET LOCAL statement_timeout = 0", []).await?;
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
    lines: Lines<BufReader<File>>,
    path: &Path,
) -> Result<(), BackupError> {
    let damaged = |reason: String| BackupError::Damaged { path: path.to_owned(), reason };
    let mut current: Option<Table> = None;
    let mut waiting: Vec<Vec<Value>> = Vec::new();
    for line in lines.skip(1) {
        let line = line.map_err(|source| BackupError::File { path: path.to_owned(), source })?;
        if line.starts_with('[') {
            let table = current.as_ref().ok_or_else(|| damaged("rows come before their table".to_owned()))?;
            let row = table.read(&line);
            waiting.push(row.ok_or_else(|| damaged(format!("a row of {} cannot be read", table.table)))?);
            if waiting.len() == GROUP {
                insert(transaction, table, &mut waiting).await?;
            }
            continue;
        }
        if let Some(table) = current.take() {
            insert(transaction, &table, &mut waiting).await?;
            restart_sequences(transaction, &table).await?;
        }
        if let Ok(table) = serde_json::from_str::<Table>(&line) {
            let here = schemas.iter().flat_map(|schema| schema.tables).any(|name| *name == table.table);
            let columns = describe(transaction, &table.table).await?.columns;
            let fits =
                table.columns.iter().all(|field| columns.iter().any(|column| column.name == field.name));
            if !here || !fits {
                return Err(damaged(format!("this version does not have the table {} so", table.table)));
            }
            current = Some(table);
        }
    }
    Ok(())
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
