//! What a database tells of itself, on both engines.

use database::{Database, Engine, Error};
use kit::{TestDatabase, eventually};
use prometheus::{Encoder as _, Registry, TextEncoder};
use std::{sync::atomic::AtomicU64, sync::atomic::Ordering, time::Duration};

const SOON: Duration = Duration::from_secs(30);

async fn open(database: &TestDatabase) -> Database {
    Database::open(&database.url().parse().unwrap(), &[]).await.unwrap()
}

fn registered(database: &Database, spent: database::Spent) -> Registry {
    let registry = Registry::new();
    database.collectors(spent).into_iter().for_each(|collector| registry.register(collector).unwrap());
    registry
}

fn text(registry: &Registry) -> String {
    let mut text = Vec::new();
    TextEncoder::new().encode(&registry.gather(), &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

fn value(registry: &Registry, series: &str) -> f64 {
    let text = text(registry);
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {series} in\n{text}")).parse().unwrap()
}

kit::on_both_engines!(reads_and_writes_are_measured_and_told_to_who_asked, async |test| {
    static TOLD: AtomicU64 = AtomicU64::new(0);
    let database = open(&test).await;
    let registry = registered(&database, |_| {
        TOLD.fetch_add(1, Ordering::Relaxed);
    });
    let before = TOLD.load(Ordering::Relaxed);
    database.check().await.unwrap();
    database.fetch_all("SELECT 1", []).await.unwrap();
    let mut snapshot = database.snapshot().await.unwrap();
    snapshot.fetch_all("SELECT 1", []).await.unwrap();
    drop(snapshot);
    let write = database
        .write(|transaction| Box::pin(async move { transaction.execute("SELECT 1", []).await.map(drop) }));
    write.await.unwrap();
    let refused: Result<(), Error> =
        database.write(|_| Box::pin(async { Err(Error::Commit("no".to_owned())) })).await;
    refused.unwrap_err();
    let system = match database.engine() {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgresql",
    };
    for (name, expected) in [("read", 3.0), ("write", 2.0)] {
        let series = format!(
            "db_client_operation_duration_seconds_count{{db_operation_name=\"{name}\",db_system_name=\"{system}\"}}"
        );
        assert_eq!(value(&registry, &series), expected, "{name}");
    }
    assert!(TOLD.load(Ordering::Relaxed) >= before + 5);
});

kit::on_both_engines!(whoever_waits_for_a_connection_is_counted, async |test| {
    let database = open(&test).await;
    let registry = registered(&database, |_| {});
    assert_eq!(value(&registry, "db_client_connection_pending_requests"), 0.0);
    let max = value(&registry, "db_client_connection_max");
    let mut held = Vec::new();
    while (held.len() as f64) < max {
        held.push(database.snapshot().await.unwrap());
    }
    assert_eq!(value(&registry, "db_client_connection_count{db_client_connection_state=\"used\"}"), max);
    assert_eq!(value(&registry, "db_client_connection_pending_requests"), 0.0);
    let waiting = tokio::spawn({
        let database = database.clone();
        // A read that waited in vain is told so and tries again.
        async move { while database.check().await.is_err() {} }
    });
    eventually(SOON, "one waits", async || match value(&registry, "db_client_connection_pending_requests") {
        1.0 => Ok(()),
        other => Err(other),
    })
    .await;
    drop(held);
    waiting.await.unwrap();
    eventually(SOON, "nobody waits", async || {
        match value(&registry, "db_client_connection_pending_requests") {
            0.0 => Ok(()),
            other => Err(other),
        }
    })
    .await;
});
