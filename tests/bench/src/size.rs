//! What a part costs before it does anything: memory, time to start, bytes on disk.

use crate::{
    arguments::Arguments,
    part::{Bench, Part},
    sample::median,
    table,
};
use std::time::Duration;

/// What to aim at (DESIGN section 11).
const RESIDENT_MIB: f64 = 8.0;
const READY_MS: f64 = 10.0;

/// How long parts are left alone before their memory is read.
const IDLE: Duration = Duration::from_secs(3);

const MIB: f64 = 1024.0 * 1024.0;

/// Measures and prints the table.
///
/// # Errors
/// A part does not start.
pub(crate) async fn run(bench: &Bench, arguments: &Arguments) -> anyhow::Result<()> {
    let state = |part: Part| match part {
        Part::Storefront => bench.file("size-storefront").display().to_string(),
        _ => bench.sqlite(&format!("size-{}.db", part.name())),
    };
    let mut ready_ms = Vec::new();
    for part in Part::ALL {
        // The first start makes the tables.
        bench.start(part, &state(part)).await?.stop()?;
        let mut starts = Vec::new();
        for _ in 0..4 * arguments.rounds() {
            let server = bench.start(part, &state(part)).await?;
            starts.push(server.ready_after.as_secs_f64() * 1e3);
            server.stop()?;
        }
        ready_ms.push(median(starts));
    }
    let mut servers = Vec::new();
    for part in Part::ALL {
        servers.push(bench.start(part, &state(part)).await?);
    }
    tokio::time::sleep(IDLE).await;
    let mut rows = Vec::new();
    for ((part, server), ready_ms) in Part::ALL.into_iter().zip(&servers).zip(ready_ms) {
        let (resident, anonymous) = server.resident_bytes()?;
        rows.push(vec![
            part.name().to_owned(),
            format!("{:.1}", resident / MIB),
            format!("{:.1}", anonymous / MIB),
            table::within(resident / MIB, RESIDENT_MIB),
            format!("{ready_ms:.1}"),
            table::within(ready_ms, READY_MS),
        ]);
    }
    let mib = |name: &str| {
        let size = std::fs::metadata(bench.program.with_file_name(name)).ok()?.len();
        Some(format!("{name} {:.1} MiB", size as f64 / MIB))
    };
    let programs: Vec<_> =
        ["shopkeeper", "storefront", "user", "product", "order"].into_iter().filter_map(mib).collect();
    let remark = format!(
        "All four running and idle for {} s, on SQLite. Resident memory counts the pages of the program file that \
         all share; the second column is what is the process's own. Ready is from the start of the process to the \
         first 200 of /readyz, median of {}, tables there already. Programs: {}.",
        IDLE.as_secs(),
        4 * arguments.rounds(),
        programs.join(", "),
    );
    let columns = ["part", "resident MiB", "of its own MiB", "target", "ready after ms", "target"];
    table::print("An idle process", &columns, &rows, &remark);
    Ok(())
}
