//! Changes that take effect together, under one id.

use contract::order::Merge;
use uuid::Uuid;

use super::change::{Amount, Change, MAX_QUANTITY};

/// Changes under the id that makes them count once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) merge_id: Uuid,
    pub(super) changes: Vec<Change>,
    /// Whether the order service may have seen it. Then it must never change: of two that have the same id
    /// only the first counts.
    pub(super) is_sent: bool,
}

impl Batch {
    pub(super) fn new(merge_id: Uuid, changes: Vec<Change>) -> Self {
        Self { merge_id, changes, is_sent: false }
    }

    /// Adds a change, summed up with one of the same product. Lines that are taken out come first, so that
    /// there is room for those that are put in.
    pub(super) fn fold(&mut self, change: Change) {
        match self.changes.iter_mut().find(|known| known.product_id == change.product_id) {
            Some(known) => known.amount = one_after_the_other(known.amount, change.amount),
            None => self.changes.push(change),
        }
        self.changes.sort_by_key(|change| change.amount != Amount::Set(0));
    }

    /// As the order service takes it.
    pub(super) fn to_wire(&self) -> Merge {
        Merge {
            merge_id: self.merge_id,
            changes: self.changes.iter().map(|change| change.to_wire()).collect(),
        }
    }
}

/// The one amount that does what both do.
fn one_after_the_other(first: Amount, second: Amount) -> Amount {
    match (first, second) {
        (_, Amount::Set(quantity)) => Amount::Set(quantity),
        (Amount::Add(some), Amount::Add(more)) => Amount::Add(some.saturating_add(more).min(MAX_QUANTITY)),
        (Amount::Set(some), Amount::Add(more)) => Amount::Set(some.saturating_add(more).min(MAX_QUANTITY)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Amount, Batch, Change, one_after_the_other};
    use crate::basket::change::Line;
    use uuid::Uuid;

    #[test]
    fn one_amount_does_what_two_do_whatever_was_there() {
        let amounts = [1, 2, 500, 998, 999].into_iter().flat_map(|n| [Amount::Add(n), Amount::Set(n)]);
        let amounts: Vec<Amount> = amounts.chain([Amount::Set(0)]).collect();
        for present in [0, 1, 499, 998, 999] {
            for first in &amounts {
                for second in &amounts {
                    let after = |amounts: &[Amount]| {
                        let line = Line { product_id: 1, quantity: present, unit_price: None };
                        let mut lines = if present == 0 { vec![] } else { vec![line] };
                        for amount in amounts {
                            Change { product_id: 1, amount: *amount }.apply(&mut lines);
                        }
                        lines.first().map(|line| line.quantity)
                    };
                    let both = one_after_the_other(*first, *second);
                    assert_eq!(after(&[*first, *second]), after(&[both]), "{present}, {first:?}, {second:?}");
                }
            }
        }
    }

    #[test]
    fn changes_of_one_product_become_one_and_lines_go_before_others_come() {
        let mut batch = Batch::new(Uuid::nil(), vec![Change::add(1, 2)]);
        for change in [Change::add(2, 1), Change::add(1, 3), Change::set(2, 0), Change::set(3, 7)] {
            batch.fold(change);
        }
        assert_eq!(batch.changes, [Change::set(2, 0), Change::add(1, 5), Change::set(3, 7)]);
    }
}
