//! The lines of a basket as pages show them: names, prices and pictures from whoever knows them.

use client::CallError;
use contract::order::{NotAppliedReason, Order};
use contract::product::{Product, Stock};
use futures::future::join_all;

use crate::basket::{Limit, Line, Shortfall};
use crate::texts;
use crate::views::BasketLine;
use crate::visit::{Seen, Visit};

/// Products that are asked for by name at most, when the copy does not have them.
const MAX_ASKED: usize = 20;

/// Lines and what they come to.
pub(super) struct Lines {
    pub(super) lines: Vec<BasketLine>,
    /// Minor units; none while a price is not known.
    pub(super) total: Option<i64>,
}

/// A line before it is written.
struct Known {
    line: Line,
    name: Option<String>,
}

/// The basket's lines: as the order service shows them, or as they are remembered.
pub(super) async fn of(visit: &Visit, seen: &Seen) -> Lines {
    let known: Vec<Known> = match seen {
        Seen::Live(open) => open.as_deref().map(live).unwrap_or_default(),
        Seen::Paused | Seen::Resting | Seen::Guest => {
            visit.kept.basket.lines().into_iter().map(|line| Known { line, name: None }).collect()
        }
    };
    let products = products(visit, &known).await;
    let format = &visit.shop.look.format;
    let mut total = Some(0_i64);
    let mut lines = Vec::with_capacity(known.len());
    for Known { line, name } in known {
        let product = products.iter().find(|product| product.id == line.product_id);
        let unit_price = line.unit_price.or(product.map(|product| product.price));
        let line_total = unit_price.map(|price| price.saturating_mul(line.quantity));
        total = total.zip(line_total).map(|(total, line)| total.saturating_add(line));
        lines.push(BasketLine {
            product_id: line.product_id,
            name: name
                .or_else(|| product.map(|product| product.name.clone()))
                .unwrap_or_else(|| texts::lines::numbered(line.product_id)),
            href: product.map(|product| format!("/product/{}", product.slug)).unwrap_or_default(),
            image: product.map(|product| product.image.clone()).unwrap_or_default(),
            quantity: line.quantity,
            typed: None,
            unit_price: unit_price.map(|price| format.money(price)),
            line_total: line_total.map(|price| format.money(price)),
            note: product
                .filter(|product| product.stock == Stock::Out)
                .map(|_| texts::catalogue::OUT_EXPLAINED.to_owned()),
        });
    }
    Lines { lines, total }
}

fn live(order: &Order) -> Vec<Known> {
    let known = order.items.iter().map(|item| Known {
        line: Line { product_id: item.product, quantity: item.quantity, unit_price: Some(item.unit_price) },
        name: Some(item.name.clone()).filter(|name| !name.is_empty()),
    });
    known.collect()
}

/// What is known of the lines' products: from the copy, and a few of those that it does not have from the
/// product service.
async fn products(visit: &Visit, lines: &[Known]) -> Vec<Product> {
    let (mut products, mut missing) = (Vec::with_capacity(lines.len()), Vec::new());
    for Known { line, name } in lines {
        match visit.shop.catalogue.by_id(line.product_id) {
            Some(product) => products.push(product),
            None if name.is_none() && missing.len() < MAX_ASKED => missing.push(line.product_id),
            None => {}
        }
    }
    let (service, caller) = (&visit.shop.peers.product, visit.anonymous());
    let asked = join_all(missing.iter().map(|id| async move {
        let found: Result<Product, CallError> = service.product(caller, &id.to_string()).await;
        found.ok()
    }));
    products.extend(asked.await.into_iter().flatten());
    products
}

/// What did not fit when changes were handed over, told once.
pub(super) fn notes(visit: &mut Visit) -> Vec<String> {
    let notes = visit.kept.basket.take_notes();
    let sentence = |product_id: i64, reason: NotAppliedReason| {
        let name = name(visit, product_id);
        match reason {
            NotAppliedReason::UnknownProduct => texts::basket::unknown_product(&name),
            NotAppliedReason::QuantityLimit => texts::basket::quantity_limit(&name),
            NotAppliedReason::LineLimit => texts::basket::line_limit(&name),
        }
    };
    notes.iter().map(|note| sentence(note.product_id, note.reason)).collect()
}

/// What does not fit, before anybody was asked.
pub(super) fn shortfall(visit: &Visit, shortfall: Shortfall) -> String {
    let name = name(visit, shortfall.product_id);
    match shortfall.limit {
        Limit::Quantity => texts::basket::quantity_limit(&name),
        Limit::Lines => texts::basket::line_limit(&name),
        Limit::Pending => texts::lines::TOO_MUCH_WAITS.to_owned(),
    }
}

fn name(visit: &Visit, product_id: i64) -> String {
    let product = visit.shop.catalogue.by_id(product_id);
    product.map_or_else(|| texts::lines::numbered(product_id), |product| product.name)
}
