//! Since when things are as they are, as far as this process has seen.

use super::rules::{Capability, Seen, Situation};
use std::sync::{Arc, Mutex, PoisonError};

/// The services and capabilities, each with what is seen of it and since when. Clones are one.
#[derive(Clone, Debug, Default)]
pub(crate) struct History(Arc<Mutex<Option<Past>>>);

/// What is so, and since when (unix milliseconds).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Since {
    pub(crate) seen: Seen,
    pub(crate) unix_ms: i64,
}

/// Since when each service and each capability is as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Past {
    pub(crate) user: Since,
    pub(crate) product: Since,
    pub(crate) order: Since,
    capabilities: [Since; Capability::ALL.len()],
}

impl Past {
    fn begin(situation: &Situation, now_unix_ms: i64) -> Self {
        let since = |seen| Since { seen, unix_ms: now_unix_ms };
        Self {
            user: since(situation.user),
            product: since(situation.product),
            order: since(situation.order),
            capabilities: Capability::ALL.map(|capability| since(situation.can(capability))),
        }
    }

    /// The past with a further moment: what is as before keeps its time.
    fn then(self, situation: &Situation, now_unix_ms: i64) -> Self {
        let now = Self::begin(situation, now_unix_ms);
        let kept = |before: Since, now: Since| if before.seen == now.seen { before } else { now };
        let mut capabilities = now.capabilities;
        for (now, before) in capabilities.iter_mut().zip(self.capabilities) {
            *now = kept(before, *now);
        }
        Self {
            user: kept(self.user, now.user),
            product: kept(self.product, now.product),
            order: kept(self.order, now.order),
            capabilities,
        }
    }

    /// Since when a capability is as it is.
    pub(crate) fn of(&self, capability: Capability) -> Since {
        let index = Capability::ALL.iter().position(|other| *other == capability).unwrap_or_default();
        self.capabilities[index]
    }
}

impl History {
    /// Notes how things are, and tells since when.
    pub(crate) fn observe(&self, situation: &Situation, now_unix_ms: i64) -> Past {
        let mut past = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = match *past {
            Some(before) => before.then(situation, now_unix_ms),
            None => Past::begin(situation, now_unix_ms),
        };
        *past = Some(now);
        now
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::rules::{Capability, Seen, Situation},
        History,
    };

    #[test]
    fn a_change_is_dated_and_what_stays_keeps_its_date() {
        let up = Situation { user: Seen::Up, product: Seen::Up, order: Seen::Up, has_copy: true };
        let down = Situation { product: Seen::Down, ..up };
        let history = History::default();
        assert_eq!(history.observe(&up, 1_000).product.unix_ms, 1_000);
        history.observe(&up, 2_000);
        let past = history.observe(&down, 3_000);
        assert_eq!((past.product.seen, past.product.unix_ms), (Seen::Down, 3_000));
        assert_eq!((past.user.unix_ms, past.of(Capability::Browse).unix_ms), (1_000, 1_000));
        assert_eq!(history.clone().observe(&down, 4_000).product.unix_ms, 3_000);
    }
}
