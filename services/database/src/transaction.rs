//! Statements that take effect together or not at all.

use crate::{Engine, Error, Row, Value, metrics::Timed, value::bind};
use futures::TryStreamExt as _;
use sqlx::{Postgres, SqlSafeStr, SqlStr, Sqlite, SqliteConnection};

/// A transaction under way; all its statements see one state of the database.
pub struct Transaction {
    pub(crate) connection: Connection,
    at_commit: Vec<(SqlStr, Vec<Value>)>,
    announces: bool,
    /// Of a transaction for reading, as long as it lasts.
    _timed: Option<Timed>,
}

/// No values.
const NONE: [Value; 0] = [];

pub(crate) enum Connection {
    /// The one connection that writes; its writer begins and commits.
    SqliteWriter(SqliteConnection),
    SqliteReader(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// Runs `$body` with `$connection` as the connection, `$bound` as the statement and `$row` as the way to
/// wrap a row, for whichever engine this is.
macro_rules! on_engine {
    ($self:ident, $sql:ident, $values:ident, |$connection:ident, $bound:ident, $row:ident| $body:expr) => {
        match &mut $self.connection {
            Connection::SqliteWriter($connection) => {
                let ($bound, $row) = (bind::<Sqlite>($sql, $values), Row::Sqlite);
                $body
            }
            Connection::SqliteReader($connection) => {
                let ($connection, $bound, $row) =
                    (&mut **$connection, bind::<Sqlite>($sql, $values), Row::Sqlite);
                $body
            }
            Connection::Postgres($connection) => {
                let ($connection, $bound, $row) =
                    (&mut **$connection, bind::<Postgres>($sql, $values), Row::Postgres);
                $body
            }
        }
    };
}

impl Transaction {
    pub(crate) fn new(connection: Connection) -> Self {
        Self { connection, at_commit: Vec::new(), announces: false, _timed: None }
    }

    /// The same, measured from then to its end.
    pub(crate) fn timed(self, timed: Timed) -> Self {
        Self { _timed: Some(timed), ..self }
    }

    /// The engine, for statements whose dialects differ.
    pub fn engine(&self) -> Engine {
        match self.connection {
            Connection::SqliteWriter(_) | Connection::SqliteReader(_) => Engine::Sqlite,
            Connection::Postgres(_) => Engine::Postgres,
        }
    }

    /// Runs a statement and tells how many rows it touched.
    ///
    /// # Errors
    /// The engine refused it; the transaction can only be given up then.
    pub async fn execute(
        &mut self,
        sql: impl SqlSafeStr,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<u64, Error> {
        Ok(on_engine!(self, sql, values, |connection, bound, _row| bound
            .execute(connection)
            .await?
            .rows_affected()))
    }

    /// All rows of the answer.
    ///
    /// # Errors
    /// As [`Transaction::execute`].
    pub async fn fetch_all(
        &mut self,
        sql: impl SqlSafeStr,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<Row>, Error> {
        Ok(on_engine!(self, sql, values, |connection, bound, row| {
            bound.fetch_all(connection).await?.into_iter().map(row).collect()
        }))
    }

    /// The first row of the answer, if there is one.
    ///
    /// # Errors
    /// As [`Transaction::execute`].
    pub async fn fetch_optional(
        &mut self,
        sql: impl SqlSafeStr,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Option<Row>, Error> {
        Ok(on_engine!(self, sql, values, |connection, bound, row| bound
            .fetch_optional(connection)
            .await?
            .map(row)))
    }

    /// The first row of an answer that always has one.
    ///
    /// # Errors
    /// As [`Transaction::execute`]; no row is an error too.
    pub async fn fetch_one(
        &mut self,
        sql: impl SqlSafeStr,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Row, Error> {
        self.fetch_optional(sql, values).await?.ok_or(Error::Statement(sqlx::Error::RowNotFound))
    }

    /// Hands every row of the answer to `take`, one after the other, without holding them all.
    ///
    /// # Errors
    /// As [`Transaction::execute`], or what `take` returned.
    pub async fn each(
        &mut self,
        sql: impl SqlSafeStr,
        mut take: impl FnMut(Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        on_engine!(self, sql, NONE, |connection, bound, row| {
            let mut rows = bound.fetch(connection);
            while let Some(next) = rows.try_next().await? {
                take(row(next))?;
            }
        });
        Ok(())
    }

    /// Keeps a statement for the very end, after all others of this write and directly before the commit:
    /// the place for a lock that should be held as briefly as possible.
    pub fn at_commit(&mut self, sql: impl SqlSafeStr, values: impl IntoIterator<Item = Value>) {
        self.at_commit.push((sql.into_sql_str(), values.into_iter().collect()));
    }

    /// Wakes everybody who waits at [`crate::Database::announcements`] once this write is committed.
    pub fn announce_at_commit(&mut self) {
        self.announces = true;
    }

    /// Runs what was kept for the end; tells whether the commit is to be announced.
    pub(crate) async fn finish(&mut self) -> Result<bool, Error> {
        for (sql, values) in std::mem::take(&mut self.at_commit) {
            self.execute(sql, values).await?;
        }
        Ok(std::mem::take(&mut self.announces))
    }

    /// Forgets what was kept for the end of a write that failed.
    pub(crate) fn abandon(&mut self) {
        self.at_commit.clear();
        self.announces = false;
    }
}
