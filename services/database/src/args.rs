//! Settings that every service with a database shares.

use crate::{DatabaseUrl, InvalidUrl, Schema};
use anyhow::Context as _;
use std::{
    io::{self, BufReader},
    path::{Path, PathBuf},
};

/// Where the service's own database is.
#[derive(Clone, Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct DatabaseArgs {
    /// The database: sqlite:PATH, or postgres://USER:PASSWORD@HOST/NAME?sslmode=verify-full
    #[arg(long, value_name = "URL", env = "SHOPKEEPER_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<DatabaseUrl>,
    /// A file that holds the database's URL (a mounted secret)
    #[arg(long, value_name = "FILE", env = "SHOPKEEPER_DATABASE_URL_FILE")]
    pub database_url_file: Option<PathBuf>,
}

impl DatabaseArgs {
    /// The URL, read from its file if that is where it is.
    ///
    /// # Errors
    /// The file cannot be read, or does not hold the URL of a database.
    pub fn url(&self) -> anyhow::Result<DatabaseUrl> {
        match (&self.database_url, &self.database_url_file) {
            (Some(url), _) => Ok(url.clone()),
            (None, Some(file)) => std::fs::read_to_string(file)
                .with_context(|| format!("--database-url-file: cannot read {}", file.display()))?
                .parse()
                .map_err(|error: InvalidUrl| {
                    anyhow::anyhow!("--database-url-file: {}: {error}", file.display())
                }),
            (None, None) => anyhow::bail!("--database-url or --database-url-file is needed"),
        }
    }
}

/// Write a consistent copy of the database while the service goes on.
#[derive(Clone, Debug, clap::Args)]
pub struct BackupArgs {
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// The file to write; it must not exist yet. - is standard output
    pub file: PathBuf,
}

/// Replace the database's contents by those of a backup, of either engine. Stop the service first.
#[derive(Clone, Debug, clap::Args)]
pub struct RestoreArgs {
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// The file that `backup` wrote. - is standard input
    pub file: PathBuf,
}

impl BackupArgs {
    /// Writes the backup of `service` and says what it holds.
    ///
    /// # Errors
    /// As [`crate::backup()`], or a setting is wrong.
    pub async fn run(&self, service: &str, schemas: &[Schema]) -> anyhow::Result<()> {
        let url = self.database.url()?;
        if is_pipe(&self.file) {
            let summary = crate::backup_to(&url, service, schemas, io::stdout().lock()).await?;
            eprintln!("the backup holds {summary}");
        } else {
            let summary = crate::backup(&url, service, schemas, &self.file).await?;
            println!("{} holds {summary}", self.file.display());
        }
        Ok(())
    }
}

impl RestoreArgs {
    /// Puts the backup of `service` back and says what it held.
    ///
    /// # Errors
    /// As [`crate::restore()`], or a setting is wrong.
    pub async fn run(&self, service: &str, schemas: &[Schema]) -> anyhow::Result<()> {
        let url = self.database.url()?;
        let summary = if is_pipe(&self.file) {
            crate::restore_from(&url, service, schemas, BufReader::new(io::stdin())).await?
        } else {
            crate::restore(&url, service, schemas, &self.file).await?
        };
        println!("the database is restored: {summary}");
        Ok(())
    }
}

/// Whether a file's name stands for standard input or output.
fn is_pipe(file: &Path) -> bool {
    file.as_os_str() == "-"
}
