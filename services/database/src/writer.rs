//! Group commit for SQLite: one connection writes, and writes that wait together share one commit.
//!
//! A commit with `synchronous=FULL` costs a flush to disk. While one is under way, further writes queue up;
//! the next transaction takes them all, each in a savepoint of its own so that one that fails leaves the
//! others alone, and answers them all once the commit is durable.

use crate::{Error, Transaction, metrics::Metrics, transaction::Connection};
use futures::{FutureExt as _, future::BoxFuture};
use sqlx::{ConnectOptions as _, sqlite::SqliteConnectOptions};
use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{mpsc, watch};

/// Told how the commit went; passes the outcome on to whoever waits for it.
pub(crate) type Answer = Box<dyn FnOnce(Result<(), Error>) + Send>;

/// A write: runs its statements and tells whether to keep them, and whom to answer.
pub(crate) type Job = Box<dyn for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, (bool, Answer)> + Send>;

/// How many writes may share a commit, and how long they may take before it; later ones wait for the next.
const LARGEST_GROUP: usize = 256;
const LONGEST_GROUP: Duration = Duration::from_millis(50);

/// Writes until every sender of `jobs` is gone, then closes the connection.
pub(crate) async fn run(
    options: SqliteConnectOptions,
    mut transaction: Transaction,
    mut jobs: mpsc::Receiver<Job>,
    announcements: watch::Sender<u64>,
    metrics: Arc<Metrics>,
) {
    while let Some(first) = jobs.recv().await {
        let started = Instant::now();
        let mut group = Group::default();
        let mut outcome = statement(&mut transaction, "BEGIN IMMEDIATE").await;
        let mut next = Some(first);
        // A write that is not run is dropped: whoever waits for it learns that it was lost.
        while let (Ok(()), Some(job)) = (&outcome, next.take()) {
            outcome = group.add(&mut transaction, job).await;
            let room = group.answers.len() < LARGEST_GROUP && started.elapsed() < LONGEST_GROUP;
            next = if room { jobs.try_recv().ok() } else { None };
        }
        drop(next);
        if outcome.is_ok() {
            outcome = statement(&mut transaction, "COMMIT").await;
        }
        metrics.group_size.observe(group.answers.len() as f64);
        metrics.commit_seconds.observe(started.elapsed().as_secs_f64());
        if let Err(error) = &outcome {
            tracing::error!(error = error as &dyn std::error::Error, "a group of writes was not committed");
            start_over(&options, &mut transaction).await;
        } else if group.announces {
            announcements.send_modify(|commits| *commits += 1);
        }
        let failure = outcome.err().map(|error| error.to_string());
        for (answer, own) in group.answers {
            answer(failure.clone().map_or(own, |reason| Err(Error::Commit(reason))));
        }
    }
    if let Connection::SqliteWriter(connection) = transaction.connection {
        let _ = sqlx::Connection::close(connection).await;
    }
}

/// The writes that share a commit: whom to answer, and with what if the commit succeeds.
#[derive(Default)]
struct Group {
    answers: Vec<(Answer, Result<(), Error>)>,
    announces: bool,
}

impl Group {
    /// Runs one write in a savepoint of its own. An error is that of the whole group: a savepoint that
    /// could not be set, kept or undone.
    async fn add(&mut self, transaction: &mut Transaction, job: Job) -> Result<(), Error> {
        statement(transaction, "SAVEPOINT one").await?;
        let (keep, answer) = job(transaction).await;
        let finished = if keep { transaction.finish().await } else { Ok(false) };
        transaction.abandon();
        if !keep || finished.is_err() {
            statement(transaction, "ROLLBACK TO one").await?;
        }
        statement(transaction, "RELEASE one").await?;
        self.announces |= *finished.as_ref().unwrap_or(&false);
        self.answers.push((answer, finished.map(drop)));
        Ok(())
    }
}

async fn statement(transaction: &mut Transaction, sql: &'static str) -> Result<(), Error> {
    transaction.execute(sql, []).await.map(drop)
}

/// Leaves the lost transaction, with a new connection if the old one does not answer.
async fn start_over(options: &SqliteConnectOptions, transaction: &mut Transaction) {
    // After some errors SQLite has rolled back by itself, and a rollback is refused: the probe decides.
    let _ = statement(transaction, "ROLLBACK").await;
    let usable = statement(transaction, "BEGIN IMMEDIATE").await.is_ok()
        && statement(transaction, "ROLLBACK").await.is_ok();
    if usable {
        return;
    }
    match options.connect().await {
        Ok(connection) => *transaction = Transaction::new(Connection::SqliteWriter(connection)),
        Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "cannot reopen the database"),
    }
}

/// A write that panicked is one that failed: its savepoint is rolled back and its waiter is told.
pub(crate) async fn caught<T, E: From<Error>>(work: BoxFuture<'_, Result<T, E>>) -> Result<T, E> {
    AssertUnwindSafe(work)
        .catch_unwind()
        .await
        .unwrap_or_else(|_panic| Err(E::from(Error::Commit("the write panicked".to_owned()))))
}
