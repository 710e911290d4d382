//! `/staff/products`: the catalogue with its numbers; without the product service, the copy, to be looked at.

use axum::http::StatusCode;
use axum::response::Response;
use chassis::input::{Query as QueryString, Verbatim};
use client::{Page, ProductQuery, Sort};
use contract::product::Product;

use super::door::Inside;
use super::refusals::{Ended, ended, status};
use crate::catalogue::{self, is_of_copy};
use crate::shop::Shop;
use crate::texts::staff as text;
use crate::views::staff::{ProductFilter, ProductRow, ProductsPage};
use crate::views::{Health, ProblemPage};
use crate::visit::support_code;

/// Products on a page.
const SHOWN: u32 = 50;

/// The longest search that the product service takes (its `domain/search.rs`).
const LONGEST_SEARCH: usize = 200;

pub(super) async fn list(Inside(mut visit): Inside, QueryString(mut fields): QueryString) -> Response {
    let mut field = |name| fields.optional::<Verbatim>(name).map(|text| text.0).unwrap_or_default();
    let filter = ProductFilter {
        q: field("q").trim().chars().take(LONGEST_SEARCH).collect(),
        category: field("category").trim().to_owned(),
        sort: Sort::named(&field("sort")),
        in_stock: Some(field("in_stock")).filter(|word| truth(word).is_some()).unwrap_or_default(),
    };
    let after = Some(field("after")).filter(|after| !after.is_empty());
    let shop = std::sync::Arc::clone(&visit.shop);

    let asked = match &after {
        Some(after) if is_of_copy(after) => None,
        _ => {
            let (service, query) = (&shop.peers.product, &live_query(&filter, after.as_deref()));
            match visit.ask(|me| async move { service.list(me.caller(), query).await }).await {
                Ok(page) => Some(page),
                Err(error) => match ended(&mut visit, error) {
                    Ended::Out(response) => return response,
                    // A place in the list that the product service does not know: from the start.
                    Ended::No(refused) if refused.status == 400 && after.is_some() => {
                        return visit.go(&filter.href(None));
                    }
                    Ended::No(refused) => {
                        let view = ProblemPage::new(visit.page(""), refused.status, support_code());
                        return visit.show(status(&refused), &view);
                    }
                    Ended::Silence { .. } => None,
                },
            }
        }
    };
    let is_live = asked.is_some();
    let (found, note) = match asked {
        Some(page) => (page, None),
        None => (from_copy(&shop, &filter, after.as_deref()), Some(copy_note(&shop))),
    };
    let row = |product: &Product| ProductRow::new(product, &shop.look.format, is_live);
    let view = ProductsPage {
        page: visit.page(text::products::TITLE),
        categories: shop.catalogue.categories().iter().map(|category| category.name.clone()).collect(),
        rows: found.items.iter().map(row).collect(),
        next: found.next.map(|after| filter.href(Some(&after))),
        is_continued: after.is_some(),
        note,
        filter,
    };
    visit.show(StatusCode::OK, &view)
}

fn live_query(filter: &ProductFilter, after: Option<&str>) -> ProductQuery {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    ProductQuery {
        q: given(&filter.q),
        category: given(&filter.category),
        sort: filter.sort,
        in_stock: truth(&filter.in_stock),
        limit: Some(SHOWN),
        after: after.map(str::to_owned),
    }
}

fn from_copy(shop: &Shop, filter: &ProductFilter, after: Option<&str>) -> Page<Product> {
    let query = catalogue::Query {
        q: &filter.q,
        category: &filter.category,
        sort: filter.sort,
        in_stock: truth(&filter.in_stock),
        after,
        limit: SHOWN as usize,
    };
    let listed = shop.catalogue.list(&query).unwrap_or_default();
    Page { items: listed.products, next: listed.next }
}

/// Why nothing can be changed. A list that began in the copy ends there, whatever has come back meanwhile.
fn copy_note(shop: &Shop) -> &'static str {
    match shop.parts().product {
        Health::Up => text::products::FROM_COPY,
        Health::Down | Health::Unknown => text::products::READ_ONLY,
    }
}

fn truth(word: &str) -> Option<bool> {
    match word {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}
