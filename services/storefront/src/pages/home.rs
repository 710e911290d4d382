//! `/`: the catalogue, live or from the copy. It never fails.

use std::sync::Arc;

use axum::http::{StatusCode, Uri};
use axum::response::Response;
use client::{CallError, Caller, Page, ProductQuery, Sort};
use contract::product::Product;

use crate::catalogue::{self, Category, is_of_copy};
use crate::shop::{Shop, Stocked};
use crate::texts;
use crate::views::{Card, CopyNote, Health, HomePage, Listing, Part, Shelf};
use crate::visit::Visit;

/// Products on a page: whole rows of 2, 3 and 4.
const ON_A_PAGE: u32 = 24;

/// The most characters of a search that count; the field takes no more.
const MAX_SEARCH_CHARS: usize = 100;

/// Products as they are shown, and where they come from.
struct Found {
    shelf: Arc<str>,
    /// Set if they come from the copy and the product service is not there.
    copy: Option<CopyNote>,
    /// True if nothing is known of the catalogue.
    is_unavailable: bool,
}

pub(super) async fn show(mut visit: Visit, uri: Uri) -> Response {
    let mut listing = asked(uri.query().unwrap_or_default());
    let found = find(&visit, &mut listing).await;
    let mut page = visit.page("");
    page.query = listing.q;
    if let Some(copy) = found.copy {
        page.show_copy(copy);
    }
    if found.is_unavailable {
        page.notice(Part::Product, texts::degraded::NO_CATALOGUE);
    }
    visit.show(StatusCode::OK, &HomePage { page, shelf: found.shelf })
}

/// What the query asks for. What it says that makes no sense is as if it were not said.
fn asked(query: &str) -> Listing {
    let mut listing = Listing::default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let text = || plain(&value);
        match &*name {
            "q" => listing.q = text(),
            "category" => listing.category = text(),
            "sort" => listing.sort = Sort::named(&value),
            "in_stock" => listing.in_stock = matches!(&*value, "true" | "on" | "1"),
            "after" => listing.after = Some(value.into_owned()).filter(|after| !after.is_empty()),
            _ => {}
        }
    }
    // The order that holds anyway is no choice, so that a list has one address.
    listing.sort = listing.sort.filter(|sort| *sort != Sort::Name || !listing.q.is_empty());
    listing
}

/// The text on one line, without what nobody sees.
fn plain(text: &str) -> String {
    let text = text.replace(|character: char| character.is_control(), " ");
    chassis::text::clean(&text.chars().take(MAX_SEARCH_CHARS).collect::<String>(), MAX_SEARCH_CHARS)
        .unwrap_or_default()
}

async fn find(visit: &Visit, listing: &mut Listing) -> Found {
    if listing.after.as_deref().is_some_and(is_of_copy) {
        return from_copy(visit, listing).await;
    }
    match live(visit, listing).await {
        // A place in a list that the product service does not know: from the start.
        Err(CallError::Refused(_)) if listing.after.take().is_some() => match live(visit, listing).await {
            Ok(found) => found,
            Err(_) => from_copy(visit, listing).await,
        },
        Ok(found) => found,
        Err(_) => from_copy(visit, listing).await,
    }
}

async fn live(visit: &Visit, listing: &Listing) -> Result<Found, CallError> {
    let question = || {
        let (shop, caller, listing) = (Arc::clone(&visit.shop), visit.anybody(), listing.clone());
        async move { live_shelf(&shop, caller, listing).await }
    };
    let shelf = visit.in_time("product", visit.shop.shelves.ask(listing.clone(), question)).await?;
    Ok(Found { shelf, copy: None, is_unavailable: false })
}

/// The shelf of a live list. It is written anew if the list, or the categories, are others than the last time.
async fn live_shelf(shop: &Shop, caller: Caller<'_>, listing: Listing) -> Result<Arc<str>, CallError> {
    let categories = shop.catalogue.categories();
    let known = shop.lately.of(&listing).filter(|made| made.value.categories == categories);
    let make = |page: Page<Product>| Stocked {
        shelf: shelf(shop, &listing, &categories, &page.items, page.next.as_deref()),
        categories: Arc::clone(&categories),
    };
    let made = shop.peers.product.list_as(caller, &product_query(&listing), known.as_ref(), make).await?;
    let shelf = Arc::clone(&made.value.shelf);
    shop.lately.remember(listing, made);
    Ok(shelf)
}

fn product_query(listing: &Listing) -> ProductQuery {
    let said = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    ProductQuery {
        q: said(&listing.q),
        category: said(&listing.category),
        sort: listing.order(),
        in_stock: listing.in_stock.then_some(true),
        limit: Some(ON_A_PAGE),
        after: listing.after.clone(),
    }
}

async fn from_copy(visit: &Visit, listing: &Listing) -> Found {
    let lookup = || {
        let (shop, listing) = (Arc::clone(&visit.shop), listing.clone());
        async move {
            let catalogue = &shop.catalogue;
            let listed = catalogue.list(&copy_query(&listing));
            let shelf = |listed: catalogue::Listed| {
                shelf(&shop, &listing, &catalogue.categories(), &listed.products, listed.next.as_deref())
            };
            Ok(listed.map(shelf))
        }
    };
    match (visit.shop.copied_shelves.ask(listing.clone(), lookup).await, copy_note(visit)) {
        (Ok(Some(shelf)), Some(note)) => {
            // A page of a list that began in the copy, after the product service is back, is no news.
            let is_news = visit.shop.parts().product != Health::Up || note.is_partial;
            let copy = Some(note).filter(|_| is_news || listing.after.is_none());
            Found { shelf, copy, is_unavailable: false }
        }
        _ => {
            let look = &visit.shop.look;
            let nothing =
                Shelf { look, listing, categories: &[], products: &[], next: None, is_unavailable: true };
            Found { shelf: nothing.written(), copy: None, is_unavailable: true }
        }
    }
}

fn copy_query(listing: &Listing) -> catalogue::Query<'_> {
    catalogue::Query {
        q: &listing.q,
        category: &listing.category,
        sort: listing.order(),
        in_stock: listing.in_stock.then_some(true),
        after: listing.after.as_deref(),
        limit: ON_A_PAGE as usize,
    }
}

fn shelf(
    shop: &Shop,
    listing: &Listing,
    categories: &[Category],
    products: &[Product],
    next: Option<&str>,
) -> Arc<str> {
    let cards: Vec<_> = products.iter().map(|product| Card::new(product, &shop.look.format)).collect();
    let look = &shop.look;
    Shelf { look, listing, categories, products: &cards, next, is_unavailable: false }.written()
}

/// How old and how whole the copy is; none if nothing was ever seen of the catalogue.
pub(super) fn copy_note(visit: &Visit) -> Option<CopyNote> {
    let catalogue = &visit.shop.catalogue;
    catalogue.age().map(|age| CopyNote { age, is_partial: catalogue.is_partial() })
}

#[cfg(test)]
mod tests {
    use super::asked;
    use crate::views::Listing;
    use client::Sort;

    #[test]
    fn a_query_is_read_as_far_as_it_makes_sense() {
        let listing = asked("q=green+tea&category=Tea&sort=-price&in_stock=true&after=abc");
        let expected = Listing {
            q: "green tea".to_owned(),
            category: "Tea".to_owned(),
            sort: Some(Sort::PriceDescending),
            in_stock: true,
            after: Some("abc".to_owned()),
        };
        assert_eq!(listing, expected);
        for nonsense in ["", "sort=dearest", "in_stock=perhaps", "after=", "q=+%0A", "page=7", "q=%FF%00"] {
            let listing = asked(nonsense);
            assert_eq!((listing.sort, listing.in_stock, listing.after), (None, false, None), "{nonsense}");
            assert!(!listing.q.contains('\0'));
        }
        assert_eq!(asked(&format!("q={}", "a".repeat(500))).q.len(), 100);
        assert_eq!(asked("q=tea%0Apot").q, "tea pot");
    }

    #[test]
    fn a_search_without_a_choice_has_the_best_match_first_and_any_other_list_is_by_name() {
        for (query, order, href) in [
            ("", Some(Sort::Name), "/"),
            ("sort=name&q=+", Some(Sort::Name), "/"),
            ("category=Tea&sort=", Some(Sort::Name), "/?category=Tea"),
            ("q=tea", None, "/?q=tea"),
            ("q=tea&sort=", None, "/?q=tea"),
            ("q=tea&sort=dearest", None, "/?q=tea"),
            ("sort=name&q=tea", Some(Sort::Name), "/?q=tea&sort=name"),
            ("sort=-price", Some(Sort::PriceDescending), "/?sort=-price"),
        ] {
            let listing = asked(query);
            assert_eq!((listing.order(), listing.href().as_str()), (order, href), "{query}");
        }
    }
}
