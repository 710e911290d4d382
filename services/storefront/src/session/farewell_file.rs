//! The logouts that wait, on disk: one sealed line each, since whoever reads a key can use it.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use contract::Timestamp;
use tokio::sync::Mutex;

use super::{Farewell, MAX_AGE, Tokens};
use crate::cookies::{CookieKeys, Reader, put_number};

/// The file's name in the cache folder.
const NAME: &str = "farewells";

/// What the lines are sealed for.
const PURPOSE: &str = "farewell";

/// Only the owner reads it.
const MODE: u32 = 0o600;

/// The file. One change after the other.
pub(super) struct FarewellFile {
    path: PathBuf,
    keys: CookieKeys,
    turn: Arc<Mutex<()>>,
}

impl FarewellFile {
    pub(super) fn new(folder: &Path, keys: CookieKeys) -> Self {
        Self { path: folder.join(NAME), keys, turn: Arc::default() }
    }

    /// What the file holds, as far as it can be opened.
    pub(super) fn read(&self) -> Vec<Farewell> {
        let text = match std::fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
            Err(error) => {
                self.complain("the waiting logouts cannot be read", &error);
                return Vec::new();
            }
        };
        let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
        let farewells: Vec<Farewell> = lines.iter().filter_map(|line| self.open(line)).collect();
        if farewells.len() < lines.len() {
            let lost = lines.len() - farewells.len();
            tracing::warn!(lost, "some waiting logouts are too old or cannot be opened and are given up");
        }
        farewells
    }

    /// Adds one, durably. If that fails it still waits in memory.
    pub(super) async fn append(&self, farewell: Farewell) {
        let _turn = self.turn.lock().await;
        let (path, line) = (self.path.clone(), self.seal(&farewell));
        self.write("a waiting logout cannot be stored", move || {
            let mut file = OpenOptions::new().append(true).create(true).mode(MODE).open(path)?;
            // A line of its own, should the last one have been cut by a crash.
            file.write_all(format!("\n{line}\n").as_bytes())?;
            file.sync_data()
        })
        .await;
    }

    /// Puts what waits now in the place of what the file holds.
    pub(super) async fn replace(&self, waiting: impl FnOnce() -> Vec<Farewell>) {
        let _turn = self.turn.lock().await;
        let lines: String = waiting().iter().map(|farewell| self.seal(farewell) + "\n").collect();
        let path = self.path.clone();
        self.write("the waiting logouts cannot be stored", move || {
            if lines.is_empty() {
                return match std::fs::remove_file(path) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                    result => result,
                };
            }
            let beside = path.with_extension("new");
            let mut file: File =
                OpenOptions::new().write(true).create(true).truncate(true).mode(MODE).open(&beside)?;
            file.write_all(lines.as_bytes())?;
            file.sync_data()?;
            std::fs::rename(beside, path)
        })
        .await;
    }

    async fn write(&self, failure: &str, work: impl FnOnce() -> io::Result<()> + Send + 'static) {
        let written = tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(error.into()));
        if let Err(error) = written {
            self.complain(failure, &error);
        }
    }

    fn complain(&self, failure: &str, error: &io::Error) {
        tracing::error!(file = %self.path.display(), error = error as &dyn std::error::Error, "{failure}");
    }

    fn seal(&self, farewell: &Farewell) -> String {
        let mut plain = Vec::new();
        put_number(&mut plain, u64::try_from(farewell.since.unix_ms()).unwrap_or(0));
        farewell.tokens.encode(&mut plain);
        self.keys.seal(PURPOSE, &plain)
    }

    fn open(&self, line: &[u8]) -> Option<Farewell> {
        let opened = self.keys.unseal(PURPOSE, line, MAX_AGE)?;
        let mut reader = Reader::new(&opened.plain);
        let since = Timestamp::from_unix_ms(reader.signed()?);
        let tokens = Tokens::decode(&mut reader)?;
        reader.end()?;
        Some(Farewell { tokens, since })
    }
}
