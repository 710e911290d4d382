//! What a database tells of itself.

use crate::Engine;
use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntGauge, IntGaugeVec, Opts,
    core::{Collector, Desc},
    proto::MetricFamily,
};
use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

/// Bounds of operations in seconds: from a read of SQLite's cache to the longest statement that PostgreSQL allows.
const OPERATION_BUCKETS: [f64; 15] =
    [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Told how long an operation took, by the task that asked for it.
pub type Spent = fn(Duration);

/// The measures of one database; registered once per process.
pub(crate) struct Metrics {
    /// Writes that shared a commit (SQLite).
    pub(crate) group_size: Histogram,
    /// Seconds from the first statement of a group until its commit was durable (SQLite).
    pub(crate) commit_seconds: Histogram,
    operations: HistogramVec,
    reads: Operation,
    writes: Operation,
    spent: OnceLock<Spent>,
}

/// One of the two things that are asked of a database.
struct Operation {
    seconds: Histogram,
    /// Begun and not ended, whether they wait for a connection or have one.
    under_way: AtomicI64,
}

impl Operation {
    fn new(operations: &HistogramVec, engine: Engine, name: &str) -> Self {
        let system = match engine {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgresql",
        };
        Self { seconds: operations.with_label_values(&[system, name]), under_way: AtomicI64::new(0) }
    }
}

/// An operation under way; it ends when this is dropped, however it went.
pub(crate) struct Timed {
    metrics: Arc<Metrics>,
    is_write: bool,
    began: Instant,
}

impl Timed {
    pub(crate) fn read(metrics: &Arc<Metrics>) -> Self {
        Self::begin(metrics, false)
    }

    pub(crate) fn write(metrics: &Arc<Metrics>) -> Self {
        Self::begin(metrics, true)
    }

    fn begin(metrics: &Arc<Metrics>, is_write: bool) -> Self {
        metrics.operation(is_write).under_way.fetch_add(1, Ordering::Relaxed);
        Self { metrics: Arc::clone(metrics), is_write, began: Instant::now() }
    }
}

impl Drop for Timed {
    fn drop(&mut self) {
        let (operation, took) = (self.metrics.operation(self.is_write), self.began.elapsed());
        operation.under_way.fetch_sub(1, Ordering::Relaxed);
        operation.seconds.observe(took.as_secs_f64());
        if let Some(spent) = self.metrics.spent.get() {
            spent(took);
        }
    }
}

impl Metrics {
    pub(crate) fn new(engine: Engine) -> Self {
        let operations = HistogramVec::new(
            HistogramOpts::new(
                "db_client_operation_duration_seconds",
                "Time that a read, or a write with its commit, took, in seconds, the wait for a connection included.",
            )
            .buckets(OPERATION_BUCKETS.to_vec()),
            &["db_system_name", "db_operation_name"],
        )
        .expect("a valid name");
        let histogram = |name: &str, help: &str, buckets: Vec<f64>| {
            Histogram::with_opts(HistogramOpts::new(name, help).buckets(buckets)).expect("a valid name")
        };
        Self {
            group_size: histogram(
                "shop_database_group_size",
                "Writes that shared one commit (SQLite).",
                vec![1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0],
            ),
            commit_seconds: histogram(
                "shop_database_commit_seconds",
                "Seconds from the first statement of a group of writes until its commit was durable (SQLite).",
                vec![0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0],
            ),
            reads: Operation::new(&operations, engine, "read"),
            writes: Operation::new(&operations, engine, "write"),
            operations,
            spent: OnceLock::new(),
        }
    }

    /// What the process is to expose; `spent` is told of each operation.
    pub(crate) fn collectors(&self, spent: Spent) -> Vec<Box<dyn Collector>> {
        // Whoever registers twice is told so by the registry.
        let _ = self.spent.set(spent);
        vec![
            Box::new(self.group_size.clone()),
            Box::new(self.commit_seconds.clone()),
            Box::new(self.operations.clone()),
        ]
    }

    /// Reads and writes that have begun and not ended.
    pub(crate) fn under_way(&self) -> (i64, i64) {
        let count = |operation: &Operation| operation.under_way.load(Ordering::Relaxed);
        (count(&self.reads), count(&self.writes))
    }

    fn operation(&self, is_write: bool) -> &Operation {
        if is_write { &self.writes } else { &self.reads }
    }
}

/// How the pool is used at a moment.
pub(crate) struct Usage {
    pub(crate) open: i64,
    pub(crate) idle: i64,
    pub(crate) max: i64,
    /// Operations that wait for a connection, or for their turn to write.
    pub(crate) pending: i64,
}

/// The connections of the pool, counted when they are asked for (OpenTelemetry: db.client.connection.count,
/// .max and .pending_requests).
pub(crate) struct Connections<Look> {
    count: IntGaugeVec,
    max: IntGauge,
    pending: IntGauge,
    look: Look,
}

impl<Look: Fn() -> Usage + Send + Sync + 'static> Connections<Look> {
    /// `look` is asked whenever the metrics are.
    pub(crate) fn new(look: Look) -> Self {
        let count =
            Opts::new("db_client_connection_count", "Connections of the pool, by state: idle or used.");
        let count = IntGaugeVec::new(count, &["db_client_connection_state"]);
        let max = IntGauge::new(
            "db_client_connection_max",
            "The most connections that the pool may have (SQLite: for reading; one more writes).",
        );
        let pending = IntGauge::new(
            "db_client_connection_pending_requests",
            "Reads and writes that wait for a connection (SQLite: or for their turn to write).",
        );
        let definition = "a valid name";
        Self {
            count: count.expect(definition),
            max: max.expect(definition),
            pending: pending.expect(definition),
            look,
        }
    }
}

impl<Look: Fn() -> Usage + Send + Sync + 'static> Collector for Connections<Look> {
    fn desc(&self) -> Vec<&Desc> {
        [self.count.desc(), self.max.desc(), self.pending.desc()].concat()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let Usage { open, idle, max, pending } = (self.look)();
        self.count.with_label_values(&["idle"]).set(idle);
        self.count.with_label_values(&["used"]).set((open - idle).max(0));
        self.max.set(max);
        self.pending.set(pending);
        [self.count.collect(), self.max.collect(), self.pending.collect()].concat()
    }
}
