//! The copy on disk, so that it survives a restart of the process.
//!
//! `catalogue.jsonl` holds a line that says what it is, a line for each product, and a line with their number
//! and digest; it is written beside and put in place whole. `caught-up.json` says until when the products of
//! that digest are known to be current, so that a quiet shop writes no products. What is damaged or of
//! another shop is not used: the feed tells everything anew.

use super::copy::{Catalogue, Changes, Moment};
use anyhow::{Context as _, ensure};
use chassis::shutdown::Shutdown;
use contract::{Timestamp, event::ProductFacts};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, ErrorKind, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// What the file says it is. Files of another version are not read.
const FORMAT: &str = "shopkeeper catalogue copy 1";

/// The longest time that a change waits to be written, and the shortest between two writings.
const WRITTEN_EVERY: Duration = Duration::from_secs(3);

/// The longest line that is read: a product's texts (16,000 characters at most), escaped.
const LONGEST_LINE: usize = 1024 * 1024;

#[derive(Serialize, Deserialize)]
struct Head {
    format: String,
    shop: String,
}

#[derive(Serialize, Deserialize)]
struct Tail {
    products: usize,
    is_partial: bool,
    caught_up_at: Timestamp,
    /// Of all lines before this one.
    sha256: String,
}

#[derive(Serialize, Deserialize)]
struct CaughtUp {
    /// Which products are meant.
    sha256: String,
    at: Timestamp,
}

/// What an earlier process has written down.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) products: Vec<ProductFacts>,
    pub(super) is_partial: bool,
    /// Unix milliseconds.
    pub(super) caught_up_at: i64,
}

/// Where the copy of one shop is kept.
#[derive(Clone, Debug)]
pub(super) struct Keeper {
    folder: PathBuf,
    shop: String,
}

impl Keeper {
    /// In this folder, which is there.
    pub(super) fn new(folder: &Path, shop: &str) -> Self {
        Self { folder: folder.to_owned(), shop: shop.to_owned() }
    }

    /// What was written down; none if nothing was.
    ///
    /// # Errors
    /// The file is damaged, of another shop, or cannot be read.
    pub(super) fn read(&self) -> anyhow::Result<Option<Kept>> {
        let path = self.catalogue();
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("cannot open {}", path.display())),
        };
        self.read_from(BufReader::new(file)).map(Some).with_context(|| format!("in {}", path.display()))
    }

    fn read_from(&self, mut file: impl BufRead) -> anyhow::Result<Kept> {
        let mut digest = Sha256::new();
        let first = line(&mut file)?;
        let head: Head = serde_json::from_slice(&first).context("it does not say what it is")?;
        ensure!(head.format == FORMAT, "its format is not known");
        ensure!(head.shop == self.shop, "it is of another shop");
        digest.update(&first);
        let mut products = Vec::new();
        loop {
            let next = line(&mut file)?;
            if let Ok(facts) = serde_json::from_slice(&next) {
                products.push(facts);
                digest.update(&next);
                continue;
            }
            let tail: Tail = serde_json::from_slice(&next).context("a line cannot be read")?;
            ensure!(tail.products == products.len(), "products are missing");
            ensure!(tail.sha256 == hex(digest), "it has been changed");
            let caught_up_at = self.caught_up_at(&tail).unix_ms();
            return Ok(Kept { products, is_partial: tail.is_partial, caught_up_at });
        }
    }

    /// The later of what the two files say of these products.
    fn caught_up_at(&self, tail: &Tail) -> Timestamp {
        let later = std::fs::read(self.caught_up()).ok();
        let later = later.and_then(|bytes| serde_json::from_slice::<CaughtUp>(&bytes).ok());
        later.filter(|later| later.sha256 == tail.sha256).map_or(tail.caught_up_at, |later| later.at)
    }

    /// Writes the copy, and answers its digest.
    fn write(&self, moment: &Moment) -> anyhow::Result<String> {
        let mut digest = Sha256::new();
        let path = self.catalogue();
        put_in_place(&path, |file| {
            let mut write = |line: Vec<u8>| {
                digest.update(&line);
                file.write_all(&line)
            };
            write(json_line(&Head { format: FORMAT.to_owned(), shop: self.shop.clone() })?)?;
            for entry in &moment.entries {
                write(json_line(&entry.facts)?)?;
            }
            let sha256 = hex(digest);
            let caught_up_at = timestamp(moment.changes);
            let (products, is_partial) = (moment.entries.len(), moment.is_partial);
            let tail = Tail { products, is_partial, caught_up_at, sha256: sha256.clone() };
            file.write_all(&json_line(&tail)?)?;
            Ok(sha256)
        })
        .with_context(|| format!("cannot write {}", path.display()))
    }

    /// Writes until when the products of this digest are current.
    fn write_caught_up(&self, sha256: &str, changes: Changes) -> anyhow::Result<()> {
        let path = self.caught_up();
        let caught_up = CaughtUp { sha256: sha256.to_owned(), at: timestamp(changes) };
        put_in_place(&path, |file| file.write_all(&json_line(&caught_up)?))
            .with_context(|| format!("cannot write {}", path.display()))
    }

    fn catalogue(&self) -> PathBuf {
        self.folder.join("catalogue.jsonl")
    }

    fn caught_up(&self) -> PathBuf {
        self.folder.join("caught-up.json")
    }
}

/// Writes the copy down whenever it has changed, but not all the time, and once more when the process drains.
pub(super) async fn keep(catalogue: Arc<Catalogue>, keeper: Keeper, shutdown: Shutdown) {
    let mut changes = catalogue.changes();
    let mut written: Option<(String, u64)> = None;
    let mut is_failing = false;
    let mut goes_on = true;
    while goes_on {
        // Either way what has changed so far is written; draining, for the last time.
        goes_on = shutdown.unless_draining(changes.changed()).await.is_some_and(|changed| changed.is_ok())
            && shutdown.unless_draining(tokio::time::sleep(WRITTEN_EVERY)).await.is_some();
        changes.mark_unchanged();
        let Some(moment) = catalogue.moment() else { continue };
        let (keeper, before) = (keeper.clone(), written.clone());
        let writing = tokio::task::spawn_blocking(move || write_changed(&keeper, &moment, before));
        match writing.await.map_err(anyhow::Error::from).and_then(|result| result) {
            Ok(now) => {
                written = Some(now);
                is_failing = false;
            }
            Err(error) => {
                if !is_failing {
                    tracing::warn!(error = format!("{error:#}"), "the copy of the catalogue cannot be kept");
                }
                is_failing = true;
            }
        }
    }
}

/// Writes what differs from what was written before: digest, and number of the change.
fn write_changed(
    keeper: &Keeper,
    moment: &Moment,
    before: Option<(String, u64)>,
) -> anyhow::Result<(String, u64)> {
    match before {
        Some((sha256, products)) if products == moment.changes.products => {
            keeper.write_caught_up(&sha256, moment.changes)?;
            Ok((sha256, products))
        }
        _ => Ok((keeper.write(moment)?, moment.changes.products)),
    }
}

/// Makes a file whole beside its place, then puts it there.
fn put_in_place<T>(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<T>,
) -> std::io::Result<T> {
    let beside = path.with_extension("new");
    let mut file = BufWriter::new(File::create(&beside)?);
    let result = write(&mut file)?;
    file.into_inner().map_err(|error| error.into_error())?;
    std::fs::rename(&beside, path)?;
    Ok(result)
}

/// The next line with its end.
fn line(file: &mut impl BufRead) -> anyhow::Result<Vec<u8>> {
    let mut line = Vec::new();
    let mut bounded = std::io::Read::take(file, LONGEST_LINE as u64);
    bounded.read_until(b'\n', &mut line)?;
    ensure!(line.ends_with(b"\n"), "it ends too early");
    Ok(line)
}

fn json_line(value: &impl Serialize) -> std::io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}

fn timestamp(changes: Changes) -> Timestamp {
    Timestamp::from_unix_ms(changes.caught_up_at.unwrap_or(0))
}

fn hex(digest: Sha256) -> String {
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{Catalogue, Keeper, Kept, keep};
    use crate::catalogue::contents::{
        Bounds,
        tests::{ROOMY, facts},
    };
    use chassis::{clock::Clock, shutdown::Shutdown};
    use contract::event::ProductEvent;
    use feed::Copy as _;
    use std::{sync::Arc, time::Duration};

    const DEADLINE: Duration = Duration::from_secs(20);

    fn catalogue_with(products: i64, clock: &Clock, bounds: Bounds) -> Arc<Catalogue> {
        let catalogue = Catalogue::new(bounds, clock.clone());
        catalogue.start_over();
        (1..=products).for_each(|id| catalogue.apply(ProductEvent::Changed(facts(id, 1))));
        catalogue.caught_up();
        Arc::new(catalogue)
    }

    /// Runs the keeper to its end, which writes.
    async fn keep_once(catalogue: &Arc<Catalogue>, keeper: &Keeper) {
        let shutdown = Shutdown::new();
        shutdown.drain();
        keep(Arc::clone(catalogue), keeper.clone(), shutdown).await;
    }

    #[tokio::test]
    async fn a_copy_is_read_as_it_was_written_with_its_time() {
        let folder = tempfile::tempdir().unwrap();
        let keeper = Keeper::new(folder.path(), "tea-house");
        assert_eq!(keeper.read().unwrap(), None);
        let clock = Clock::set_at(1_795_253_400_007);
        let catalogue = catalogue_with(3, &clock, Bounds { products: 2, ..ROOMY });
        keep_once(&catalogue, &keeper).await;
        let products = vec![facts(1, 1), facts(2, 1)];
        let kept = keeper.read().unwrap();
        assert_eq!(kept, Some(Kept { products, is_partial: true, caught_up_at: 1_795_253_400_007 }));

        let Kept { products, is_partial, caught_up_at } = kept.unwrap();
        clock.advance(Duration::from_secs(60));
        let restarted = Catalogue::new(ROOMY, clock.clone());
        restarted.remember(products, is_partial, caught_up_at);
        assert!(restarted.is_known() && restarted.is_partial() && restarted.len() == 2);
        assert_eq!(restarted.age(), Some(Duration::from_secs(60)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_quiet_shop_writes_the_time_and_no_products() {
        let folder = tempfile::tempdir().unwrap();
        let keeper = Keeper::new(folder.path(), "tea-house");
        let clock = Clock::set_at(1_000);
        let catalogue = catalogue_with(1, &clock, ROOMY);
        let shutdown = Shutdown::new();
        let keeping = tokio::spawn(keep(Arc::clone(&catalogue), keeper.clone(), shutdown.clone()));
        let caught_up_at = async |catalogue: &Catalogue, expected: i64| {
            kit::eventually(DEADLINE, "the time is written", async || {
                catalogue.caught_up();
                let kept = keeper.read().unwrap();
                let at = kept.as_ref().map(|kept| kept.caught_up_at);
                if at == Some(expected) { Ok(()) } else { Err(at) }
            })
            .await;
        };
        caught_up_at(&catalogue, 1_000).await;
        let written = std::fs::read(keeper.catalogue()).unwrap();
        clock.advance(Duration::from_secs(20));
        caught_up_at(&catalogue, 21_000).await;
        assert_eq!(std::fs::read(keeper.catalogue()).unwrap(), written);
        catalogue.apply(ProductEvent::Changed(facts(1, 2)));
        catalogue.caught_up();
        shutdown.drain();
        keeping.await.unwrap();
        assert_eq!(keeper.read().unwrap().unwrap().products, [facts(1, 2)]);
    }

    #[tokio::test]
    async fn what_is_damaged_or_foreign_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let keeper = Keeper::new(folder.path(), "tea-house");
        keep_once(&catalogue_with(3, &Clock::set_at(0), ROOMY), &keeper).await;
        let whole = std::fs::read_to_string(keeper.catalogue()).unwrap();
        let lines: Vec<_> = whole.lines().collect();
        let without_a_product = [lines[0], lines[1], lines[3], lines[4]].join("\n") + "\n";
        for (damage, reason) in [
            (String::new(), "ends too early"),
            (whole[..whole.len() / 2].to_owned(), "ends too early"),
            (whole[..whole.len() - 1].to_owned(), "ends too early"),
            (lines[..4].join("\n") + "\n", "ends too early"),
            (without_a_product, "products are missing"),
            (whole.replace("\"price\":200", "\"price\":100"), "changed"),
            (whole.replace("tea-house", "wine-house"), "another shop"),
            (whole.replace("copy 1", "copy 2"), "format is not known"),
            ("slug,name,price\n".to_owned(), "what it is"),
            ("\0".repeat(3_000_000), "ends too early"),
        ] {
            std::fs::write(keeper.catalogue(), &damage).unwrap();
            let error = format!("{:#}", keeper.read().expect_err(reason));
            assert!(error.contains(reason), "{error} instead of {reason}");
        }
        assert!(Keeper::new(folder.path(), "other").read().is_err());
        std::fs::write(keeper.catalogue(), &whole).unwrap();
        std::fs::write(keeper.caught_up(), "{").unwrap();
        assert_eq!(keeper.read().unwrap().unwrap().products.len(), 3, "the note is not needed");
    }
}
