//! Looks at the product service's books while it works.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rand::Rng;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use crate::plan;
use crate::replica::Replica;
use crate::service::internal;
use crate::shop::Shop;

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(150);

/// More than the campaign's shop sells.
const ALL: usize = 1000;

/// One product's books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Books {
    #[serde(rename = "product_id")]
    pub(crate) id: i64,
    /// Pieces left that nobody has ordered; absent if the stock is not tracked.
    pub(crate) stock_quantity: Option<i64>,
    /// All that ever came in, the first pieces included.
    pub(crate) restocked_total: i64,
    pub(crate) sold_total: i64,
    pub(crate) reserved_total: i64,
}

#[derive(Deserialize)]
struct Page {
    results: Vec<Books>,
}

impl Books {
    /// What is wrong with the books, seen by themselves and beside the look before.
    pub(crate) fn wrong(&self, before: Option<&Self>) -> Option<String> {
        let Self { stock_quantity, restocked_total, sold_total, reserved_total, .. } = *self;
        if sold_total < 0 || reserved_total < 0 || stock_quantity.is_some_and(|left| left < 0) {
            return Some("something is negative".into());
        }
        if let Some(left) = stock_quantity
            && restocked_total - sold_total - reserved_total != left
        {
            return Some("initial + restocked − sold − reserved is not what is left".into());
        }
        before
            .is_some_and(|before| before.sold_total > sold_total)
            .then(|| format!("a sale was taken back: {before:?} came before"))
    }
}

/// Looks until told to stop. A look that gets no answer does not count.
pub(crate) async fn look_until(shop: Arc<Shop>, stop: CancellationToken) -> anyhow::Result<()> {
    let mut chance = plan::chance(shop.seed, "looks");
    let mut before = BTreeMap::new();
    while stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await.is_some() {
        let replica = &shop.product.replicas[chance.random_range(0..shop.product.replicas.len())];
        if let Ok(books) = read(&shop.http, replica).await {
            compare(&shop, &mut before, &books);
        }
    }
    Ok(())
}

fn compare(shop: &Shop, before: &mut BTreeMap<i64, Books>, now: &[Books]) {
    shop.tally.looks.fetch_add(1, Ordering::Relaxed);
    for books in now {
        if let Some(wrong) = books.wrong(before.get(&books.id)) {
            shop.record.violation(format!("{wrong}: {books:?}"));
        }
        before.insert(books.id, *books);
    }
}

/// The books of all products, from one replica.
pub(crate) async fn read(http: &reqwest::Client, replica: &Replica) -> anyhow::Result<Vec<Books>> {
    let page: Page = internal(http, replica, &format!("/internal/stock?limit={ALL}")).await?;
    Ok(page.results)
}

#[cfg(test)]
mod tests {
    use super::Books;

    const RIGHT: Books =
        Books { id: 1, stock_quantity: Some(5), restocked_total: 10, sold_total: 3, reserved_total: 2 };

    #[test]
    fn books_that_add_up_are_right() {
        assert_eq!(RIGHT.wrong(None), None);
        assert_eq!(RIGHT.wrong(Some(&RIGHT)), None);
        let untracked = Books { stock_quantity: None, restocked_total: 0, ..RIGHT };
        assert_eq!(untracked.wrong(None), None, "what is not tracked need not add up");
    }

    #[test]
    fn books_that_do_not_add_up_are_wrong() {
        assert!(Books { stock_quantity: Some(6), ..RIGHT }.wrong(None).is_some());
        assert!(Books { stock_quantity: Some(-1), sold_total: 9, ..RIGHT }.wrong(None).is_some());
        let sold_more = Books { sold_total: 4, reserved_total: 1, ..RIGHT };
        assert!(RIGHT.wrong(Some(&sold_more)).is_some());
    }
}
