//! What happens as the data grows: requests one after the other, each for something else.

use crate::{
    arguments::{Arguments, Statements},
    data,
    keys::now_ms,
    load::{self, Until},
    part::{Bench, Part},
    rates, table,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use contract::Role;

/// Requests of each kind.
const REQUESTS: i64 = 200;

/// Shoppers who share the past orders among them.
const OWNERS: i64 = 1_000;

/// Reads as the catalogue grows.
///
/// # Errors
/// The part failed or answered something else than 200.
pub(crate) async fn products(bench: &Bench, arguments: &Arguments) -> anyhow::Result<()> {
    let url = bench.sqlite("growth-product.db");
    // What staff is shown is never kept in memory: every answer comes from the database.
    let staff = bench.keys.token(1, Role::Staff)?;
    let (mut filled, mut figures) = (0, Vec::new());
    for size in sizes(2, 6, arguments) {
        bench.start(Part::Product, &url).await?.stop()?;
        eprintln!("bench: filling up to {size} products");
        for (first, last) in steps(filled, size) {
            data::execute(&url, &data::products(first, last)).await?;
        }
        filled = size;
        let part = bench.start(Part::Product, &url).await?;
        let spread = |index: i64| 1 + index * (size - 1) / REQUESTS;
        let after =
            |id: i64| BASE64_URL_SAFE_NO_PAD.encode(format!(r#"["age",{{"number":0,"text":"","id":{id}}}]"#));
        let paths: [&dyn Fn(i64) -> String; 5] = [
            &|index| format!("/api/product/{}", spread(index)),
            &|_| "/api/products?limit=20".to_owned(),
            &|index| format!("/api/products?limit=20&after={}", after(spread(index) / 2)),
            &|_| "/api/products?limit=20&q=tea".to_owned(),
            &|_| "/api/products?limit=20&q=oolong".to_owned(),
        ];
        let mut row = Vec::new();
        for path in paths {
            let requests = (0..REQUESTS).map(|index| load::get(&path(index), &staff)).collect();
            row.push(part.measure(requests, 1, Until::Sent).await?.p50_ms);
        }
        part.stop()?;
        eprintln!("bench: {size} products: {row:.2?} ms");
        figures.push((size, row));
    }
    let columns = [
        "products",
        "by id",
        "first page",
        "a page in the middle",
        "search: in every product",
        "in every 100th",
    ];
    let remark = format!(
        "Median latency in ms of {REQUESTS} requests, one after the other, pages of 20, on SQLite; asked by staff, \
         whose answers always come from the database. In parentheses: times the smallest catalogue's."
    );
    table::print("As the catalogue grows", &columns, &with_ratios(&figures), &remark);
    Ok(())
}

/// Own orders and checkouts as orders grow.
///
/// # Errors
/// As [`products`].
pub(crate) async fn orders(bench: &Bench, arguments: &Arguments) -> anyhow::Result<()> {
    let url = bench.sqlite("growth-order.db");
    let tokens = bench.keys.shoppers(usize::try_from(REQUESTS)?)?;
    bench.start(Part::Order, &url).await?.stop()?;
    data::execute(&url, &data::catalogue()).await?;
    let (mut filled, mut figures) = (0, Vec::new());
    for size in sizes(3, 6, arguments) {
        eprintln!("bench: filling up to {size} orders");
        for (first, last) in steps(filled, size) {
            data::execute(&url, &data::orders(first, last, OWNERS, now_ms())).await?;
        }
        filled = size;
        data::execute(&url, &data::baskets(REQUESTS)).await?;
        let part = bench.start(Part::Order, &url).await?;
        let pages = tokens.iter().map(|token| load::get("/api/orders?limit=20", token)).collect();
        let baskets = tokens.iter().map(|token| load::get("/api/order", token)).collect();
        let mut row = Vec::new();
        for requests in [
            pages,
            baskets,
            rates::requests(Statements::AddItem, &tokens)?,
            rates::requests(Statements::CheckOut, &tokens)?,
        ] {
            row.push(part.measure(requests, 1, Until::Sent).await?.p50_ms);
        }
        part.stop()?;
        eprintln!("bench: {size} orders: {row:.2?} ms");
        figures.push((size, row));
    }
    let remark = format!(
        "Median latency in ms of {REQUESTS} requests of different shoppers, one after the other, on SQLite; the \
         orders, of two lines, belong to {OWNERS} shoppers. A write waits for the disk. In parentheses: times the \
         smallest table's."
    );
    let columns = ["orders", "own orders, 20 to a page", "basket", "add-item", "checkout"];
    table::print("As orders grow", &columns, &with_ratios(&figures), &remark);
    Ok(())
}

/// Powers of ten; the greatest ones only if there is time.
fn sizes(first: u32, last: u32, arguments: &Arguments) -> impl Iterator<Item = i64> {
    let last = if arguments.quick { last.min(4) } else { last };
    (first..=last).map(|power| 10_i64.pow(power))
}

/// The rows after `filled` up to `size`, as many at a time as a transaction should hold.
fn steps(filled: i64, size: i64) -> impl Iterator<Item = (i64, i64)> {
    const STEP: usize = 100_000;
    (filled + 1..=size).step_by(STEP).map(move |first| (first, size.min(first + STEP as i64 - 1)))
}

fn with_ratios(figures: &[(i64, Vec<f64>)]) -> Vec<Vec<String>> {
    let smallest = figures.first().map(|(_, row)| row.clone()).unwrap_or_default();
    let cell = |(value, least): (&f64, &f64)| format!("{} ({:.1})", table::ms(*value), value / least);
    figures
        .iter()
        .map(|(size, row)| {
            let cells = row.iter().zip(&smallest).map(cell);
            std::iter::once(table::whole(*size as f64)).chain(cells).collect()
        })
        .collect()
}
