//! The tables that a crate brings along, and how they come to be.

use crate::{Engine, OpenError};
use sqlx::{
    SqlSafeStr,
    migrate::{Migrate, MigrationType, Migrator},
};

/// A set of tables, with one series of migrations per engine.
///
/// Migrations expand, then contract: version N-1 of a service runs on the tables of version N, so a
/// migration that is unknown to the running program is no error.
#[derive(Clone, Copy)]
pub struct Schema {
    /// Names the table `_<name>_migrations` that remembers what was applied.
    pub name: &'static str,
    /// The migrations for SQLite, oldest first.
    pub sqlite: &'static [Migration],
    /// The migrations for PostgreSQL, with the same versions.
    pub postgres: &'static [Migration],
    /// Every table that a backup holds, in an order in which rows can be inserted.
    pub tables: &'static [&'static str],
    /// Statements that rebuild what a backup leaves out (a search index); run after a restore.
    pub after_restore: fn(Engine) -> &'static [&'static str],
}

/// One step of a schema; once released it never changes.
#[derive(Clone, Copy)]
pub struct Migration {
    /// 1, 2, 3, ….
    pub version: i64,
    /// What it does, in a few words.
    pub description: &'static str,
    /// The statements, embedded with `include_str!`; they run in one transaction.
    pub sql: &'static str,
}

impl Schema {
    /// The newest migration of this program.
    pub(crate) fn version(&self) -> i64 {
        self.sqlite.iter().map(|migration| migration.version).max().unwrap_or(0)
    }

    /// Brings the tables up to this program's version, or leaves them if they are newer. On PostgreSQL an
    /// advisory lock lets one process migrate at a time; a SQLite file has one process anyway.
    pub(crate) async fn migrate<C: Migrate>(
        &self,
        engine: Engine,
        connection: &mut C,
    ) -> Result<(), OpenError> {
        let migrations = match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        };
        let steps = migrations.iter().map(|step| {
            sqlx::migrate::Migration::new(
                step.version,
                step.description.into(),
                MigrationType::Simple,
                step.sql.into_sql_str(),
                false,
            )
        });
        let mut migrator = Migrator::with_migrations(steps.collect());
        migrator.dangerous_set_table_name(format!("_{}_migrations", self.name));
        migrator.set_ignore_missing(true);
        migrator
            .run_direct(None, connection, false)
            .await
            .map_err(|source| OpenError::Migrate { schema: self.name, source })
    }
}
