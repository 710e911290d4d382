//! What is asked of the product service.

use crate::call::Call;
use serde::Serialize;

/// Which part of the catalogue is wanted; by default its beginning, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ProductQuery {
    /// Words to look for, at most 200 characters.
    pub q: Option<String>,
    pub category: Option<String>,
    pub sort: Option<Sort>,
    /// Only what is available, or only what is not.
    pub in_stock: Option<bool>,
    /// Products on the page, 1 to 100; 100 by default.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub after: Option<String>,
}

impl ProductQuery {
    pub(super) fn limit_text(&self) -> Option<String> {
        self.limit.map(|limit| limit.to_string())
    }

    /// The question for the page; `limit` as [`Self::limit_text`] writes it.
    pub(super) fn call<'q>(&'q self, limit: Option<&'q str>) -> Call<'q> {
        Call::get(&["api", "products"])
            .query("q", self.q.as_deref())
            .query("category", self.category.as_deref())
            .query("sort", self.sort.map(Sort::name))
            .query("in_stock", self.in_stock.map(|in_stock| if in_stock { "true" } else { "false" }))
            .query("limit", limit)
            .query("after", self.after.as_deref())
            .listing()
    }
}

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sort {
    Name,
    Price,
    PriceDescending,
    Newest,
}

impl Sort {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Name, Self::Price, Self::PriceDescending, Self::Newest];

    /// As it is written in a query.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Price => "price",
            Self::PriceDescending => "-price",
            Self::Newest => "newest",
        }
    }

    /// The order that is written so.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.name() == name)
    }
}

/// A product that is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NewProduct {
    pub slug: String,
    pub name: String,
    /// Minor units.
    pub price: i64,
    pub category: String,
    pub description: String,
    /// Empty, an http(s) URL, or the `/media/<hash>` of a picture.
    pub image: String,
    /// Without it, nobody counts and the product is always available.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stock_quantity: Option<i64>,
}

/// What is to change of a product; the rest stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ProductChanges {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// `Some(None)`: nobody is to count the pieces any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stock_quantity: Option<Option<i64>>,
}
