//! What was lately made of a service's answers, so that an answer which still holds is neither sent nor made
//! into anything again.
//!
//! It never answers by itself: each time, the service is asked whether the answer holds.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most that is remembered: more than shoppers look at in one moment.
const MOST: usize = 64;

/// What was made of the last answer to each question. `K` says what was asked; clones of `T` are cheap.
pub(crate) struct Lately<K, T>(Mutex<HashMap<K, T>>);

impl<K, T> Default for Lately<K, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, T: Clone> Lately<K, T> {
    /// What was made of the last answer.
    pub(crate) fn of(&self, key: &K) -> Option<T> {
        self.lock().get(key).cloned()
    }

    /// Remembers what was made of an answer, and no older one.
    pub(crate) fn remember(&self, key: K, made: T) {
        let mut all = self.lock();
        if all.len() >= MOST && !all.contains_key(&key) {
            // What is asked for is soon there again.
            all.clear();
        }
        all.insert(key, made);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Lately, MOST};

    #[test]
    fn the_last_answer_to_each_question_is_remembered() {
        let lately = Lately::default();
        assert_eq!(lately.of(&"a"), None);
        for (key, made) in [("a", 1), ("b", 2), ("a", 3)] {
            lately.remember(key, made);
        }
        assert_eq!((lately.of(&"a"), lately.of(&"b")), (Some(3), Some(2)));
    }

    #[test]
    fn it_is_bounded_and_the_newest_is_there() {
        let lately = Lately::default();
        for key in 0..10 * MOST {
            lately.remember(key, key);
            assert_eq!(lately.of(&key), Some(key));
            assert!(lately.lock().len() <= MOST);
        }
    }
}
