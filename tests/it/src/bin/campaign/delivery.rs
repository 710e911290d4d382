//! In how bad a way a batch of events can be delivered. Nothing is invented and nothing is left out for good:
//! a consumer that takes each event once, in the order of positions, must not notice.

use std::time::Duration;

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde_json::Value;

/// One delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    AsItIs,
    /// Later.
    Late(Duration),
    /// The whole batch two times in a row.
    Twice,
    /// Its events in another order.
    Shuffled,
    /// A batch that was delivered before, instead.
    Again,
    /// The first half of the answer; then the connection breaks.
    Cut,
}

impl Delivery {
    /// More than half of all deliveries are disturbed in some way.
    pub(crate) fn draw(chance: &mut StdRng) -> Self {
        match chance.random_range(0..100) {
            0..45 => Self::AsItIs,
            45..55 => Self::Late(Duration::from_millis(chance.random_range(1..150))),
            55..66 => Self::Twice,
            66..78 => Self::Shuffled,
            78..90 => Self::Again,
            _ => Self::Cut,
        }
    }
}

/// A batch as it was delivered, and what it was the answer to.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) epoch: String,
    pub(crate) after: i64,
    pub(crate) events: Vec<Value>,
}

impl Batch {
    /// Whether this batch may be delivered again to a consumer that stands there: it must not make the
    /// consumer skip anything.
    pub(crate) fn suits(&self, epoch: &str, after: i64) -> bool {
        self.epoch == epoch && self.after <= after
    }
}

pub(crate) fn twice(mut events: Vec<Value>) -> Vec<Value> {
    events.extend(events.clone());
    events
}

pub(crate) fn shuffled(mut events: Vec<Value>, chance: &mut StdRng) -> Vec<Value> {
    events.shuffle(chance);
    events
}

#[cfg(test)]
mod tests {
    use super::Batch;

    #[test]
    fn a_batch_comes_again_only_where_nothing_lies_before_it() {
        let batch = Batch { epoch: "a".into(), after: 5, events: Vec::new() };
        assert!(batch.suits("a", 5) && batch.suits("a", 99));
        assert!(!batch.suits("a", 4), "the consumer would skip the event at 5");
        assert!(!batch.suits("b", 99), "another epoch is another feed");
    }
}
