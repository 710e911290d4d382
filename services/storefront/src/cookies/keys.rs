//! The keys that cookies are sealed with, from a file that is read again when it changes.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime},
};

use anyhow::{Context, anyhow, ensure};
use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use chassis::clock::Clock;

use super::{
    binary::{Reader, put_number},
    sealing::{KEY_BYTES, SealingKey},
};

/// How often the file is looked at.
const LOOK_EVERY_MS: i64 = 1_000;

/// Two are enough to rotate; more are a mistake, and each costs time on every foreign cookie.
const MAX_KEYS: usize = 8;

/// Browsers keep cookies of at most 4,096 bytes with their name (RFC 6265bis); longer texts are none of ours.
const MAX_SEALED_CHARS: usize = 4_096;

/// Characters of the text that `bytes` bytes become when they are sealed.
#[cfg(test)]
pub(crate) const fn sealed_chars(bytes: usize) -> usize {
    // The time of sealing takes at most six bytes until the year 2109.
    ((bytes + 6 + super::sealing::OVERHEAD) * 4).div_ceil(3)
}

/// The keys of one Shop. The first seals; all of them open. Clones are one.
///
/// To rotate without logging anybody out: add the new key as the last line, wait until every replica has
/// seen it, move it to the front, and take the former one out when its cookies have aged, after 30 days.
#[derive(Clone)]
pub(crate) struct CookieKeys(Arc<Inner>);

struct Inner {
    clock: Clock,
    /// None if the keys were made for this process.
    file: Option<PathBuf>,
    present: RwLock<Present>,
    looked_at_unix_ms: AtomicI64,
}

/// The present keys, and what the file looked like.
struct Present {
    keys: Arc<[SealingKey]>,
    stamp: Option<(SystemTime, u64)>,
}

/// What was sealed, opened.
pub(crate) struct Opened {
    pub(crate) plain: Vec<u8>,
    /// False if it was sealed with a key on its way out: it ought to be sealed anew.
    pub(crate) is_first_key: bool,
}

impl CookieKeys {
    /// Reads the keys: 32 bytes in base64 each, one a line, the one that seals first.
    ///
    /// # Errors
    /// The file cannot be read, or a line is no key.
    pub(crate) fn open(file: &Path, clock: Clock) -> anyhow::Result<Self> {
        let stamp = stamp(file);
        let keys = read(file).with_context(|| format!("in --cookie-key-file {}", file.display()))?;
        Ok(Self::with(keys, Some(file.to_owned()), stamp, clock))
    }

    /// A key for this process alone: sessions end with it, and no other replica knows them.
    #[cfg(test)]
    pub(crate) fn for_this_process(clock: Clock) -> Self {
        Self::with(Arc::new([SealingKey::new(&rand::random())]), None, None, clock)
    }

    fn with(
        keys: Arc<[SealingKey]>,
        file: Option<PathBuf>,
        stamp: Option<(SystemTime, u64)>,
        clock: Clock,
    ) -> Self {
        let looked_at_unix_ms = AtomicI64::new(clock.now_unix_ms());
        let present = RwLock::new(Present { keys, stamp });
        Self(Arc::new(Inner { clock, file, present, looked_at_unix_ms }))
    }

    /// The clock that seals and ages.
    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Seals for one purpose, as text that fits into a cookie.
    pub(crate) fn seal(&self, purpose: &str, plain: &[u8]) -> String {
        let mut dated = Vec::with_capacity(plain.len() + 6);
        put_number(&mut dated, self.now_s());
        dated.extend_from_slice(plain);
        let keys = self.current();
        let first = keys.first().expect("there is always a key");
        BASE64_URL_SAFE_NO_PAD.encode(first.seal(purpose, &dated))
    }

    /// Opens what one of the keys sealed for this purpose, at most `max_age` ago.
    pub(crate) fn unseal(&self, purpose: &str, text: &[u8], max_age: Duration) -> Option<Opened> {
        if text.len() > MAX_SEALED_CHARS {
            return None;
        }
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let keys = self.current();
        let opened = |(place, key): (usize, &SealingKey)| Some((place, key.open(purpose, &sealed)?));
        let (place, dated) = keys.iter().enumerate().find_map(opened)?;
        let mut reader = Reader::new(&dated);
        let sealed_at = reader.number()?;
        let plain = reader.rest().to_vec();
        let is_fresh = self.now_s().saturating_sub(sealed_at) <= max_age.as_secs();
        is_fresh.then_some(Opened { plain, is_first_key: place == 0 })
    }

    fn now_s(&self) -> u64 {
        u64::try_from(self.0.clock.now_unix_ms().div_euclid(1_000)).unwrap_or(0)
    }

    /// The keys, after a look at the file if the last one is some time ago. A bad file changes nothing.
    fn current(&self) -> Arc<[SealingKey]> {
        let (inner, now) = (&*self.0, self.0.clock.now_unix_ms());
        let looked_at = inner.looked_at_unix_ms.load(Ordering::Relaxed);
        let is_due = now.abs_diff(looked_at) >= LOOK_EVERY_MS.unsigned_abs();
        let take_turn =
            || inner.looked_at_unix_ms.compare_exchange(looked_at, now, Ordering::Relaxed, Ordering::Relaxed);
        if let (Some(file), true) = (&inner.file, is_due)
            && take_turn().is_ok()
        {
            self.look(file);
        }
        Arc::clone(&inner.present.read().unwrap_or_else(PoisonError::into_inner).keys)
    }

    fn look(&self, file: &Path) {
        let stamp = stamp(file);
        if stamp == self.0.present.read().unwrap_or_else(PoisonError::into_inner).stamp {
            return;
        }
        let keys = read(file);
        let mut present = self.0.present.write().unwrap_or_else(PoisonError::into_inner);
        present.stamp = stamp;
        match keys {
            Ok(keys) => {
                tracing::info!(keys = keys.len(), "the cookie keys have changed");
                present.keys = keys;
            }
            Err(error) => {
                tracing::error!(
                    error = format!("{error:#}"),
                    "the cookie keys cannot be read; the last ones stay"
                );
            }
        }
    }
}

/// When the file was written and how long it is; none if it is not there.
fn stamp(file: &Path) -> Option<(SystemTime, u64)> {
    let metadata = std::fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

fn read(file: &Path) -> anyhow::Result<Arc<[SealingKey]>> {
    let text = std::fs::read_to_string(file).context("cannot read the file")?;
    let lines = text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty());
    let keys: Arc<[SealingKey]> = lines
        .map(|(index, line)| {
            let bytes = BASE64_STANDARD.decode(line).ok();
            let key: Option<[u8; KEY_BYTES]> = bytes.and_then(|bytes| bytes.try_into().ok());
            // The line itself is not told: it may be a key with a slip of the pen.
            let key = key.ok_or_else(|| anyhow!("line {} is not {KEY_BYTES} bytes in base64", index + 1))?;
            Ok(SealingKey::new(&key))
        })
        .collect::<anyhow::Result<_>>()?;
    ensure!(!keys.is_empty(), "it holds no key");
    ensure!(keys.len() <= MAX_KEYS, "it holds more than {MAX_KEYS} keys");
    Ok(keys)
}

#[cfg(test)]
mod tests;
