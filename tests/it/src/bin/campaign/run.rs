//! The course of a campaign, from an empty folder to the verdict.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::arguments::{Arguments, Size};
use crate::catalogue::{Catalogue, Supply};
use crate::faults::{self, Tally};
use crate::last_unit;
use crate::plan;
use crate::shop::Shop;
use crate::shopper::{self, Shopper};
use crate::staff;
use crate::stock;
use crate::{evidence, verdict};

/// How often to say how far the campaign has come.
const PROGRESS: Duration = Duration::from_secs(5);

/// Violations that are printed; one cause often breaks many rules.
const PRINTED: usize = 20;

/// Runs the campaign; the counts that it reached.
pub(crate) async fn campaign(arguments: &Arguments, seed: u64) -> anyhow::Result<String> {
    let folder = tempfile::Builder::new().prefix("shopkeeper-campaign-").tempdir()?;
    let outcome = in_folder(arguments, seed, folder.path().to_owned()).await;
    if outcome.is_err() || arguments.keep {
        println!("  the logs of all processes are kept in {}", folder.keep().display());
    }
    outcome
}

async fn in_folder(arguments: &Arguments, seed: u64, folder: PathBuf) -> anyhow::Result<String> {
    let size = arguments.size();
    let program = arguments.shopkeeper.clone().map_or_else(beside_this_program, Ok)?;
    let shop = Shop::start(arguments.engine, seed, &program, &folder).await?;
    open(&shop).await?;
    let last_units = shop.catalogue().of_supply(Supply::Last);
    let mut buyers = last_unit::gather(&shop, size.buyers).await?;
    println!("  the shop is open, {} buyers are waiting for the last unit", buyers.len());

    let mut actors = Actors::default();
    let (closing, calm) = (CancellationToken::new(), CancellationToken::new());
    for number in 0..size.shoppers {
        let name = format!("s{seed:x}.{number}");
        actors.spawn(shopper::shop_until(Arc::clone(&shop), name, closing.clone()));
    }
    let mut background = Actors::default();
    background.spawn(staff::work_until(Arc::clone(&shop), calm.clone()));
    background.spawn(stock::look_until(Arc::clone(&shop), calm.clone()));
    for lane in 0..plan::LANES {
        background.spawn(faults::strike_until(Arc::clone(&shop), lane, calm.clone()));
    }
    let reached = until_reached(&shop, size, &mut actors, &mut background).await;
    closing.cancel();
    let rushed = async {
        reached?;
        actors.finish().await?;
        println!("  {} buyers want the last unit while the faults go on", buyers.len());
        last_unit::rush(&mut buyers, last_units[0]).await
    };
    let rushed = rushed.await;
    calm.cancel();
    rushed?;
    background.finish().await?;
    shop.until_ready().await?;
    println!("  everything is up; {} buyers want another last unit", buyers.len());
    last_unit::rush(&mut buyers, last_units[1]).await?;
    judge(&shop, &last_units, buyers.len()).await?;
    Ok(summary(&shop.tally, shop.record.checkouts()))
}

/// The `shopkeeper` that was built beside this program.
fn beside_this_program() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name("shopkeeper");
    ensure!(
        program.exists(),
        "there is no {}: build it, or name another with --shopkeeper",
        program.display()
    );
    Ok(program)
}

/// Fills the shelves and waits until the order service knows everything.
async fn open(shop: &Arc<Shop>) -> anyhow::Result<()> {
    let mut chance = plan::chance(shop.seed, "opening");
    let [username, password] = crate::keys::STAFF;
    let key = shopper::log_in_with(shop, username, password, &mut chance).await?;
    shop.opens_with(Catalogue::create(&shop.product, &key, &mut chance).await?);
    let all: Vec<i64> = shop.catalogue().offers().iter().map(|offer| offer.id).collect();
    let mut scout = Shopper::register(Arc::clone(shop), &format!("scout{:x}", shop.seed)).await?;
    scout.until_known(&all).await
}

/// Waits until there are enough checkouts and kills, and tells how it goes.
async fn until_reached(
    shop: &Shop,
    size: Size,
    actors: &mut Actors,
    background: &mut Actors,
) -> anyhow::Result<()> {
    let started = Instant::now();
    let mut next_line = started + PROGRESS;
    loop {
        actors.check()?;
        background.check()?;
        let checkouts = shop.record.checkouts();
        let kills = shop.tally.kills_in_flight.load(Ordering::Relaxed);
        if checkouts >= size.checkouts && kills >= size.kills {
            return Ok(());
        }
        if Instant::now() >= next_line {
            println!("  {:>3} s: {}", started.elapsed().as_secs(), summary(&shop.tally, checkouts));
            next_line += PROGRESS;
        }
        sleep(Duration::from_millis(100)).await;
    }
}

async fn judge(shop: &Arc<Shop>, last_units: &[i64], buyers: usize) -> anyhow::Result<()> {
    let evidence = evidence::gather(shop).await?;
    let mut found = verdict::violations(shop.catalogue(), &shop.record.facts(), &evidence);
    for product in last_units {
        found.extend(last_unit::judge(&evidence.orders, *product, buyers).err());
    }
    println!(
        "  {} orders of {} customers and {} products were compared with the record",
        evidence.orders.len(),
        evidence.seen_by.len(),
        evidence.books.len()
    );
    for violation in found.iter().take(PRINTED) {
        println!("  VIOLATION: {violation}");
    }
    if found.is_empty() {
        return Ok(());
    }
    bail!("{} violations; {}", found.len(), summary(&shop.tally, shop.record.checkouts()))
}

fn summary(tally: &Tally, checkouts: usize) -> String {
    let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    format!(
        "{checkouts} acknowledged checkouts, {} kills, {} of them with a request in flight ({} requests cut \
         off), {} freezes, {} disturbed deliveries, {} looks at the stock",
        count(&tally.kills),
        count(&tally.kills_in_flight),
        count(&tally.cut_off),
        count(&tally.freezes),
        count(&tally.disturbed),
        count(&tally.looks)
    )
}

/// Tasks that must not fail.
#[derive(Default)]
struct Actors {
    tasks: JoinSet<anyhow::Result<()>>,
}

impl Actors {
    fn spawn(&mut self, actor: impl Future<Output = anyhow::Result<()>> + Send + 'static) {
        self.tasks.spawn(actor);
    }

    /// The failure of one, if one has failed by now.
    fn check(&mut self) -> anyhow::Result<()> {
        while let Some(ended) = self.tasks.try_join_next() {
            ended.context("an actor panicked")??;
        }
        Ok(())
    }

    async fn finish(&mut self) -> anyhow::Result<()> {
        while let Some(ended) = self.tasks.join_next().await {
            ended.context("an actor panicked")??;
        }
        Ok(())
    }
}
