//! Sessions that ended before their keys expire.

use crate::clock::Clock;
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};
use uuid::Uuid;

/// The sessions whose keys are refused, as far as this process knows. Clones are one.
#[derive(Clone)]
pub struct Revocations {
    clock: Clock,
    sessions: Arc<RwLock<Sessions>>,
}

#[derive(Default)]
struct Sessions {
    /// By session, when its last key expires by itself, in unix milliseconds.
    until: HashMap<Uuid, i64>,
    /// When there are this many, the expired ones are looked for.
    prune_at: usize,
}

/// Below this many, nothing is pruned.
const FEW: usize = 1_024;

impl Revocations {
    /// None yet.
    pub fn new(clock: Clock) -> Self {
        Self { clock, sessions: Arc::default() }
    }

    /// Refuses the session's keys until they expire by themselves (unix milliseconds).
    pub fn revoke(&self, session_id: Uuid, until: i64) {
        let now = self.clock.now_unix_ms();
        let mut sessions = self.sessions.write().unwrap_or_else(PoisonError::into_inner);
        sessions.until.insert(session_id, until);
        if sessions.until.len() >= sessions.prune_at.max(FEW) {
            sessions.until.retain(|_, until| *until >= now);
            sessions.prune_at = sessions.until.len() * 2;
        }
    }

    /// Forgets what was known in favour of a snapshot.
    pub fn replace_all(&self, revoked: impl IntoIterator<Item = (Uuid, i64)>) {
        let until = revoked.into_iter().collect();
        *self.sessions.write().unwrap_or_else(PoisonError::into_inner) = Sessions { until, prune_at: 0 };
    }

    /// Whether the session's keys are to be refused.
    pub fn is_revoked(&self, session_id: Uuid) -> bool {
        self.sessions.read().unwrap_or_else(PoisonError::into_inner).until.contains_key(&session_id)
    }

    /// How many are remembered.
    pub fn len(&self) -> usize {
        self.sessions.read().unwrap_or_else(PoisonError::into_inner).until.len()
    }

    /// Whether none are remembered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::{FEW, Revocations};
    use crate::clock::Clock;
    use std::time::Duration;
    use uuid::Uuid;

    #[test]
    fn sessions_whose_keys_have_expired_are_forgotten() {
        let clock = Clock::set_at(0);
        let revocations = Revocations::new(clock.clone());
        for session in 0..10 * FEW as u128 {
            clock.advance(Duration::from_millis(1));
            revocations.revoke(Uuid::from_u128(session), clock.now_unix_ms() + 10);
        }
        assert!(revocations.len() <= FEW, "{} are remembered", revocations.len());
        assert!(revocations.is_revoked(Uuid::from_u128(10 * FEW as u128 - 1)));
    }

    #[test]
    fn a_snapshot_replaces_what_was_known() {
        let revocations = Revocations::new(Clock::set_at(0));
        revocations.revoke(Uuid::from_u128(1), 10);
        revocations.replace_all([(Uuid::from_u128(2), 10)]);
        assert!(!revocations.is_revoked(Uuid::from_u128(1)) && revocations.is_revoked(Uuid::from_u128(2)));
    }
}
