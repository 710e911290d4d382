//! Hashing and checking passwords: Argon2id, off the async threads, so many at once and no more.

mod hashes;

use crate::{account::Password, error::Error, metrics::Metrics};
use argon2::Params;
use hashes::Memory;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What a hash costs: 19 MiB of memory, 2 passes, 1 lane, as OWASP's Password Storage Cheat Sheet wants at
/// least. Hashes made with other parameters are made anew at the next login.
pub const OWASP: Params = match Params::new(19 * 1024, 2, 1, None) {
    Ok(params) => params,
    Err(_) => unreachable!(),
};

/// How many may wait for each hash that is being made. At some 20 ms each, the last one waits for about a
/// second; whoever comes then is told to come back rather than kept.
const WAITING_PER_HASH: usize = 64;

/// Makes and checks hashes, a bounded number at a time, because each takes 19 MiB. Clones are one.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Turns>,
    /// A hash that no password has, to be checked where there is no account.
    nobody: String,
}

struct Turns {
    params: Params,
    running: Arc<Semaphore>,
    waiting: Semaphore,
    /// The places in the queue.
    places: usize,
    /// Memory for whoever waits: taking it anew from the system costs about a third of a hash.
    spare: Mutex<Vec<Memory>>,
    metrics: Metrics,
}

/// The right to hash, until dropped.
pub struct Slot {
    permit: OwnedSemaphorePermit,
    turns: Arc<Turns>,
}

/// What came of checking a password.
#[derive(Debug, PartialEq, Eq)]
pub enum Checked {
    Wrong,
    Right {
        /// The password's hash with the present parameters, if the checked one has others.
        renewed: Option<String>,
    },
}

impl Passwords {
    /// At most `parallelism` hashes at a time.
    ///
    /// # Errors
    /// The parameters cannot be written down.
    pub fn new(parallelism: usize, params: Params, metrics: Metrics) -> anyhow::Result<Self> {
        let parallelism = parallelism.max(1);
        let places = parallelism * WAITING_PER_HASH;
        let nobody = hashes::of_nobody(&params)?;
        let (running, waiting) = (Arc::new(Semaphore::new(parallelism)), Semaphore::new(places));
        let turns = Turns { params, running, waiting, places, spare: Mutex::default(), metrics };
        Ok(Self { turns: Arc::new(turns), nobody })
    }

    /// Waits for its turn.
    ///
    /// # Errors
    /// Too many wait already.
    pub async fn slot(&self) -> Result<Slot, Error> {
        let turns = &self.turns;
        let _place = turns.waiting.try_acquire().map_err(|_| Error::Busy)?;
        let _counted = turns.metrics.waiting_for_hash();
        let permit = Arc::clone(&turns.running).acquire_owned().await;
        let permit = permit.map_err(|error| Error::Internal(error.into()))?;
        Ok(Slot { permit, turns: Arc::clone(turns) })
    }

    /// A hash that no password has and that takes as long to check as one made now.
    pub fn of_nobody(&self) -> String {
        self.nobody.clone()
    }
}

impl Slot {
    /// Makes the hash of a password: a PHC string with its parameters.
    ///
    /// # Errors
    /// There is no memory.
    pub async fn hash(self, password: Password) -> Result<String, Error> {
        self.run(move |params, memory| hashes::hash(&password, params, memory)).await
    }

    /// Checks a password against its hash.
    ///
    /// # Errors
    /// There is no memory, or `hash` is none.
    pub async fn check(self, password: Password, hash: String) -> Result<Checked, Error> {
        self.run(move |params, memory| hashes::check(&password, &hash, params, memory)).await
    }

    /// The permit goes along: a request that is given up gives no right to start another hash meanwhile.
    async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce(&Params, &mut Memory) -> anyhow::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let done = tokio::task::spawn_blocking(move || {
            let mut memory = self.turns.spare().pop().unwrap_or_default();
            let began = Instant::now();
            let result = work(&self.turns.params, &mut memory);
            self.turns.metrics.hashed(began.elapsed());
            self.turns.put_back(memory);
            drop(self.permit);
            result
        });
        done.await.map_err(anyhow::Error::from).flatten().map_err(Error::Internal)
    }
}

impl Turns {
    /// Keeps the memory if somebody waits for it; when the rush is over all of it goes back to the system.
    fn put_back(&self, memory: Memory) {
        let mut spare = self.spare();
        if self.waiting.available_permits() < self.places {
            spare.push(memory);
        } else {
            spare.clear();
        }
    }

    fn spare(&self) -> std::sync::MutexGuard<'_, Vec<Memory>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{OWASP, Passwords};
    use crate::{account::Password, error::Error, metrics::Metrics};
    use std::task::Poll;

    fn one_at_a_time() -> Passwords {
        Passwords::new(1, OWASP, Metrics::new(&chassis::metrics::Metrics::new("user", "0"))).unwrap()
    }

    #[tokio::test]
    async fn whoever_comes_when_too_many_wait_is_told_so() {
        let passwords = one_at_a_time();
        let taken = passwords.slot().await.unwrap();
        let mut waiting: Vec<_> = (0..64).map(|_| Box::pin(passwords.slot())).collect();
        for slot in &mut waiting {
            assert!(futures::poll!(slot).is_pending());
        }
        assert!(matches!(passwords.slot().await, Err(Error::Busy)));
        drop(taken);
        assert!(waiting.remove(0).await.is_ok(), "the first in the queue has its turn");
        assert!(matches!(futures::poll!(Box::pin(passwords.slot())), Poll::Pending));
    }

    #[tokio::test]
    async fn memory_is_handed_on_while_somebody_waits_and_given_back_after() {
        let passwords = one_at_a_time();
        let secret = || Password::shown("correct horse".to_owned());
        let first = passwords.slot().await.unwrap();
        let mut second = Box::pin(passwords.slot());
        assert!(futures::poll!(&mut second).is_pending());
        first.hash(secret()).await.unwrap();
        assert_eq!(passwords.turns.spare().len(), 1);
        second.await.unwrap().hash(secret()).await.unwrap();
        assert_eq!(passwords.turns.spare().len(), 0);
    }
}
