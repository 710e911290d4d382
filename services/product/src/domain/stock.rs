//! How much is left, in a word, and whether an order can have what it wants.

use contract::{
    event::{OrderedLine, RefusedLine},
    order::Refusal,
    product::Stock,
};
use std::collections::BTreeMap;

/// At most this many pieces are few.
const FEW: i64 = 5;

/// The word for a quantity; what nobody counts is always there.
pub fn word(quantity: Option<i64>) -> Stock {
    match quantity {
        Some(quantity) if quantity <= 0 => Stock::Out,
        Some(quantity) if quantity <= FEW => Stock::Low,
        _ => Stock::InStock,
    }
}

/// The word as it is stored and sent.
pub fn name(stock: Stock) -> &'static str {
    match stock {
        Stock::InStock => "in_stock",
        Stock::Low => "low",
        Stock::Out => "out",
    }
}

/// The word that was stored.
pub fn from_name(name: &str) -> Option<Stock> {
    [Stock::InStock, Stock::Low, Stock::Out].into_iter().find(|stock| self::name(*stock) == name)
}

/// What an order wants of each product, in ascending order of products: the order in which rows are locked.
pub fn wanted(lines: &[OrderedLine]) -> BTreeMap<i64, i64> {
    let mut wanted = BTreeMap::new();
    for line in lines {
        let pieces: &mut i64 = wanted.entry(line.product_id).or_default();
        *pieces = pieces.saturating_add(line.quantity.max(1));
    }
    wanted
}

/// The lines that cannot be had from the shelf: what it holds of each known product, or that nobody counts.
/// One such line refuses the whole order.
pub fn refused(wanted: &BTreeMap<i64, i64>, shelf: &BTreeMap<i64, Option<i64>>) -> Vec<RefusedLine> {
    wanted
        .iter()
        .filter_map(|(&product_id, &pieces)| {
            let reason = match shelf.get(&product_id) {
                None => Refusal::UnknownProduct,
                Some(Some(left)) if *left < pieces => Refusal::OutOfStock,
                Some(_) => return None,
            };
            Some(RefusedLine { product_id, reason })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{from_name, name, refused, wanted, word};
    use contract::{
        event::{OrderedLine, RefusedLine},
        order::Refusal,
        product::Stock,
    };
    use std::collections::BTreeMap;

    #[test]
    fn the_word_is_out_at_none_low_at_five_and_in_stock_if_nobody_counts() {
        for (quantity, expected) in [
            (Some(0), Stock::Out),
            (Some(1), Stock::Low),
            (Some(5), Stock::Low),
            (Some(6), Stock::InStock),
            (None, Stock::InStock),
        ] {
            assert_eq!(word(quantity), expected, "{quantity:?}");
            assert_eq!(from_name(name(expected)), Some(expected));
        }
    }

    #[test]
    fn one_line_that_cannot_be_had_is_named_with_its_reason() {
        let line = |product_id, quantity| OrderedLine { product_id, quantity };
        let wanted = wanted(&[line(3, 2), line(1, 1), line(3, 1), line(9, 1), line(4, 7)]);
        let shelf = BTreeMap::from([(1, Some(1)), (3, Some(2)), (4, None)]);
        assert_eq!(
            refused(&wanted, &shelf),
            [
                RefusedLine { product_id: 3, reason: Refusal::OutOfStock },
                RefusedLine { product_id: 9, reason: Refusal::UnknownProduct },
            ]
        );
    }
}
