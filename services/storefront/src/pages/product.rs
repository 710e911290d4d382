//! `/product/<slug>`: one product, live or from the copy.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use chassis::problem::ApiError;
use client::CallError;
use contract::product::Product;

use super::home::copy_note;
use crate::catalogue::Query;
use crate::shop::{Others, Shop};
use crate::texts;
use crate::views::{Card, CopyNote, FormErrors, Part, ProductPage};
use crate::visit::Visit;

/// Others of the category below a product.
const RELATED: usize = 4;

/// A whole copy that had everything so short a time ago knows what does not exist: while the product service is
/// down, nothing new comes.
const CURRENT: Duration = Duration::from_secs(10 * 60);

/// What is known of a product.
pub(super) enum Known {
    Live(Product),
    Copy(Product, CopyNote),
    /// There is none of that name.
    Nothing,
    /// It may exist: nobody can tell now.
    Unseen,
}

pub(super) async fn show(mut visit: Visit, Path(name): Path<String>) -> Response {
    match find(&visit, &name).await {
        Known::Live(product) => page(&mut visit, StatusCode::OK, product, None, Typed::default()),
        Known::Copy(product, note) => page(&mut visit, StatusCode::OK, product, Some(note), Typed::default()),
        Known::Nothing => visit.answer(ApiError::not_found("Cannot find product")),
        Known::Unseen => visit.unavailable(Part::Product, texts::degraded::PRODUCT_UNSEEN),
    }
}

/// What was typed into the product's form, and what is wrong with it.
pub(super) struct Typed {
    pub(super) quantity: String,
    pub(super) errors: FormErrors,
}

impl Default for Typed {
    fn default() -> Self {
        Self { quantity: "1".to_owned(), errors: FormErrors::none() }
    }
}

/// The product's page.
pub(super) fn page(
    visit: &mut Visit,
    status: StatusCode,
    product: Product,
    copy: Option<CopyNote>,
    typed: Typed,
) -> Response {
    let mut page = visit.page(&product.name);
    if let Some(copy) = copy {
        page.show_copy(copy);
    }
    let related = related(&visit.shop, &product);
    let view = ProductPage {
        page,
        product: Card::new(&product, &visit.shop.look.format),
        description: product.description,
        quantity: typed.quantity,
        errors: typed.errors,
        related,
    };
    visit.show(status, &view)
}

/// The product by its slug or id.
pub(super) async fn find(visit: &Visit, name: &str) -> Known {
    let catalogue = &visit.shop.catalogue;
    let (shop, caller) = (&visit.shop, visit.anybody());
    let question = || {
        let (product, name) = (shop.peers.product.clone(), name.to_owned());
        async move { product.product(caller, &name).await.map(Arc::new) }
    };
    match visit.in_time("product", shop.products.ask(name.to_owned(), question)).await {
        Ok(product) => Known::Live(Arc::unwrap_or_clone(product)),
        Err(CallError::Refused(_)) => Known::Nothing,
        Err(CallError::Unavailable(_)) => match (catalogue.find(name), copy_note(visit)) {
            (Some(product), Some(note)) => Known::Copy(product, note),
            (None, Some(note)) if !note.is_partial && note.age < CURRENT => Known::Nothing,
            _ => Known::Unseen,
        },
    }
}

/// Others of the category, each as it is written.
fn related(shop: &Shop, product: &Product) -> Vec<Arc<str>> {
    if product.category.is_empty() {
        return Vec::new();
    }
    let edition = shop.catalogue.edition();
    let known = shop.others.of(&product.category).filter(|others| others.edition == edition);
    let others = known.unwrap_or_else(|| {
        let others = Others { cards: first_of(shop, &product.category), edition };
        shop.others.remember(product.category.clone(), others.clone());
        others
    });
    let cards = others.cards.iter().filter(|(id, _)| *id != product.id).take(RELATED);
    cards.map(|(_, card)| Arc::clone(card)).collect()
}

/// The first products of a category: one more than are related, since each is related to the others only.
fn first_of(shop: &Shop, category: &str) -> Arc<[(i64, Arc<str>)]> {
    let listed = shop.catalogue.list(&Query { category, limit: RELATED + 1, ..Query::default() });
    let written = |product: &Product| (product.id, Card::new(product, &shop.look.format).written_below());
    listed.unwrap_or_default().products.iter().map(written).collect()
}
