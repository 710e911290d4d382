//! Logouts that the user service has not heard of yet.
//!
//! Whoever logs out is logged out: the cookie goes at once. The session itself can be ended by the user
//! service only; while that is away, its keys wait here and are handed in when it is back.

use std::{
    collections::VecDeque,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chassis::{clock::Clock, shutdown::Shutdown};
use contract::Timestamp;
use tokio::sync::Notify;

use super::{MAX_AGE, Tokens, farewell_file::FarewellFile};
use crate::cookies::CookieKeys;

/// How many logouts wait at most: some 8 MB. Beyond it the oldest is given up; its session ends by itself.
const MAX_WAITING: usize = 10_000;

/// Between two attempts while the user service is away, jitter aside. So a session is ended well within
/// five seconds of its return.
const PAUSE: Duration = Duration::from_secs(1);

/// What to add to the pause at most, so that replicas do not ask in step.
const MAX_JITTER_MS: u64 = 500;

/// A session to be ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Farewell {
    pub(crate) tokens: Tokens,
    /// When the shopper logged out.
    pub(crate) since: Timestamp,
}

/// How a session is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way<'a> {
    /// Log out with this access token.
    LogOut(&'a str),
    /// The access token has expired. Exchange this refresh token and log out with the new access token; if
    /// it is refused, the session has ended already.
    RefreshFirst(&'a str),
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// The session is over.
    Done,
    /// The user service did not answer, or not usefully.
    NotNow,
}

/// The sessions that are to be ended. Clones are one.
#[derive(Clone)]
pub(crate) struct Farewells(Arc<Inner>);

struct Inner {
    clock: Clock,
    queue: Mutex<Queue>,
    /// What waits survives a restart here.
    file: Option<FarewellFile>,
    added: Notify,
}

/// What waits, the longest first.
#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Farewell>,
}

impl Farewell {
    /// How to end the session now.
    pub(crate) fn way(&self, now: Timestamp) -> Way<'_> {
        if self.tokens.is_alive(now) {
            Way::LogOut(&self.tokens.access_token)
        } else {
            Way::RefreshFirst(&self.tokens.refresh_token)
        }
    }

    /// Whether the session has ended by itself.
    fn is_over(&self, now: Timestamp) -> bool {
        now.unix_ms().saturating_sub(self.since.unix_ms()) > MAX_AGE.as_millis() as i64
    }
}

impl Queue {
    /// False if it waits already.
    fn add(&mut self, farewell: Farewell) -> bool {
        let refresh_token = &farewell.tokens.refresh_token;
        if self.waiting.iter().any(|known| known.tokens.refresh_token == *refresh_token) {
            return false;
        }
        if self.waiting.len() >= MAX_WAITING {
            self.waiting.pop_front();
            tracing::warn!(
                "more than {MAX_WAITING} logouts wait for the user service; the oldest is given up"
            );
        }
        self.waiting.push_back(farewell);
        true
    }

    /// The one to say next; those whose sessions have ended by themselves go.
    fn next(&mut self, now: Timestamp) -> Option<Farewell> {
        while self.waiting.front().is_some_and(|farewell| farewell.is_over(now)) {
            self.waiting.pop_front();
        }
        self.waiting.front().cloned()
    }

    fn said(&mut self, farewell: &Farewell, said: Said) {
        let place = self.waiting.iter().position(|known| known == farewell);
        let tried = place.and_then(|place| self.waiting.remove(place));
        if let (Some(farewell), Said::NotNow) = (tried, said) {
            // To the end: should one alone be hard to say, it does not hold up the others.
            self.waiting.push_back(farewell);
        }
    }
}

impl Farewells {
    /// What a former process left in `folder`; without a folder nothing survives the process. A damaged file
    /// is said in the log and costs only what was damaged.
    pub(crate) fn open(keys: &CookieKeys, folder: Option<&Path>) -> Self {
        let file = folder.map(|folder| FarewellFile::new(folder, keys.clone()));
        let mut queue = Queue::default();
        file.iter().flat_map(FarewellFile::read).for_each(|farewell| {
            queue.add(farewell);
        });
        if !queue.waiting.is_empty() {
            tracing::info!(waiting = queue.waiting.len(), "logouts of before wait for the user service");
        }
        let clock = keys.clock().clone();
        Self(Arc::new(Inner { clock, queue: Mutex::new(queue), file, added: Notify::new() }))
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner).waiting.len()
    }

    /// Takes on a session that is to be ended when the user service is back. On return it is on disk.
    pub(crate) async fn add(&self, tokens: Tokens) {
        let farewell = Farewell { tokens, since: self.now() };
        let is_new = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner).add(farewell.clone());
        if !is_new {
            // Whoever sends an old cookie again and again does not fill the disk.
            return;
        }
        self.0.added.notify_one();
        if let Some(file) = &self.0.file {
            file.append(farewell).await;
        }
    }

    /// Says what waits, one after the other, until the process drains. `say` ends one session; when it
    /// cannot, all wait a little.
    pub(crate) async fn say_all<Say, Saying>(self, shutdown: Shutdown, say: Say)
    where
        Say: Fn(Farewell) -> Saying,
        Saying: Future<Output = Said>,
    {
        while shutdown.unless_draining(self.say_round(&say)).await.is_some() {
            let pause = async {
                if self.len() == 0 {
                    self.0.added.notified().await;
                } else {
                    let jitter = rand::random_range(0..=MAX_JITTER_MS);
                    tokio::time::sleep(PAUSE + Duration::from_millis(jitter)).await;
                }
            };
            if shutdown.unless_draining(pause).await.is_none() {
                return;
            }
        }
    }

    /// Until one cannot be said, or none is left.
    async fn say_round<Say, Saying>(&self, say: &Say)
    where
        Say: Fn(Farewell) -> Saying,
        Saying: Future<Output = Said>,
    {
        let mut has_changed = false;
        while let Some(farewell) = self.next() {
            let said = say(farewell.clone()).await;
            self.0.queue.lock().unwrap_or_else(PoisonError::into_inner).said(&farewell, said);
            if said == Said::NotNow {
                break;
            }
            has_changed = true;
        }
        if let (true, Some(file)) = (has_changed, &self.0.file) {
            file.replace(|| self.waiting()).await;
        }
    }

    fn next(&self) -> Option<Farewell> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner).next(self.now())
    }

    fn waiting(&self) -> Vec<Farewell> {
        let queue = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.waiting.iter().cloned().collect()
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.0.clock.now_unix_ms())
    }
}

#[cfg(test)]
mod tests;
