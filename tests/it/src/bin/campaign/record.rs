//! The record of everything that the shop acknowledged, and of what it may have done without saying so.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use contract::order::Order;

/// Violations that are printed as they are seen; one cause often breaks many rules.
const PRINTED: usize = 10;

/// Product → pieces.
pub(crate) type Lines = BTreeMap<i64, i64>;

/// An account whose registration was acknowledged.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: i64,
    pub(crate) username: String,
}

/// A checkout, named by its idempotency key.
#[derive(Clone, Debug)]
pub(crate) struct Checkout {
    pub(crate) user_id: i64,
    /// The order that the shop acknowledged; `None` while, or if, no answer said what became of it.
    pub(crate) order: Option<Acknowledged>,
}

/// An order as the shop acknowledged it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Acknowledged {
    pub(crate) id: i64,
    pub(crate) lines: Lines,
    pub(crate) total: i64,
}

impl From<&Order> for Acknowledged {
    fn from(order: &Order) -> Self {
        Self { id: order.id, lines: lines(order), total: order.total }
    }
}

pub(crate) fn lines(order: &Order) -> Lines {
    order.items.iter().map(|item| (item.product, item.quantity)).collect()
}

/// What is known so far.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) accounts: Vec<Account>,
    /// By idempotency key; those that were refused for certain are taken out again.
    pub(crate) checkouts: BTreeMap<String, Checkout>,
    /// Ids of orders that somebody tried to cancel, or to fulfil, and of those of which it was acknowledged.
    pub(crate) cancel_asked: BTreeSet<i64>,
    pub(crate) cancelled: BTreeSet<i64>,
    pub(crate) fulfil_asked: BTreeSet<i64>,
    pub(crate) fulfilled: BTreeSet<i64>,
    /// Broken rules that were seen while the shop ran.
    pub(crate) violations: Vec<String>,
}

impl Facts {
    pub(crate) fn acknowledged(&self) -> impl Iterator<Item = (&Checkout, &Acknowledged)> {
        self.checkouts.values().filter_map(|checkout| Some((checkout, checkout.order.as_ref()?)))
    }
}

/// The record, shared by all who shop.
#[derive(Debug, Default)]
pub(crate) struct Record {
    facts: Mutex<Facts>,
}

impl Record {
    pub(crate) fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn violation(&self, what: String) {
        let violations = &mut self.facts().violations;
        if violations.len() < PRINTED {
            println!("  seen: {what}");
        }
        violations.push(what);
    }

    /// How many checkouts were acknowledged.
    pub(crate) fn checkouts(&self) -> usize {
        self.facts().acknowledged().count()
    }

    /// A checkout is about to be sent for the first time.
    pub(crate) fn checkout_begins(&self, key: &str, user_id: i64) {
        self.facts().checkouts.insert(key.to_owned(), Checkout { user_id, order: None });
    }

    /// A checkout was refused, and no attempt is left that could still take effect.
    pub(crate) fn checkout_refused(&self, key: &str) {
        self.facts().checkouts.remove(key);
    }

    /// A checkout was acknowledged. All acknowledgements of one key must be of the same order.
    pub(crate) fn checkout_acknowledged(&self, key: &str, order: &Order) {
        let acknowledged = Acknowledged::from(order);
        let earlier = match self.facts().checkouts.get_mut(key) {
            Some(checkout) => checkout.order.replace(acknowledged.clone()),
            None => None,
        };
        if let Some(earlier) = earlier.filter(|earlier| *earlier != acknowledged) {
            self.violation(format!("key {key} was answered with {earlier:?}, then with {acknowledged:?}"));
        }
    }
}
