//! A database that is open: reads at once, writes in transactions.

use crate::{
    DatabaseUrl, Engine, Error, Row, Schema, Transaction, Value,
    lock::FileLock,
    metrics::{Connections, Metrics, Spent, Timed, Usage},
    transaction::Connection,
    value::bind,
    writer::{self, Job},
};
use futures::future::BoxFuture;
use prometheus::core::Collector;
use sqlx::{
    ConnectOptions as _, PgConnection, PgPool, Postgres, SqlSafeStr, Sqlite, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{io, path::PathBuf, str::FromStr as _, sync::Arc, time::Duration};
use tokio::time::Instant;
use tokio::{
    sync::{Mutex, mpsc, oneshot, watch},
    task::JoinHandle,
};

/// How long a request waits for a connection before it is told that the database is not available.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

/// How long PostgreSQL waits for the next statement of a transaction before it gives it up. A replica that
/// freezes in the middle of one must not hold its locks for longer.
const IDLE_IN_TRANSACTION_TIMEOUT: &str = "3s";

/// How long one statement may take on PostgreSQL. Migrations and restores are exempt.
const STATEMENT_TIMEOUT: &str = "10s";

/// How long a part waits at its start for a PostgreSQL server that does not answer yet, and how often it
/// tries. After that it ends with an error, and whoever runs it decides.
const SERVER_START_TIMEOUT: Duration = Duration::from_secs(60);
const SERVER_LOOKS_EVERY: Duration = Duration::from_millis(500);

/// Connections per replica; with ten replicas this stays below PostgreSQL's default of 100.
const POSTGRES_CONNECTIONS: u32 = 9;

/// Readers of a SQLite file; it has one writer besides.
const SQLITE_READERS: u32 = 4;

/// Writes that may wait for the SQLite writer before the next one waits for a place in the queue.
const WRITE_QUEUE: usize = 1024;

/// An open database. Cloning shares it.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

struct Inner {
    pool: Pool,
    announcements: watch::Sender<u64>,
    metrics: Arc<Metrics>,
}

enum Pool {
    Sqlite {
        readers: SqlitePool,
        jobs: std::sync::RwLock<Option<mpsc::Sender<Job>>>,
        writer: Mutex<Option<(JoinHandle<()>, FileLock)>>,
    },
    Postgres(PgPool),
}

/// A database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the database {} is in use by another process; stop it first", path.display())]
    InUse { path: PathBuf },
    #[error("the database file {} cannot be opened", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("the database cannot be reached")]
    Connect(#[from] Error),
    #[error("the database's address is not valid")]
    Options(#[source] sqlx::Error),
    #[error("the tables of {schema} could not be brought up to date")]
    Migrate { schema: &'static str, source: sqlx::migrate::MigrateError },
}

impl Database {
    /// Opens the database, creating a SQLite file if there is none, and migrates its tables.
    ///
    /// # Errors
    /// It cannot be reached, another process has the SQLite file open, or a migration failed.
    pub async fn open(url: &DatabaseUrl, schemas: &[Schema]) -> Result<Self, OpenError> {
        let metrics = Arc::new(Metrics::new(url.engine()));
        let announcements = watch::Sender::new(0);
        let pool = match url.engine() {
            Engine::Sqlite => open_sqlite(url, schemas, &announcements, &metrics).await?,
            Engine::Postgres => open_postgres(url, schemas).await?,
        };
        Ok(Self { inner: Arc::new(Inner { pool, announcements, metrics }) })
    }

    /// The engine, for statements whose dialects differ.
    pub fn engine(&self) -> Engine {
        match self.inner.pool {
            Pool::Sqlite { .. } => Engine::Sqlite,
            Pool::Postgres(_) => Engine::Postgres,
        }
    }

    /// All rows of the answer.
    ///
    /// # Errors
    /// The engine refused the statement or cannot be reached.
    pub async fn fetch_all(
        &self,
        sql: impl SqlSafeStr,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<Row>, Error> {
        let _timed = Timed::read(&self.inner.metrics);
        Ok(match &self.inner.pool {
            Pool::Sqlite { readers, .. } => {
                let rows = bind::<Sqlite>(sql, values).fetch_all(readers).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Pool::Postgres(pool) => {
                let rows = bind::<Postgres>(sql, values).fetch_all(pool).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// The first row of the answer, if there is one.
    ///
    /// # Errors
    /// As [`Database::fetch_all`].
    pub async fn fetch_optional(
        &self,
        sql: impl SqlSafeStr,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Option<Row>, Error> {
        let _timed = Timed::read(&self.inner.metrics);
        Ok(match &self.inner.pool {
            Pool::Sqlite { readers, .. } => {
                bind::<Sqlite>(sql, values).fetch_optional(readers).await?.map(Row::Sqlite)
            }
            Pool::Postgres(pool) => {
                bind::<Postgres>(sql, values).fetch_optional(pool).await?.map(Row::Postgres)
            }
        })
    }

    /// A transaction for reading: all its statements see one state. It writes nothing.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub async fn snapshot(&self) -> Result<Transaction, Error> {
        let timed = Timed::read(&self.inner.metrics);
        let connection = match &self.inner.pool {
            Pool::Sqlite { readers, .. } => Connection::SqliteReader(readers.begin().await?),
            Pool::Postgres(pool) => Connection::Postgres(
                pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?,
            ),
        };
        Ok(Transaction::new(connection).timed(timed))
    }

    /// Runs `work` in a transaction and returns once it is durable; an error of `work` undoes it all.
    ///
    /// On SQLite, writes that wait together share a commit. On PostgreSQL each is a READ COMMITTED
    /// transaction of its own. `work` must do nothing but talk to the database: others wait for it.
    ///
    /// # Errors
    /// Whatever `work` returns, or that the commit failed. After a failed commit on PostgreSQL it is not
    /// known whether the write took effect.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let _timed = Timed::write(&self.inner.metrics);
        match &self.inner.pool {
            Pool::Sqlite { jobs, .. } => {
                let sender = jobs.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
                write_in_group(sender.ok_or(Error::Closed)?, work).await
            }
            Pool::Postgres(pool) => {
                let transaction = pool.begin().await.map_err(Error::from)?;
                let mut transaction = Transaction::new(Connection::Postgres(transaction));
                let value = work(&mut transaction).await?;
                let announces = transaction.finish().await?;
                if let Connection::Postgres(transaction) = transaction.connection {
                    transaction.commit().await.map_err(Error::from)?;
                }
                if announces {
                    self.inner.announcements.send_modify(|commits| *commits += 1);
                }
                Ok(value)
            }
        }
    }

    /// Changes whenever a write of this process that asked for it was committed. Writes of other replicas
    /// are not seen here.
    pub fn announcements(&self) -> watch::Receiver<u64> {
        self.inner.announcements.subscribe()
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// It gave none.
    pub async fn check(&self) -> Result<(), Error> {
        self.fetch_optional("SELECT 1", []).await.map(drop)
    }

    /// [`Database::check`] as a value of its own, for whoever asks again and again.
    pub fn checker(&self) -> impl Fn() -> BoxFuture<'static, Result<(), Error>> + Send + Sync + 'static {
        let database = self.clone();
        move || {
            let database = database.clone();
            Box::pin(async move { database.check().await })
        }
    }

    /// The database's measures, for the process to expose. `spent` is told how long each operation took, by the task
    /// that asked for it.
    pub fn collectors(&self, spent: Spent) -> Vec<Box<dyn Collector>> {
        let inner = Arc::clone(&self.inner);
        let mut collectors = self.inner.metrics.collectors(spent);
        collectors.push(Box::new(Connections::new(move || inner.usage())));
        collectors
    }

    /// Finishes the writes that were taken and closes all connections. Later calls fail.
    pub async fn close(&self) {
        match &self.inner.pool {
            Pool::Sqlite { readers, jobs, writer, .. } => {
                jobs.write().unwrap_or_else(std::sync::PoisonError::into_inner).take();
                let writer = writer.lock().await.take();
                readers.close().await;
                if let Some((writer, lock)) = writer {
                    // It ends by itself once it has written what it took; a panic has been logged.
                    let _ = writer.await;
                    drop(lock);
                }
            }
            Pool::Postgres(pool) => pool.close().await,
        }
    }
}

impl Inner {
    fn usage(&self) -> Usage {
        let (reads, writes) = self.metrics.under_way();
        let (size, idle, max, wanted, queued) = match &self.pool {
            Pool::Sqlite { readers, jobs, .. } => {
                let jobs = jobs.read().unwrap_or_else(std::sync::PoisonError::into_inner);
                let queued = jobs.as_ref().map_or(0, |jobs| jobs.max_capacity() - jobs.capacity());
                (readers.size(), readers.num_idle(), SQLITE_READERS, reads, queued)
            }
            Pool::Postgres(pool) => (pool.size(), pool.num_idle(), POSTGRES_CONNECTIONS, reads + writes, 0),
        };
        let count = |connections: usize| i64::try_from(connections).unwrap_or(i64::MAX);
        let (open, idle) = (i64::from(size), count(idle));
        // An operation that has begun and holds none of the used connections waits for one.
        let pending = (wanted - (open - idle)).max(0) + count(queued);
        Usage { open, idle, max: i64::from(max), pending }
    }
}

/// Hands a write to the writer and waits for its commit.
async fn write_in_group<T, E, F>(jobs: mpsc::Sender<Job>, work: F) -> Result<T, E>
where
    F: for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let (answer, answered) = oneshot::channel();
    let job: Job = Box::new(move |transaction| {
        Box::pin(async move {
            let result = writer::caught(work(transaction)).await;
            let keep = result.is_ok();
            let answer: writer::Answer = Box::new(move |committed| {
                // Without the commit a refusal falls too: it may rest on a write that shared the commit.
                // Whoever asked may have gone away; the write stands all the same.
                let _ = answer.send(committed.map_err(E::from).and(result));
            });
            (keep, answer)
        })
    });
    jobs.send(job).await.map_err(|_| Error::Closed)?;
    answered.await.unwrap_or_else(|_| Err(E::from(Error::Commit("the transaction was lost".to_owned()))))
}

/// Connects to a server that may still be starting: a part and its database often start together.
async fn connect_patiently(options: &PgConnectOptions) -> Result<PgConnection, OpenError> {
    let deadline = Instant::now() + SERVER_START_TIMEOUT;
    loop {
        match options.connect().await {
            Ok(connection) => return Ok(connection),
            Err(error) => {
                let error = Error::from(error);
                // A certificate that is not trusted now will not be trusted in a moment.
                let is_passing = error.is_unavailable() && !error.is_distrust();
                if !is_passing || Instant::now() + SERVER_LOOKS_EVERY > deadline {
                    return Err(OpenError::Connect(error));
                }
                tracing::warn!(error = &error as &dyn std::error::Error, "waiting for the database");
            }
        }
        tokio::time::sleep(SERVER_LOOKS_EVERY).await;
    }
}

/// A transaction that sees one moment of a database which another process may be writing to.
pub(crate) async fn reader(url: &DatabaseUrl) -> Result<Transaction, OpenError> {
    Ok(Transaction::new(match url.engine() {
        Engine::Sqlite => {
            let options = SqliteConnectOptions::new().filename(url.path()).read_only(true);
            let pool = SqlitePoolOptions::new().connect_lazy_with(options.disable_statement_logging());
            Connection::SqliteReader(pool.begin().await.map_err(Error::from)?)
        }
        Engine::Postgres => {
            let pool = PgPoolOptions::new().connect_lazy_with(postgres_options(url)?);
            let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
            Connection::Postgres(pool.begin_with(begin).await.map_err(Error::from)?)
        }
    }))
}

fn postgres_options(url: &DatabaseUrl) -> Result<PgConnectOptions, OpenError> {
    let options = PgConnectOptions::from_str(url.as_str()).map_err(OpenError::Options)?;
    Ok(options.application_name("shopkeeper").disable_statement_logging())
}

async fn open_sqlite(
    url: &DatabaseUrl,
    schemas: &[Schema],
    announcements: &watch::Sender<u64>,
    metrics: &Arc<Metrics>,
) -> Result<Pool, OpenError> {
    let path = url.path();
    let lock = FileLock::take(&path)
        .map_err(|source| OpenError::File { path: path.clone(), source })?
        .ok_or_else(|| OpenError::InUse { path: path.clone() })?;
    let options = SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .disable_statement_logging();
    let mut connection = options.connect().await.map_err(Error::from)?;
    for schema in schemas {
        schema.migrate(Engine::Sqlite, &mut connection).await?;
    }
    let readers = SqlitePoolOptions::new()
        .max_connections(SQLITE_READERS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .connect_lazy_with(options.clone().read_only(true).create_if_missing(false));
    let (jobs, queue) = mpsc::channel(WRITE_QUEUE);
    let transaction = Transaction::new(Connection::SqliteWriter(connection));
    let writer = writer::run(options, transaction, queue, announcements.clone(), Arc::clone(metrics));
    let jobs = std::sync::RwLock::new(Some(jobs));
    Ok(Pool::Sqlite { readers, jobs, writer: Mutex::new(Some((tokio::spawn(writer), lock))) })
}

async fn open_postgres(url: &DatabaseUrl, schemas: &[Schema]) -> Result<Pool, OpenError> {
    let options = postgres_options(url)?;
    let mut connection = connect_patiently(&options).await?;
    for schema in schemas {
        schema.migrate(Engine::Postgres, &mut connection).await?;
    }
    let _ = sqlx::Connection::close(connection).await;
    let options = options.options([
        ("statement_timeout", STATEMENT_TIMEOUT),
        ("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION_TIMEOUT),
    ]);
    Ok(Pool::Postgres(
        PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_lazy_with(options),
    ))
}
