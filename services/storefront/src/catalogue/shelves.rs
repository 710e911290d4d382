//! The products in the orders of lists, sorted when a list is first asked for: a page is a few steps from its
//! place then, however large the copy is.

use super::{
    contents::{Contents, Entry},
    cursor::{Order, Place},
};
use std::sync::{Arc, OnceLock};

/// All products, each time in another order. Whoever changes the products makes it anew.
#[derive(Debug, Default)]
pub(super) struct Shelves {
    by_age: OnceLock<Box<[Arc<Entry>]>>,
    by_name: OnceLock<Box<[Arc<Entry>]>>,
    by_price: OnceLock<Box<[Arc<Entry>]>>,
}

impl Shelves {
    /// The products behind a place, or all, in an order that no search decides: relevance is none.
    pub(super) fn behind<'c>(
        &'c self,
        contents: &Contents,
        order: Order,
        after: Option<&Place<'_>>,
    ) -> Box<dyn Iterator<Item = &'c Entry> + 'c> {
        let shelf = match order {
            Order::Age | Order::Newest | Order::Relevance => &self.by_age,
            Order::Name => &self.by_name,
            Order::Price | Order::PriceDescending => &self.by_price,
        };
        let sorted = shelf.get_or_init(|| {
            let mut entries: Vec<_> = contents.entries().cloned().collect();
            entries.sort_unstable_by(|one, other| place(one, order).cmp(&place(other, order)));
            entries.into()
        });
        if order.is_descending() {
            let end = after
                .map_or(sorted.len(), |after| sorted.partition_point(|entry| place(entry, order) < *after));
            Box::new(sorted[..end].iter().rev().map(|entry| &**entry))
        } else {
            let start =
                after.map_or(0, |after| sorted.partition_point(|entry| place(entry, order) <= *after));
            Box::new(sorted[start..].iter().map(|entry| &**entry))
        }
    }
}

/// Where a product stands in a list of this order.
pub(super) fn place(entry: &Entry, order: Order) -> Place<'_> {
    let number = match order {
        Order::Price | Order::PriceDescending => entry.facts.price,
        Order::Age | Order::Newest | Order::Name | Order::Relevance => 0,
    };
    let text = if order == Order::Name { &*entry.name_folded } else { "" };
    Place { number, text, id: entry.facts.id }
}
