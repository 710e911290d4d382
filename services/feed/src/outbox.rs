//! The outbox: written in the transaction that makes a fact true, read in commit order.

use chassis::shutdown::Shutdown;
use contract::{
    Timestamp,
    event::{CloudEvent, Event},
};
use database::{AssertSqlSafe, Database, Engine, Error, Transaction, values};
use std::time::{Duration, SystemTime};

/// The advisory lock that PostgreSQL's writers of the outbox take, one after the other. Any number will do,
/// as long as nothing else in the database uses it.
const OUTBOX_LOCK: &str = "SELECT pg_advisory_xact_lock(7078882)";

/// Events that are told in one statement.
const GROUP: usize = 100;

/// How long events are kept for consumers that are away; after that they start from a snapshot.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How often old events are thrown away.
const PRUNED_EVERY: Duration = Duration::from_secs(60 * 60);

/// Tells a fact: the event is in the feed if, and only if, this write is committed.
///
/// The row is inserted at the very end of the write, since PostgreSQL's writers take turns from there on.
pub fn publish(transaction: &mut Transaction, event: &impl Event, traceparent: Option<String>) {
    publish_all(transaction, std::slice::from_ref(event), traceparent);
}

/// Tells many facts, in fewer statements than one by one.
pub fn publish_all<E: Event>(transaction: &mut Transaction, events: &[E], traceparent: Option<String>) {
    if transaction.engine() == Engine::Postgres && !events.is_empty() {
        transaction.at_commit(OUTBOX_LOCK, []);
    }
    for group in events.chunks(GROUP) {
        let row =
            |row: usize| format!("(${}, ${}, ${}, ${})", 4 * row + 1, 4 * row + 2, 4 * row + 3, 4 * row + 4);
        let rows: Vec<_> = (0..group.len()).map(row).collect();
        let sql =
            format!("INSERT INTO outbox (type, data, traceparent, created_at) VALUES {}", rows.join(", "));
        let now = now_ms();
        let values = group.iter().flat_map(|event| {
            let written = serde_json::to_value(event).expect("events hold nothing that JSON cannot");
            let type_ = written["type"].as_str().unwrap_or_default();
            values![type_, written["data"].to_string(), traceparent.as_deref(), now]
        });
        transaction.at_commit(AssertSqlSafe(sql), values);
        transaction.announce_at_commit();
    }
}

/// How far a feed has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Renewed when the database is restored.
    pub epoch: String,
    /// The position of the newest event; 0 before the first.
    pub position: i64,
    /// Events up to here are no longer kept.
    pub pruned_to: i64,
}

const HEAD: &str = "SELECT epoch, pruned_to, (SELECT max(position) FROM outbox) AS newest FROM feed_head";

fn read_head(row: &database::Row) -> Result<Head, Error> {
    let pruned_to: i64 = row.get("pruned_to")?;
    let newest: Option<i64> = row.get("newest")?;
    Ok(Head { epoch: row.get("epoch")?, position: newest.unwrap_or(pruned_to), pruned_to })
}

/// The feed's head as a transaction sees it. A snapshot asks first of all, so that every change that it may
/// miss has a later position.
///
/// # Errors
/// The database cannot be read.
pub async fn head(transaction: &mut Transaction) -> Result<Head, Error> {
    read_head(&transaction.fetch_one(HEAD, []).await?)
}

/// A service's own feed.
#[derive(Clone)]
pub struct Feed {
    pub(crate) database: Database,
    source: String,
}

impl Feed {
    /// The feed of the service of that name.
    pub fn new(database: Database, service: &str) -> Self {
        Self { database, source: format!("/shopkeeper/{service}") }
    }

    /// How far the feed has come.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn head(&self) -> Result<Head, Error> {
        let row = self.database.fetch_optional(HEAD, []).await?;
        read_head(&row.ok_or(Error::Corrupt { column: "feed_head.epoch" })?)
    }

    /// At most `limit` events after a position, oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn read(&self, epoch: &str, after: i64, limit: i64) -> Result<Vec<CloudEvent>, Error> {
        let rows = self
            .database
            .fetch_all(
                "SELECT position, type, data, traceparent, created_at FROM outbox \
                 WHERE position > $1 ORDER BY position LIMIT $2",
                values![after, limit],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let position: i64 = row.get("position")?;
                let data: String = row.get("data")?;
                Ok(CloudEvent {
                    specversion: "1.0".to_owned(),
                    id: format!("{epoch}/{position}"),
                    source: self.source.clone(),
                    type_: row.get("type")?,
                    time: Timestamp::from_unix_ms(row.get("created_at")?),
                    datacontenttype: "application/json".to_owned(),
                    traceparent: row.get("traceparent")?,
                    position,
                    data: serde_json::from_str(&data)
                        .map_err(|_| Error::Corrupt { column: "outbox.data" })?,
                })
            })
            .collect()
    }

    /// Throws away events older than `kept`.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn prune(&self, kept: Duration) -> Result<u64, Error> {
        let before = now_ms() - i64::try_from(kept.as_millis()).unwrap_or(i64::MAX);
        self.database
            .write(move |transaction| {
                Box::pin(async move {
                    transaction
                        .execute(
                            "UPDATE feed_head SET pruned_to = coalesce( \
                             (SELECT max(position) FROM outbox WHERE created_at < $1), pruned_to)",
                            values![before],
                        )
                        .await?;
                    transaction
                        .execute("DELETE FROM outbox WHERE position <= (SELECT pruned_to FROM feed_head)", [])
                        .await
                })
            })
            .await
    }

    /// Throws old events away, again and again, until the process drains.
    pub async fn maintain(self, shutdown: Shutdown) {
        let mut turns = tokio::time::interval(PRUNED_EVERY);
        while shutdown.unless_draining(turns.tick()).await.is_some() {
            if let Err(error) = self.prune(KEPT).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "old events could not be pruned");
            }
        }
    }
}

pub(crate) fn now_ms() -> i64 {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX)
}
