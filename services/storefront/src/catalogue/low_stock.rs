//! What is out of stock or nearly so. The product service has no such list.

use super::{contents::Contents, copy::Catalogue};
use contract::product::{Product, Stock};

/// A page of what is out or low: first what is out, then what is low, each oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LowStock {
    pub(crate) products: Vec<Product>,
    /// The `after` of the next page, if there is one.
    pub(crate) next: Option<String>,
    /// How many are low in all.
    pub(crate) low: usize,
    /// How many are out in all.
    pub(crate) out: usize,
}

impl Catalogue {
    /// At most `limit` products from where the page before ended. An `after` that cannot be read begins at the
    /// start.
    pub(crate) fn low_stock(&self, after: Option<&str>, limit: usize) -> LowStock {
        self.with_contents(|contents| contents.low_stock(after, limit)).unwrap_or_default()
    }
}

impl Contents {
    pub(super) fn low_stock(&self, after: Option<&str>, limit: usize) -> LowStock {
        let of = |wanted: Stock| self.entries().filter(move |entry| entry.facts.stock == wanted);
        let (after_rank, after_id) = after.and_then(parse).unwrap_or((0, 0));
        let ranked = of(Stock::Out).map(|entry| (0_u8, entry)).chain(of(Stock::Low).map(|entry| (1, entry)));
        let mut rest =
            ranked.filter(|(rank, entry)| (*rank, entry.facts.id) > (after_rank, after_id)).peekable();
        let mut page =
            LowStock { low: of(Stock::Low).count(), out: of(Stock::Out).count(), ..LowStock::default() };
        let mut last = None;
        for (rank, entry) in rest.by_ref().take(limit.max(1)) {
            page.products.push(entry.product());
            last = Some((rank, entry.facts.id));
        }
        page.next = last.filter(|_| rest.peek().is_some()).map(|(rank, id)| format!("{rank}.{id}"));
        page
    }
}

fn parse(after: &str) -> Option<(u8, i64)> {
    let (rank, id) = after.split_once('.')?;
    let rank = rank.parse().ok().filter(|rank| *rank <= 1)?;
    Some((rank, id.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::super::contents::{Bounds, Contents};
    use contract::{event::ProductFacts, product::Stock};

    fn contents(stocks: &[Stock]) -> Contents {
        let mut contents = Contents::new(Bounds { products: 100, bytes: 1_000_000 });
        for (stock, id) in stocks.iter().zip(1..) {
            contents.take(ProductFacts {
                id,
                slug: format!("p{id}"),
                name: format!("P{id}"),
                price: 1,
                currency: "EUR".parse().unwrap(),
                category: String::new(),
                description: String::new(),
                image: String::new(),
                stock: *stock,
                version: 1,
                revision: 1,
            });
        }
        contents
    }

    #[test]
    fn pages_hold_each_product_once_what_is_out_before_what_is_low() {
        use Stock::{InStock, Low, Out};
        let contents = contents(&[Low, InStock, Out, Low, Out, InStock, Low]);
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = contents.low_stock(after.as_deref(), 2);
            assert_eq!((page.low, page.out), (3, 2));
            seen.extend(page.products.iter().map(|product| product.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, [3, 5, 1, 4, 7]);
        assert_eq!(contents.low_stock(Some("nonsense"), 9).products.len(), 5);
        assert_eq!(contents.low_stock(Some("1.7"), 9).products.len(), 0);
    }
}
