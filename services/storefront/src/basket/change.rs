//! How a basket changes: the same rules as the order service's, so that what is shown is what will be.

use contract::order::{self, NotAppliedReason};

/// The most pieces of one product that a basket holds.
pub(crate) const MAX_QUANTITY: i64 = 999;

/// The most lines that a basket holds.
pub(crate) const MAX_LINES: usize = 100;

/// A line of a basket. Its name is the catalogue's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) product_id: i64,
    /// 1 to [`MAX_QUANTITY`].
    pub(crate) quantity: i64,
    /// What the order service last said, in minor units; none of a line that it has not seen.
    pub(crate) unit_price: Option<i64>,
}

/// A change of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) product_id: i64,
    pub(crate) amount: Amount,
}

/// What becomes of a line's quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Amount {
    /// So many pieces more, 1 to [`MAX_QUANTITY`].
    Add(i64),
    /// So many pieces, 0 to [`MAX_QUANTITY`]; 0 takes the line out.
    Set(i64),
}

/// What of a change does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shortfall {
    pub(crate) product_id: i64,
    pub(crate) limit: Limit,
}

/// What it does not fit into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// The line is cut at [`MAX_QUANTITY`] pieces.
    Quantity,
    /// The basket holds [`MAX_LINES`] lines already.
    Lines,
    /// So many changes wait for the order service that no further one can be kept: this one is not made.
    Pending,
}

impl Change {
    pub(crate) fn add(product_id: i64, pieces: i64) -> Self {
        Self { product_id, amount: Amount::Add(pieces) }
    }

    pub(crate) fn set(product_id: i64, quantity: i64) -> Self {
        Self { product_id, amount: Amount::Set(quantity) }
    }

    /// The change within the bounds that the order service checks, and whether it had to be cut. `None` of
    /// what is no change at all: it would be refused, and with it all that it is sent with.
    pub(super) fn bounded(self) -> Option<(Self, bool)> {
        let Self { product_id, amount } = self;
        let (amount, wanted) = match amount {
            Amount::Add(pieces) => (Amount::Add(pieces.min(MAX_QUANTITY)), pieces),
            Amount::Set(quantity) => (Amount::Set(quantity.min(MAX_QUANTITY)), quantity),
        };
        let lowest = if matches!(amount, Amount::Add(_)) { 1 } else { 0 };
        let is_one = product_id >= 1 && wanted >= lowest;
        is_one.then_some((Self { product_id, amount }, wanted > MAX_QUANTITY))
    }

    /// Makes the change as far as it fits, and tells what did not. New lines go to the end.
    pub(super) fn apply(self, lines: &mut Vec<Line>) -> Option<Limit> {
        let place = lines.iter().position(|line| line.product_id == self.product_id);
        let present = place.map_or(0, |place| lines[place].quantity);
        let wanted = match self.amount {
            Amount::Add(pieces) => present.saturating_add(pieces),
            Amount::Set(quantity) => quantity,
        };
        let quantity = wanted.min(MAX_QUANTITY);
        match place {
            Some(place) if quantity <= 0 => drop(lines.remove(place)),
            Some(place) => lines[place].quantity = quantity,
            None if quantity <= 0 => {}
            None if lines.len() >= MAX_LINES => return Some(Limit::Lines),
            None => lines.push(Line { product_id: self.product_id, quantity, unit_price: None }),
        }
        (wanted > MAX_QUANTITY).then_some(Limit::Quantity)
    }

    /// As the order service takes it.
    pub(super) fn to_wire(self) -> order::Change {
        let (add, set) = match self.amount {
            Amount::Add(pieces) => (Some(pieces), None),
            Amount::Set(quantity) => (None, Some(quantity)),
        };
        order::Change { product_id: self.product_id, add, set }
    }
}

impl From<Limit> for Option<NotAppliedReason> {
    /// What the order service calls it; it knows nothing of what waits here.
    fn from(limit: Limit) -> Self {
        match limit {
            Limit::Quantity => Some(NotAppliedReason::QuantityLimit),
            Limit::Lines => Some(NotAppliedReason::LineLimit),
            Limit::Pending => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, Limit, Line, MAX_LINES, MAX_QUANTITY};

    fn line(product_id: i64, quantity: i64) -> Line {
        Line { product_id, quantity, unit_price: None }
    }

    #[test]
    fn changes_are_made_as_far_as_they_fit() {
        let mut lines = vec![line(1, 998), line(2, 1)];
        assert_eq!(Change::add(1, 2).apply(&mut lines), Some(Limit::Quantity));
        assert_eq!(Change::set(2, 0).apply(&mut lines), None);
        assert_eq!(Change::set(3, 0).apply(&mut lines), None);
        assert_eq!(Change::add(4, 7).apply(&mut lines), None);
        assert_eq!(lines, [line(1, MAX_QUANTITY), line(4, 7)]);
        let mut full: Vec<Line> = (1..=MAX_LINES as i64).map(|id| line(id, 1)).collect();
        assert_eq!(Change::set(200, 1).apply(&mut full), Some(Limit::Lines));
        assert_eq!(Change::add(5, 1).apply(&mut full), None);
        assert_eq!((full.len(), full[4]), (MAX_LINES, line(5, 2)));
    }

    #[test]
    fn a_change_is_cut_to_what_the_order_service_takes_and_nonsense_is_none() {
        for (change, expected) in [
            (Change::add(1, 1), Some((Change::add(1, 1), false))),
            (Change::add(1, 1_000), Some((Change::add(1, 999), true))),
            (Change::set(1, i64::MAX), Some((Change::set(1, 999), true))),
            (Change::set(1, 0), Some((Change::set(1, 0), false))),
            (Change::add(1, 0), None),
            (Change::add(1, -1), None),
            (Change::set(1, -1), None),
            (Change::add(0, 1), None),
            (Change::set(-7, 1), None),
        ] {
            assert_eq!(change.bounded(), expected, "{change:?}");
        }
    }
}
