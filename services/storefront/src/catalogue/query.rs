//! Pages of the copy, in the same orders as the product service's.

use super::{
    contents::{Contents, Entry},
    cursor::{Cursor, Order, Place},
    shelves,
    words::Words,
};
use client::Sort;
use contract::product::Product;

/// The most products of a page, as at the product service.
const LARGEST_PAGE: usize = 100;

/// Which products are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Query<'q> {
    /// Words to look for; blank for none.
    pub(crate) q: &'q str,
    /// Only this category, written exactly so; blank for all.
    pub(crate) category: &'q str,
    /// Without one, a search is ordered by how well products fit, and any other list by age, oldest first.
    pub(crate) sort: Option<Sort>,
    /// Only what is available, or only what is not.
    pub(crate) in_stock: Option<bool>,
    /// Where the page before ended. What cannot be read begins at the start.
    pub(crate) after: Option<&'q str>,
    /// The most products of the page, from 1 to 100.
    pub(crate) limit: usize,
}

/// A page of the copy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) products: Vec<Product>,
    /// The `after` of the next page, if there is one.
    pub(crate) next: Option<String>,
}

impl Contents {
    /// One page.
    pub(super) fn list(&self, query: &Query<'_>) -> Listed {
        let is_search = !query.q.trim().is_empty();
        let words = is_search.then(|| Words::of(query.q));
        let order = match query.sort {
            None if is_search => Order::Relevance,
            None => Order::Age,
            Some(Sort::Name) => Order::Name,
            Some(Sort::Price) => Order::Price,
            Some(Sort::PriceDescending) => Order::PriceDescending,
            Some(Sort::Newest) => Order::Newest,
        };
        let after = query.after.and_then(|text| Cursor::parse(text, order));
        let after = match &after {
            // How well it fits is for the copy to say; a product that is not in the copy has no place here.
            Some(live) if live.is_live && order == Order::Relevance => {
                self.by_id(live.place().id).and_then(|entry| place(entry, order, words.as_ref()))
            }
            other => other.as_ref().map(Cursor::place),
        };
        let is_wanted = |entry: &Entry| {
            (query.category.is_empty() || entry.facts.category == query.category)
                && query.in_stock.is_none_or(|wanted| wanted == entry.is_available())
        };
        let limit = query.limit.clamp(1, LARGEST_PAGE);
        // One more than the page holds tells that there is another page.
        let mut found: Vec<(Place<'_>, &Entry)> = match &words {
            Some(words) if order == Order::Relevance => {
                self.best(words, after.as_ref(), limit + 1, is_wanted)
            }
            _ => self
                .in_order(query.category, order, after.as_ref())
                .filter(|entry| is_wanted(entry))
                .filter_map(|entry| Some((place(entry, order, words.as_ref())?, entry)))
                .take(limit + 1)
                .collect(),
        };
        let is_more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| is_more).map(|(place, _)| Cursor::of(*place).text(order));
        Listed { products: found.iter().map(|(_, entry)| entry.product()).collect(), next }
    }

    /// The products that fit best, of those behind a place.
    fn best<'c>(
        &'c self,
        words: &Words,
        after: Option<&Place<'_>>,
        most: usize,
        is_wanted: impl Fn(&Entry) -> bool,
    ) -> Vec<(Place<'c>, &'c Entry)> {
        let mut found: Vec<(Place<'_>, &Entry)> = self
            .entries()
            .map(|entry| &**entry)
            .filter(|entry| is_wanted(entry))
            .filter_map(|entry| Some((place(entry, Order::Relevance, Some(words))?, entry)))
            .filter(|(place, _)| after.is_none_or(|after| place < after))
            .collect();
        let compare = |one: &(Place<'_>, &Entry), other: &(Place<'_>, &Entry)| other.0.cmp(&one.0);
        if found.len() > most {
            found.select_nth_unstable_by(most, compare);
            found.truncate(most);
        }
        found.sort_unstable_by(compare);
        found
    }
}

/// Where a product stands in a list of this order; nowhere if it lacks one of the words.
fn place<'e>(entry: &'e Entry, order: Order, words: Option<&Words>) -> Option<Place<'e>> {
    let score = match words {
        Some(words) => words.score(&entry.searchable)?,
        None => 0,
    };
    let place = shelves::place(entry, order);
    Some(if order == Order::Relevance { Place { number: score, ..place } } else { place })
}

#[cfg(test)]
mod tests {
    use super::{Contents, Query};
    use crate::catalogue::contents::tests::{ROOMY, facts};
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
    use client::Sort;
    use contract::{event::ProductFacts, product::Stock};

    /// Twenty-three products, with equal prices, names in mixed case, and every third one sold out.
    fn catalogue() -> Contents {
        let mut contents = Contents::new(ROOMY);
        for id in 1..=23 {
            let name = if id % 2 == 0 { format!("tea no. {id:02}") } else { format!("TEA no. {id:02}") };
            let stock = if id % 3 == 0 { Stock::Out } else { Stock::Low };
            let category = if id % 5 == 0 { "Teaware" } else { "Tea" }.to_owned();
            contents.take(ProductFacts { name, stock, category, price: id % 4, ..facts(id, 1) });
        }
        contents
    }

    fn ids(contents: &Contents, query: &Query<'_>) -> Vec<i64> {
        contents.list(query).products.iter().map(|product| product.id).collect()
    }

    /// All pages one after another.
    fn walk(contents: &Contents, query: &Query<'_>) -> Vec<i64> {
        let mut after = None;
        let mut walked = Vec::new();
        loop {
            let page = contents.list(&Query { after: after.as_deref(), ..*query });
            assert!(page.products.len() <= query.limit && walked.len() <= 100);
            walked.extend(page.products.iter().map(|product| product.id));
            after = page.next;
            if after.is_none() {
                return walked;
            }
            assert_eq!(walked.len() % query.limit, 0, "only the last page is short");
        }
    }

    #[test]
    fn pages_show_every_product_once_in_every_order() {
        let contents = catalogue();
        for sort in Sort::ALL.map(Some).into_iter().chain([None]) {
            for q in ["", "tea"] {
                let whole = ids(&contents, &Query { q, sort, limit: 100, ..Query::default() });
                assert_eq!(whole.len(), 23);
                for limit in [1, 5, 22, 23, 24] {
                    let walked = walk(&contents, &Query { q, sort, limit, ..Query::default() });
                    assert_eq!(walked, whole, "{sort:?} by {limit} for {q:?}");
                }
                let mut sorted = whole;
                sorted.sort_unstable();
                assert_eq!(sorted, (1..=23).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn each_order_is_what_its_name_says() {
        let contents = catalogue();
        let first = |sort, q| ids(&contents, &Query { sort, q, limit: 5, ..Query::default() });
        assert_eq!(first(None, ""), [1, 2, 3, 4, 5]);
        assert_eq!(first(Some(Sort::Newest), ""), [23, 22, 21, 20, 19]);
        assert_eq!(first(Some(Sort::Name), ""), [1, 2, 3, 4, 5]);
        assert_eq!(first(Some(Sort::Price), ""), [4, 8, 12, 16, 20]);
        assert_eq!(first(Some(Sort::PriceDescending), ""), [23, 19, 15, 11, 7]);
        assert_eq!(first(None, "tea 07"), [7]);
    }

    #[test]
    fn a_list_is_narrowed_by_category_and_stock() {
        let contents = catalogue();
        let narrowed = |category, in_stock| {
            ids(&contents, &Query { category, in_stock, limit: 100, ..Query::default() })
        };
        assert_eq!(narrowed("Teaware", None), [5, 10, 15, 20]);
        assert_eq!(narrowed("Teaware", Some(true)), [5, 10, 20]);
        assert_eq!(narrowed("Teaware", Some(false)), [15]);
        assert_eq!(narrowed("teaware", None), [] as [i64; 0]);
        assert_eq!(narrowed("", Some(false)), [3, 6, 9, 12, 15, 18, 21]);
    }

    #[test]
    fn a_page_goes_on_though_its_last_product_is_gone_or_has_moved() {
        let mut contents = catalogue();
        let sort = Some(Sort::Price);
        let page = contents.list(&Query { sort, limit: 5, ..Query::default() });
        contents.take(ProductFacts { price: 99, ..facts(20, 2) });
        let after = page.next.as_deref();
        assert_eq!(ids(&contents, &Query { sort, after, limit: 3, ..Query::default() }), [1, 5, 9]);
    }

    #[test]
    fn a_list_that_began_live_goes_on_in_the_copy() {
        let contents = catalogue();
        let live = |written: &str| BASE64_URL_SAFE_NO_PAD.encode(written);
        let next = |after: &str, sort, q| {
            ids(&contents, &Query { after: Some(after), sort, q, limit: 3, ..Query::default() })
        };
        let price = live(r#"["price",{"number":0,"text":"","id":8}]"#);
        assert_eq!(next(&price, Some(Sort::Price), ""), [12, 16, 20]);
        let name = live(r#"["name",{"number":0,"text":"tea no. 05","id":5}]"#);
        assert_eq!(next(&name, Some(Sort::Name), ""), [6, 7, 8]);
        let found = live(r#"["relevance",{"number":77,"text":"","id":20}]"#);
        assert_eq!(next(&found, None, "tea"), [19, 18, 17]);
        // Of another order, unknown to the copy, or not a cursor at all: from the start.
        let unknown = live(r#"["relevance",{"number":77,"text":"","id":99}]"#);
        for (after, sort, q, start) in [
            (price.as_str(), None, "", [1, 2, 3]),
            (&unknown, None, "tea", [23, 22, 21]),
            ("?", None, "", [1, 2, 3]),
        ] {
            assert_eq!(next(after, sort, q), start);
        }
    }

    #[test]
    fn a_search_without_a_word_finds_nothing_and_a_blank_one_is_none() {
        let contents = catalogue();
        assert!(ids(&contents, &Query { q: "?!", limit: 5, ..Query::default() }).is_empty());
        assert_eq!(ids(&contents, &Query { q: "  ", limit: 1, ..Query::default() }), [1]);
        assert_eq!(ids(&contents, &Query { limit: 0, ..Query::default() }), [1], "a page has a product");
    }
}
