//! What a database tells of itself.

use prometheus::{
    Histogram, HistogramOpts, IntGaugeVec, Opts, Registry,
    core::{Collector, Desc},
    proto::MetricFamily,
};

/// The measures of one database; registered once per process.
pub(crate) struct Metrics {
    /// Writes that shared a commit (SQLite).
    pub(crate) group_size: Histogram,
    /// Seconds from the first statement of a group until its commit was durable (SQLite).
    pub(crate) commit_seconds: Histogram,
}

impl Metrics {
    pub(crate) fn new() -> Self {
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
        }
    }

    /// Adds the measures to the registry that the process exposes.
    pub(crate) fn register(&self, registry: &Registry) -> prometheus::Result<()> {
        registry.register(Box::new(self.group_size.clone()))?;
        registry.register(Box::new(self.commit_seconds.clone()))
    }
}

/// Connections of the pool by state, `idle` or `used`, counted when they are asked for
/// (OpenTelemetry: db.client.connection.count).
pub(crate) struct Connections<Count> {
    gauge: IntGaugeVec,
    /// The open connections, and how many of them are idle.
    count: Count,
}

impl<Count: Fn() -> (u32, usize) + Send + Sync + 'static> Connections<Count> {
    /// Adds the gauge to the registry that the process exposes.
    pub(crate) fn register(registry: &Registry, count: Count) -> prometheus::Result<()> {
        let options = Opts::new("db_client_connection_count", "Connections of the pool, by state.");
        let gauge = IntGaugeVec::new(options, &["db_client_connection_state"])?;
        registry.register(Box::new(Self { gauge, count }))
    }
}

impl<Count: Fn() -> (u32, usize) + Send + Sync + 'static> Collector for Connections<Count> {
    fn desc(&self) -> Vec<&Desc> {
        self.gauge.desc()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let (open, idle) = (self.count)();
        let idle = i64::try_from(idle).unwrap_or(i64::MAX);
        self.gauge.with_label_values(&["idle"]).set(idle);
        self.gauge.with_label_values(&["used"]).set((i64::from(open) - idle).max(0));
        self.gauge.collect()
    }
}
