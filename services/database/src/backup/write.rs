//! Writing a backup: one transaction sees one moment, whatever the service goes on doing.

use super::{
    BackupError, Summary,
    format::{End, FORMAT, Field, Header, Kind, Table},
};
use crate::{DatabaseUrl, Engine, Error, Schema, Transaction, database::reader, values};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use sqlx::AssertSqlSafe;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Writes the whole database into a new file; it appears under its name once it is complete and on disk.
///
/// # Errors
/// The file exists, cannot be written, or the database cannot be read.
pub async fn backup(
    url: &DatabaseUrl,
    service: &str,
    schemas: &[Schema],
    path: &Path,
) -> Result<Summary, BackupError> {
    if path.exists() {
        return Err(BackupError::Exists { path: path.to_owned() });
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".partial");
    let partial = PathBuf::from(name);
    let written = write_file(url, service, schemas, &partial).await.and_then(|summary| {
        publish(&partial, path).map_err(|source| BackupError::File { path: path.to_owned(), source })?;
        Ok(summary)
    });
    if written.is_err() {
        // The error that is returned says more than one about the leftover could.
        let _ = fs::remove_file(&partial);
    }
    written
}

/// Writes the whole database to whoever reads the other end. What has no last line is no backup.
///
/// # Errors
/// Nobody reads on, or the database cannot be read.
pub async fn backup_to<Output: Write>(
    url: &DatabaseUrl,
    service: &str,
    schemas: &[Schema],
    output: Output,
) -> Result<Summary, BackupError> {
    let (summary, _) = write(url, service, schemas, Path::new("the output"), output).await?;
    Ok(summary)
}

/// Gives the complete file its name, in a way that outlasts a power cut.
fn publish(partial: &Path, path: &Path) -> io::Result<()> {
    fs::rename(partial, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

async fn write_file(
    url: &DatabaseUrl,
    service: &str,
    schemas: &[Schema],
    partial: &Path,
) -> Result<Summary, BackupError> {
    let failed = |source| BackupError::File { path: partial.to_owned(), source };
    let file = create(partial).map_err(failed)?;
    let (summary, file) = write(url, service, schemas, partial, file).await?;
    file.sync_all().map_err(failed)?;
    Ok(summary)
}

/// Writes the lines, and gives back what they were written to.
async fn write<Output: Write>(
    url: &DatabaseUrl,
    service: &str,
    schemas: &[Schema],
    name: &Path,
    output: Output,
) -> Result<(Summary, Output), BackupError> {
    let failed = |source| BackupError::File { path: name.to_owned(), source };
    let mut transaction = reader(url).await?;
    let mut lines = Lines { output: BufWriter::new(output), digest: Sha256::new() };
    lines.add(&header(service, schemas)).map_err(failed)?;
    let tables: Vec<_> = schemas.iter().flat_map(|schema| schema.tables).collect();
    let mut rows = 0;
    for table in &tables {
        let table = describe(&mut transaction, table).await?;
        lines.add(&table).map_err(failed)?;
        let columns: Vec<_> = table.columns.iter().map(|field| field.name.as_str()).collect();
        // Names come from the schema and the catalogue, never from outside.
        let select = AssertSqlSafe(format!("SELECT {} FROM {}", columns.join(", "), table.table));
        let mut trouble = Ok(());
        transaction
            .each(select, |row| {
                rows += 1;
                let line = table.write(&row)?;
                if trouble.is_ok() {
                    trouble = lines.add(&line);
                }
                Ok(())
            })
            .await?;
        trouble.map_err(failed)?;
    }
    let output = lines.end(rows).map_err(failed)?;
    Ok((Summary { tables: tables.len(), rows }, output))
}

fn header(service: &str, schemas: &[Schema]) -> Header {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Header {
        format: FORMAT.to_owned(),
        service: service.to_owned(),
        schemas: schemas.iter().map(|schema| (schema.name.to_owned(), schema.version())).collect(),
        created_at_ms: u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX),
    }
}

/// The columns of a table, without those that the engine computes.
pub(super) async fn describe(transaction: &mut Transaction, table: &str) -> Result<Table, Error> {
    let sql = match transaction.engine() {
        Engine::Sqlite => "SELECT name, type FROM pragma_table_xinfo($1) WHERE hidden = 0 ORDER BY cid",
        Engine::Postgres => {
            "SELECT column_name::text AS name, data_type::text AS type FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1 AND is_generated = 'NEVER' \
             ORDER BY ordinal_position"
        }
    };
    let rows = transaction.fetch_all(sql, values![table]).await?;
    let field = |row: &crate::Row| {
        let declared: String = row.get("type")?;
        let kind = Kind::of(&declared).ok_or(Error::Corrupt { column: "type" })?;
        Ok(Field { name: row.get("name")?, kind })
    };
    Ok(Table { table: table.to_owned(), columns: rows.iter().map(field).collect::<Result<_, Error>>()? })
}

/// Readable by its owner only: it holds password hashes and addresses.
fn create(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

/// What is being written, and the digest of it so far.
struct Lines<Output: Write> {
    output: BufWriter<Output>,
    digest: Sha256,
}

impl<Output: Write> Lines<Output> {
    fn add(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.digest.update(&text);
        self.output.write_all(&text)
    }

    fn end(mut self, rows: u64) -> io::Result<Output> {
        let sha256 = hex(&self.digest.clone().finalize());
        self.add(&End { rows, sha256 })?;
        self.output.flush()?;
        self.output.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
