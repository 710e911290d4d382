//! How a basket changes, and what it costs.

use contract::order::{Item, NotApplied, NotAppliedReason};

/// The most pieces of one product that a basket holds.
pub const MAX_QUANTITY: i64 = 999;

/// The most lines that a basket holds.
pub const MAX_LINES: usize = 100;

/// The most changes that one merge may bring: every line of a full basket taken out, and as many put in.
pub const MAX_CHANGES: usize = 2 * MAX_LINES;

/// What the catalogue says of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub name: String,
    /// Minor units of the shop's currency.
    pub price: i64,
}

/// A wanted change of one line, within the bounds that a request is checked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    pub product_id: i64,
    pub amount: Amount,
}

/// What becomes of a line's quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// So many pieces more, 1 to [`MAX_QUANTITY`].
    Add(i64),
    /// So many pieces, 0 to [`MAX_QUANTITY`]; 0 takes the line out.
    Set(i64),
}

/// Makes one change as far as it fits. New lines go to the end and take name and price from `facts`.
///
/// # Errors
/// Why the change was cut or left out. A caller who wants all or nothing drops the lines then.
pub fn change(
    lines: &mut Vec<Item>,
    change: Change,
    facts: impl Fn(i64) -> Option<Facts>,
) -> Result<(), NotAppliedReason> {
    let place = lines.iter().position(|line| line.product == change.product_id);
    let present = place.map_or(0, |place| lines[place].quantity);
    let wanted = match change.amount {
        Amount::Add(pieces) => present.saturating_add(pieces),
        Amount::Set(pieces) => pieces,
    };
    let quantity = wanted.min(MAX_QUANTITY);
    match place {
        Some(place) if quantity <= 0 => drop(lines.remove(place)),
        Some(place) => set_quantity(&mut lines[place], quantity),
        None if quantity <= 0 => {}
        None => {
            let Facts { name, price } = facts(change.product_id).ok_or(NotAppliedReason::UnknownProduct)?;
            if lines.len() >= MAX_LINES {
                return Err(NotAppliedReason::LineLimit);
            }
            lines.push(item(change.product_id, quantity, name, price));
        }
    }
    if wanted > MAX_QUANTITY { Err(NotAppliedReason::QuantityLimit) } else { Ok(()) }
}

/// Makes all changes, one after the other, as far as they fit, and tells what did not.
pub fn merge(
    lines: &mut Vec<Item>,
    changes: &[Change],
    facts: impl Fn(i64) -> Option<Facts>,
) -> Vec<NotApplied> {
    changes
        .iter()
        .filter_map(|wanted| {
            let reason = change(lines, *wanted, &facts).err()?;
            Some(NotApplied { product_id: wanted.product_id, reason })
        })
        .collect()
}

/// A line at the catalogue's or the order's own price.
pub fn item(product: i64, quantity: i64, name: String, unit_price: i64) -> Item {
    let mut line = Item { product, quantity, name, unit_price, line_total: 0, refusal: None };
    set_quantity(&mut line, quantity);
    line
}

fn set_quantity(line: &mut Item, quantity: i64) {
    line.quantity = quantity;
    line.line_total = quantity.saturating_mul(line.unit_price);
}

/// What the lines cost together, in minor units. `i64::MAX` stands for all that does not fit.
pub fn total(lines: &[Item]) -> i64 {
    lines.iter().fold(0, |sum: i64, line| sum.saturating_add(line.line_total))
}

/// Whether two sets of lines ask for the same pieces, whatever they cost.
pub fn same_pieces(one: &[Item], other: &[Item]) -> bool {
    one.len() == other.len()
        && one.iter().all(|line| {
            other.iter().any(|peer| peer.product == line.product && peer.quantity == line.quantity)
        })
}

#[cfg(test)]
mod tests {
    use super::{
        Amount::{Add, Set},
        Change, Facts, MAX_LINES, MAX_QUANTITY, change, item, merge, same_pieces, total,
    };
    use contract::order::{
        Item, NotApplied,
        NotAppliedReason::{LineLimit, QuantityLimit, UnknownProduct},
    };

    /// Products 1 to 500 exist and cost ten times their number.
    fn facts(product_id: i64) -> Option<Facts> {
        (1..=500)
            .contains(&product_id)
            .then(|| Facts { name: format!("Tea {product_id}"), price: product_id * 10 })
    }

    fn lines(quantities: &[(i64, i64)]) -> Vec<Item> {
        quantities.iter().map(|&(id, quantity)| item(id, quantity, format!("Tea {id}"), id * 10)).collect()
    }

    #[test]
    fn adding_makes_a_line_grow_or_appends_one() {
        let mut basket = lines(&[(1, 2)]);
        assert_eq!(change(&mut basket, Change { product_id: 1, amount: Add(3) }, facts), Ok(()));
        assert_eq!(change(&mut basket, Change { product_id: 7, amount: Add(1) }, facts), Ok(()));
        assert_eq!(basket, lines(&[(1, 5), (7, 1)]));
        assert_eq!(total(&basket), 5 * 10 + 70);
    }

    #[test]
    fn setting_replaces_a_quantity_and_zero_takes_the_line_out() {
        let mut basket = lines(&[(1, 2), (2, 2)]);
        assert_eq!(change(&mut basket, Change { product_id: 2, amount: Set(9) }, facts), Ok(()));
        assert_eq!(change(&mut basket, Change { product_id: 1, amount: Set(0) }, facts), Ok(()));
        assert_eq!(change(&mut basket, Change { product_id: 3, amount: Set(0) }, facts), Ok(()));
        assert_eq!(basket, lines(&[(2, 9)]));
    }

    #[test]
    fn what_does_not_fit_is_cut_and_told() {
        let mut basket = lines(&[(1, 998)]);
        let changes = [(1, Add(2)), (900, Add(1)), (900, Set(0)), (2, Add(1))];
        let not_applied =
            merge(&mut basket, &changes.map(|(product_id, amount)| Change { product_id, amount }), facts);
        assert_eq!(basket, lines(&[(1, MAX_QUANTITY), (2, 1)]));
        assert_eq!(
            not_applied,
            [
                NotApplied { product_id: 1, reason: QuantityLimit },
                NotApplied { product_id: 900, reason: UnknownProduct },
            ]
        );
    }

    #[test]
    fn a_full_basket_takes_no_further_line_but_more_of_its_own() {
        let full: Vec<_> = (1..=MAX_LINES as i64).map(|id| (id, 1)).collect();
        let mut basket = lines(&full);
        assert_eq!(change(&mut basket, Change { product_id: 200, amount: Add(1) }, facts), Err(LineLimit));
        assert_eq!(change(&mut basket, Change { product_id: 100, amount: Add(1) }, facts), Ok(()));
        assert_eq!((basket.len(), basket[99].quantity), (MAX_LINES, 2));
    }

    #[test]
    fn a_price_beyond_measure_does_not_wrap_around() {
        let basket = [item(1, 999, "Dear".into(), i64::MAX / 2), item(2, 1, "Cheap".into(), 1)];
        assert_eq!(total(&basket), i64::MAX);
    }

    #[test]
    fn baskets_are_the_same_whatever_the_order_of_their_lines_and_their_prices() {
        assert!(same_pieces(&lines(&[(1, 2), (3, 4)]), &lines(&[(3, 4), (1, 2)])));
        let mut dearer = lines(&[(1, 2)]);
        dearer[0].unit_price += 1;
        assert!(same_pieces(&lines(&[(1, 2)]), &dearer));
        assert!(!same_pieces(&lines(&[(1, 2)]), &lines(&[(1, 3)])));
        assert!(!same_pieces(&lines(&[(1, 2)]), &lines(&[(1, 2), (2, 1)])));
    }
}
