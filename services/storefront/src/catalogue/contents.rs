//! The products of the copy, bounded in number and bytes.

use super::{
    cursor::{Order, Place},
    shelves::Shelves,
    words::Searchable,
};
use contract::{
    event::ProductFacts,
    product::{Product, Stock},
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, OnceLock},
};

/// How much of the catalogue is kept at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) products: usize,
    /// Of products and pictures together.
    pub(crate) bytes: usize,
}

/// What a product takes up beside its texts, roughly: numbers, pointers, its share of the maps.
const ENTRY_BYTES: usize = 400;

/// One product, and what searching and sorting want of it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) facts: ProductFacts,
    /// The name in lower case: lists are sorted by it, as those of the product service.
    pub(super) name_folded: Box<str>,
    pub(super) searchable: Searchable,
    size: usize,
}

impl Entry {
    fn new(facts: ProductFacts) -> Self {
        let name_folded: Box<str> = facts.name.to_lowercase().into();
        let searchable = Searchable::of(&facts.name, &facts.category, &facts.description);
        let texts = [&facts.slug, &facts.name, &facts.category, &facts.description, &facts.image];
        let texts: usize = texts.into_iter().map(String::len).sum();
        let size = ENTRY_BYTES + texts + facts.slug.len() + name_folded.len() + searchable.size();
        Self { facts, name_folded, searchable, size }
    }

    pub(super) fn is_available(&self) -> bool {
        self.facts.stock != Stock::Out
    }

    /// The product as the product service shows it to shoppers.
    pub(super) fn product(&self) -> Product {
        let facts = self.facts.clone();
        Product {
            id: facts.id,
            image: facts.image,
            name: facts.name,
            price: facts.price,
            slug: facts.slug,
            currency: facts.currency,
            description: facts.description,
            category: facts.category,
            stock: facts.stock,
            stock_quantity: None,
            version: facts.version,
        }
    }
}

/// A category, and how many products are in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Category {
    pub(crate) name: String,
    pub(crate) products: usize,
}

/// A state of the products. It is equal to itself only: any change makes another one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edition(Arc<()>);

impl PartialEq for Edition {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// The products of the copy.
#[derive(Debug)]
pub(super) struct Contents {
    bounds: Bounds,
    edition: Edition,
    by_id: BTreeMap<i64, Arc<Entry>>,
    ids: HashMap<Box<str>, i64>,
    bytes: usize,
    is_partial: bool,
    /// Those with products, counted when somebody asks.
    categories: OnceLock<Arc<[Category]>>,
    shelves: Shelves,
}

impl Contents {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            edition: Edition::default(),
            by_id: BTreeMap::new(),
            ids: HashMap::new(),
            bytes: 0,
            is_partial: false,
            categories: OnceLock::new(),
            shelves: Shelves::default(),
        }
    }

    /// Takes a product in, unless a newer state of it is known. Beyond the bounds it is left out, and so is
    /// what was known of it: an old price is worse than none.
    pub(super) fn take(&mut self, facts: ProductFacts) {
        let id = facts.id;
        if self.by_id.get(&id).is_some_and(|known| known.facts.revision >= facts.revision) {
            return;
        }
        self.remove(id);
        let entry = Entry::new(facts);
        if self.by_id.len() >= self.bounds.products || self.bytes + entry.size > self.bounds.bytes {
            self.is_partial = true;
            return;
        }
        self.forget_lists();
        self.bytes += entry.size;
        self.ids.insert(entry.facts.slug.as_str().into(), id);
        self.by_id.insert(id, Arc::new(entry));
    }

    fn remove(&mut self, id: i64) {
        let Some(entry) = self.by_id.remove(&id) else { return };
        self.forget_lists();
        self.bytes -= entry.size;
        // The slug may have been passed on to another product already.
        if self.ids.get(entry.facts.slug.as_str()) == Some(&id) {
            self.ids.remove(entry.facts.slug.as_str());
        }
    }

    /// What was made of the products, to be made again when somebody asks.
    fn forget_lists(&mut self) {
        self.edition = Edition::default();
        self.categories.take();
        self.shelves = Shelves::default();
    }

    /// The products of a category, or of all if it is blank, behind a place, or all, in an order other than
    /// relevance.
    pub(super) fn in_order(
        &self,
        category: &str,
        order: Order,
        after: Option<&Place<'_>>,
    ) -> impl Iterator<Item = &Entry> {
        self.shelves.behind(self, category, order, after)
    }

    pub(super) fn by_id(&self, id: i64) -> Option<&Entry> {
        self.by_id.get(&id).map(|entry| &**entry)
    }

    pub(super) fn by_slug(&self, slug: &str) -> Option<&Entry> {
        self.by_id(*self.ids.get(slug)?)
    }

    /// All products, oldest first.
    pub(super) fn entries(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.by_id.values()
    }

    pub(super) fn edition(&self) -> &Edition {
        &self.edition
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Bytes of memory, roughly.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether products were left out.
    pub(super) fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// Products were left out before these were written down.
    pub(super) fn mark_partial(&mut self) {
        self.is_partial = true;
    }

    /// The categories by name, whatever the case.
    pub(super) fn categories(&self) -> Arc<[Category]> {
        Arc::clone(self.categories.get_or_init(|| self.count_categories()))
    }

    fn count_categories(&self) -> Arc<[Category]> {
        let mut counts: BTreeMap<(String, &str), usize> = BTreeMap::new();
        for entry in self.by_id.values().filter(|entry| !entry.facts.category.is_empty()) {
            let name = entry.facts.category.as_str();
            *counts.entry((name.to_lowercase(), name)).or_default() += 1;
        }
        let category = |((_, name), products): ((String, &str), usize)| {
            let name = name.to_owned();
            Category { name, products }
        };
        counts.into_iter().map(category).collect()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Bounds, Category, Contents};
    use contract::{event::ProductFacts, product::Stock};

    pub(in crate::catalogue) const ROOMY: Bounds = Bounds { products: 1_000, bytes: 1 << 24 };

    pub(in crate::catalogue) fn facts(id: i64, revision: i64) -> ProductFacts {
        ProductFacts {
            id,
            slug: format!("tea-{id}"),
            name: format!("Tea {id}"),
            price: 100 * id,
            currency: "EUR".parse().unwrap(),
            category: "Tea".to_owned(),
            description: "From a garden.".to_owned(),
            image: String::new(),
            stock: Stock::InStock,
            version: 1,
            revision,
        }
    }

    #[test]
    fn the_newer_state_of_a_product_stays() {
        let mut contents = Contents::new(ROOMY);
        contents.take(ProductFacts { price: 2, ..facts(1, 2) });
        contents.take(ProductFacts { price: 1, ..facts(1, 1) });
        assert_eq!(contents.by_id(1).map(|entry| entry.facts.price), Some(2));
        contents.take(ProductFacts { price: 3, ..facts(1, 3) });
        assert_eq!(contents.by_slug("tea-1").map(|entry| entry.facts.price), Some(3));
        assert_eq!(contents.len(), 1);
    }

    #[test]
    fn any_change_of_the_products_is_another_edition() {
        let mut contents = Contents::new(ROOMY);
        let mut editions = vec![contents.edition().clone()];
        for (id, revision) in [(1, 1), (2, 1), (1, 2)] {
            contents.take(facts(id, revision));
            assert!(!editions.contains(contents.edition()));
            editions.push(contents.edition().clone());
        }
        contents.take(facts(2, 1));
        assert_eq!(Some(contents.edition()), editions.last(), "nothing new is no change");
    }

    #[test]
    fn a_slug_that_was_passed_on_finds_its_new_product() {
        let mut contents = Contents::new(ROOMY);
        let slug = |id, revision, slug: &str| ProductFacts { slug: slug.into(), ..facts(id, revision) };
        contents.take(slug(1, 1, "tea"));
        contents.take(slug(2, 1, "tea"));
        contents.take(slug(1, 2, "old-tea"));
        assert_eq!(contents.by_slug("tea").map(|entry| entry.facts.id), Some(2));
        assert_eq!(contents.by_slug("old-tea").map(|entry| entry.facts.id), Some(1));
        assert!(contents.by_slug("tea-1").is_none());
    }

    #[test]
    fn beyond_the_bounds_products_are_left_out_and_it_is_said() {
        let mut contents = Contents::new(Bounds { products: 2, ..ROOMY });
        contents.take(facts(1, 1));
        contents.take(facts(2, 1));
        assert!(!contents.is_partial());
        contents.take(facts(3, 1));
        assert!(contents.is_partial() && contents.len() == 2 && contents.by_id(3).is_none());
        contents.take(ProductFacts { price: 9, ..facts(2, 2) });
        assert_eq!(contents.by_id(2).map(|entry| entry.facts.price), Some(9), "changes go on being taken in");
    }

    #[test]
    fn a_product_that_outgrows_the_bytes_is_left_out_rather_than_outdated() {
        let mut contents = Contents::new(Bounds { bytes: 5_000, ..ROOMY });
        contents.take(facts(1, 1));
        contents.take(facts(2, 1));
        contents.take(ProductFacts { description: "word ".repeat(1_000), ..facts(1, 2) });
        assert!(contents.is_partial() && contents.by_id(1).is_none() && contents.by_slug("tea-1").is_none());
        assert!(contents.by_id(2).is_some());
        assert!(contents.bytes() < 1_000, "{}", contents.bytes());
    }

    #[test]
    fn categories_are_counted_and_sorted_whatever_the_case() {
        let mut contents = Contents::new(ROOMY);
        for (id, category) in [(1, "Teaware"), (2, "black tea"), (3, ""), (4, "Green tea"), (5, "Teaware")] {
            contents.take(ProductFacts { category: category.into(), ..facts(id, 1) });
        }
        let category = |name: &str, products| Category { name: name.into(), products };
        let expected = [category("black tea", 1), category("Green tea", 1), category("Teaware", 2)];
        assert_eq!(*contents.categories(), expected);
        contents.take(ProductFacts { category: "Green tea".into(), ..facts(2, 2) });
        assert_eq!(*contents.categories(), [category("Green tea", 2), category("Teaware", 2)]);
    }
}
