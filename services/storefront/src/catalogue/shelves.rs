//! The products in the orders of lists, sorted when a list is first asked for: a page is a few steps from its
//! place then, however large the copy is.

use super::{
    contents::{Contents, Entry},
    cursor::{Order, Place},
};
use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

/// All products, and those of each category. Whoever changes the products makes it anew.
#[derive(Debug, Default)]
pub(super) struct Shelves {
    whole: OnceLock<Shelf>,
    by_category: OnceLock<HashMap<Box<str>, Shelf>>,
}

/// Some products, each time in another order.
#[derive(Debug)]
struct Shelf {
    by_age: Box<[Arc<Entry>]>,
    by_name: OnceLock<Box<[Arc<Entry>]>>,
    by_price: OnceLock<Box<[Arc<Entry>]>>,
}

impl Shelves {
    /// The products behind a place, or all, in an order that no search decides: relevance is none. A category
    /// that is blank is any.
    pub(super) fn behind<'c>(
        &'c self,
        contents: &Contents,
        category: &str,
        order: Order,
        after: Option<&Place<'_>>,
    ) -> Box<dyn Iterator<Item = &'c Entry> + 'c> {
        let shelf = match category {
            "" => Some(self.whole.get_or_init(|| Shelf::of(contents.entries().cloned().collect()))),
            _ => self.by_category.get_or_init(|| categories(contents)).get(category),
        };
        let sorted = shelf.map_or(&[][..], |shelf| shelf.in_order(order));
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

fn categories(contents: &Contents) -> HashMap<Box<str>, Shelf> {
    let mut entries: HashMap<&str, Vec<Arc<Entry>>> = HashMap::new();
    for entry in contents.entries() {
        entries.entry(&entry.facts.category).or_default().push(Arc::clone(entry));
    }
    entries.into_iter().map(|(category, entries)| (category.into(), Shelf::of(entries))).collect()
}

impl Shelf {
    /// Of products that are there oldest first.
    fn of(by_age: Vec<Arc<Entry>>) -> Self {
        Self { by_age: by_age.into(), by_name: OnceLock::new(), by_price: OnceLock::new() }
    }

    fn in_order(&self, order: Order) -> &[Arc<Entry>] {
        let shelf = match order {
            Order::Age | Order::Newest | Order::Relevance => return &self.by_age,
            Order::Name => &self.by_name,
            Order::Price | Order::PriceDescending => &self.by_price,
        };
        shelf.get_or_init(|| {
            let mut entries = self.by_age.clone();
            entries.sort_unstable_by(|one, other| place(one, order).cmp(&place(other, order)));
            entries
        })
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
