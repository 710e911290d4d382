//! Carries the plan out: kills and freezes, each at its time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::bail;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::plan::{self, Fault, Kind};
use crate::replica::Replica;
use crate::shop::Shop;

/// How long a kill waits for a request to cut off.
const PATIENCE: Duration = Duration::from_millis(800);

/// What has happened so far.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) kills: AtomicUsize,
    pub(crate) kills_in_flight: AtomicUsize,
    /// Requests that were under way when their process was killed.
    pub(crate) cut_off: AtomicUsize,
    pub(crate) freezes: AtomicUsize,
    pub(crate) looks: AtomicUsize,
    /// Deliveries of events that were repeated, reordered, late or cut.
    pub(crate) disturbed: Arc<AtomicUsize>,
}

/// Lets the faults of one lane strike until told to stop. Everything runs again afterwards.
pub(crate) async fn strike_until(shop: Arc<Shop>, lane: u64, stop: CancellationToken) -> anyhow::Result<()> {
    for fault in plan::faults(shop.seed, lane, shop.replicas) {
        if stop.run_until_cancelled(sleep(fault.after)).await.is_none() {
            break;
        }
        let replica = &shop.service(fault.part).replicas[fault.replica];
        let _alone = replica.struck.lock().await;
        strike(&shop.tally, replica, &fault).await?;
    }
    Ok(())
}

async fn strike(tally: &Tally, replica: &Replica, fault: &Fault) -> anyhow::Result<()> {
    if let Some(status) = replica.ended_by_itself() {
        bail!("{} ended by itself ({status}):\n{}", replica.name, replica.last_words());
    }
    match fault.kind {
        Kind::Kill { away } => {
            until_in_flight(replica).await;
            let cut_off = replica.kill();
            tally.kills.fetch_add(1, Ordering::Relaxed);
            tally.cut_off.fetch_add(cut_off, Ordering::Relaxed);
            if cut_off > 0 {
                tally.kills_in_flight.fetch_add(1, Ordering::Relaxed);
            }
            sleep(away).await;
            replica.start()
        }
        Kind::Freeze { frozen } => {
            replica.freeze();
            tally.freezes.fetch_add(1, Ordering::Relaxed);
            sleep(frozen).await;
            replica.thaw();
            Ok(())
        }
    }
}

/// Waits, but not for long, until the process owes an answer.
async fn until_in_flight(replica: &Replica) {
    let end = Instant::now() + PATIENCE;
    while replica.requests_in_flight() == 0 && Instant::now() < end {
        sleep(Duration::from_micros(300)).await;
    }
}
