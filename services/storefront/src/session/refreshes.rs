//! Many requests of one browser find at once that the keys must be renewed: one of them asks.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use contract::user::Keys;
use futures::{
    FutureExt as _,
    future::{BoxFuture, Shared},
};
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

/// How long an answer is given to requests that still show the old token: those that were under way when the
/// new cookie was set. Well below the minute that the user service grants to an exchanged token.
const REMEMBERED: Duration = Duration::from_secs(10);

/// How many exchanges are remembered. A refresh is due every seven minutes per shopper.
const MAX_REMEMBERED: usize = 4_096;

/// The refresh tokens that are being exchanged, or just were. `E` is why an exchange failed. Clones are one.
pub(crate) struct Refreshes<E> {
    by_token: Arc<Mutex<HashMap<[u8; 32], Exchange<E>>>>,
}

type Answer<E> = Result<Arc<Keys>, Arc<E>>;

struct Exchange<E> {
    answer: Shared<BoxFuture<'static, Answer<E>>>,
    began_at: Instant,
}

impl<E> Clone for Refreshes<E> {
    fn clone(&self) -> Self {
        Self { by_token: Arc::clone(&self.by_token) }
    }
}

impl<E> Default for Refreshes<E> {
    fn default() -> Self {
        Self { by_token: Arc::default() }
    }
}

impl<E: Send + Sync + 'static> Refreshes<E> {
    /// Exchanges the token by `exchange`, unless that is under way or was done a moment ago: then its answer
    /// is shared. A caller who goes away does not break the exchange for the others, and a failure is shared
    /// only with those who wait for it.
    ///
    /// # Errors
    /// What `exchange` failed with.
    pub(crate) async fn once<F, Exchanging>(&self, refresh_token: &str, exchange: F) -> Answer<E>
    where
        F: FnOnce() -> Exchanging,
        Exchanging: Future<Output = Result<Keys, E>> + Send + 'static,
    {
        let token: [u8; 32] = Sha256::digest(refresh_token).into();
        let answer = self.join(token, exchange);
        let result = answer.clone().await;
        if result.is_err() {
            self.forget(&token, &answer);
        }
        result
    }

    fn join<F, Exchanging>(&self, token: [u8; 32], exchange: F) -> Shared<BoxFuture<'static, Answer<E>>>
    where
        F: FnOnce() -> Exchanging,
        Exchanging: Future<Output = Result<Keys, E>> + Send + 'static,
    {
        let now = Instant::now();
        let mut exchanges = self.by_token.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = exchanges.get(&token).filter(|known| known.is_valid(now)) {
            return known.answer.clone();
        }
        exchanges.retain(|_, known| known.is_valid(now));
        if exchanges.len() >= MAX_REMEMBERED {
            exchanges.clear();
        }
        let exchanging = exchange().map(|result| result.map(Arc::new).map_err(Arc::new));
        let answer = exchanging.boxed().shared();
        exchanges.insert(token, Exchange { answer: answer.clone(), began_at: now });
        answer
    }

    /// Drops a failed exchange, unless somebody has begun the next one.
    fn forget(&self, token: &[u8; 32], failed: &Shared<BoxFuture<'static, Answer<E>>>) {
        let mut exchanges = self.by_token.lock().unwrap_or_else(PoisonError::into_inner);
        if exchanges.get(token).is_some_and(|known| known.answer.ptr_eq(failed)) {
            exchanges.remove(token);
        }
    }
}

impl<E> Exchange<E> {
    fn is_valid(&self, now: Instant) -> bool {
        now.duration_since(self.began_at) < REMEMBERED
    }
}

#[cfg(test)]
mod tests;
