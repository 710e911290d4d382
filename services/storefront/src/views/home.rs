//! The home page: the catalogue with search, categories, order and filter.

use std::sync::Arc;

use askama::Template;
use client::Sort;

use super::{Card, Look, Page};
use crate::catalogue::Category;
use crate::texts;

/// `/`. If the products come from the storefront's copy, `Page::show_copy` says so.
#[derive(Clone, Debug, Template)]
#[template(path = "home.html")]
pub(crate) struct HomePage {
    pub(crate) page: Page,
    /// A [`Shelf`], written.
    pub(crate) shelf: Arc<str>,
}

/// What the home page shows of the catalogue. Nothing in it depends on who looks, so that it is written once for
/// all who ask for the same.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "shelf.html")]
pub(crate) struct Shelf<'a> {
    pub(crate) look: &'a Look,
    pub(crate) listing: &'a Listing,
    /// All categories, in the order they are shown.
    pub(crate) categories: &'a [Category],
    pub(crate) products: &'a [Card],
    /// The opaque `after` of the next page.
    pub(crate) next: Option<&'a str>,
    /// True if there is neither a live catalogue nor a copy.
    pub(crate) is_unavailable: bool,
}

/// Which products are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Listing {
    /// The search; empty if none.
    pub(crate) q: String,
    /// Empty for all.
    pub(crate) category: String,
    /// As chosen; without a choice, a search is ordered by how well products fit, any other list by name.
    pub(crate) sort: Option<Sort>,
    pub(crate) in_stock: bool,
    /// The opaque place in the list; absent on the first page.
    pub(crate) after: Option<String>,
}

impl Listing {
    /// The order that holds; none for the best match first.
    pub(crate) fn order(&self) -> Option<Sort> {
        let is_search = !self.q.is_empty();
        self.sort.or(if is_search { None } else { Some(Sort::Name) })
    }

    /// The link to this list from its first product on.
    pub(crate) fn href(&self) -> String {
        self.href_after(None)
    }

    /// The link to this list in another category.
    pub(crate) fn href_in(&self, category: &str) -> String {
        Self { category: category.to_owned(), ..self.clone() }.href()
    }

    /// The link to the page of this list behind a place.
    pub(crate) fn href_after(&self, after: Option<&str>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("q", self.q.as_str()), ("category", &self.category)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        if let Some(sort) = self.sort {
            query.append_pair("sort", sort.name());
        }
        if self.in_stock {
            query.append_pair("in_stock", "true");
        }
        if let Some(after) = after {
            query.append_pair("after", after);
        }
        let query = query.finish();
        if query.is_empty() { "/".to_owned() } else { format!("/?{query}") }
    }

    /// Whether this is anything but the plain front of the shop.
    pub(crate) fn is_narrowed(&self) -> bool {
        *self != Self::default()
    }
}

impl Shelf<'_> {
    /// As it stands on the page.
    pub(crate) fn written(&self) -> Arc<str> {
        self.render().expect("texts and numbers can be written").into()
    }

    fn shows_hero(&self) -> bool {
        !self.listing.is_narrowed() && !self.is_unavailable && !self.products.is_empty()
    }

    /// The pictures of the first three products that have one.
    fn hero_pictures(&self) -> Vec<&str> {
        self.products.iter().map(Card::shown_image).filter(|image| !image.is_empty()).take(3).collect()
    }

    /// The orders to choose from: value, label, and whether it is the one that holds. The best match is one only
    /// for a search.
    fn orders(&self) -> Vec<(&'static str, &'static str, bool)> {
        let order = self.listing.order();
        let best = (!self.listing.q.is_empty()).then(|| ("", texts::catalogue::SORT_BEST, order.is_none()));
        let others = Sort::ALL.map(|sort| (sort.name(), texts::catalogue::sort(sort), order == Some(sort)));
        best.into_iter().chain(others).collect()
    }

    fn next_href(&self) -> Option<String> {
        self.next.map(|after| self.listing.href_after(Some(after)))
    }

    fn first_href(&self) -> Option<String> {
        self.listing.after.is_some().then(|| self.listing.href())
    }

    fn heading(&self) -> String {
        match (self.listing.q.as_str(), self.listing.category.as_str()) {
            ("", "") => texts::catalogue::RESULTS.to_owned(),
            ("", category) => category.to_owned(),
            (query, _) => texts::catalogue::results_for(query),
        }
    }

    fn shown(&self) -> String {
        let more = self.next.is_some() || self.listing.after.is_some();
        texts::catalogue::shown(self.products.len(), more)
    }
}
