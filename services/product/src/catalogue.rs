//! The file with the first products (`--catalogue`).

use crate::{Error, Store, domain::csv, error::in_words};
use anyhow::{Context as _, anyhow};
use chassis::clock::Clock;
use contract::product::CsvError;
use std::path::Path;

/// The most mistakes that are told when the service refuses to start.
const TOLD: usize = 10;

/// Loads the first products, unless that was done before.
///
/// # Errors
/// The file cannot be read or has mistakes, named by line and column.
pub(crate) async fn load_once(store: &Store, file: &Path, clock: &Clock) -> anyhow::Result<()> {
    if store.has_begun().await? {
        return Ok(());
    }
    let name = || format!("--catalogue {}", file.display());
    let bytes = std::fs::read(file).with_context(name)?;
    let lines = csv::read(&bytes).map_err(|mistakes| told(&mistakes)).with_context(name)?;
    match store.begin_with(lines, clock.now_unix_ms()).await {
        Ok(Some(counts)) => tracing::info!(products = counts.created, "the first products are loaded"),
        Ok(None) => tracing::info!("there are products already; the first ones are not loaded"),
        Err(Error::BadCsv(mistakes)) => return Err(told(&mistakes)).with_context(name),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

fn told(mistakes: &[CsvError]) -> anyhow::Error {
    let mut sentences: Vec<_> = mistakes.iter().take(TOLD).map(in_words).collect();
    if mistakes.len() > TOLD {
        sentences.push("and more".to_owned());
    }
    anyhow!("{}", sentences.join("; "))
}
