//! From a checkout to its confirmation, with all parts up: how long the events take.

use crate::{
    arguments::Arguments,
    data, load,
    load::Connection,
    part::{Bench, Part},
    sample::percentile_ms,
    table,
};
use anyhow::{Context, bail};
use contract::Role;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// What to aim at (issue: confirmed within 500 ms).
const CONFIRMED_MS: f64 = 500.0;

/// How long to wait for the catalogue to arrive, and for one order.
const LONGEST: Duration = Duration::from_secs(60);
const ASKED_EVERY: Duration = Duration::from_millis(1);

/// Measures and prints the table.
///
/// # Errors
/// A part failed, or an order was not confirmed at all.
pub(crate) async fn run(bench: &Bench, arguments: &Arguments) -> anyhow::Result<()> {
    let url = |part: Part| bench.sqlite(&format!("confirm-{}.db", part.name()));
    bench.start(Part::Product, &url(Part::Product)).await?.stop()?;
    data::execute(&url(Part::Product), &data::products(1, data::PRODUCTS)).await?;
    let _user = bench.start(Part::User, &url(Part::User)).await?;
    let _product = bench.start(Part::Product, &url(Part::Product)).await?;
    let order = bench.start(Part::Order, &url(Part::Order)).await?;
    let key = bench.keys.token(1, Role::Customer)?;
    let mut connection = Connection::open(order.address).await?;

    let add = load::post("/api/order/add-item", &key, "", "product_id=500&qty=1");
    let began = Instant::now();
    while connection.exchange(&add).await.is_err() {
        if began.elapsed() > LONGEST {
            bail!("the order service never learned of the catalogue");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let count = if arguments.quick { 20 } else { 200 };
    let (mut answered_us, mut confirmed_us) = (Vec::new(), Vec::new());
    for _ in 0..count {
        connection.exchange(&add).await?;
        let idempotency = format!("idempotency-key: {}\r\n", Uuid::new_v4());
        let check_out = load::post("/api/order/checkout", &key, &idempotency, "");
        let began = Instant::now();
        let placed: serde_json::Value = serde_json::from_slice(connection.exchange(&check_out).await?)?;
        answered_us.push(u32::try_from(began.elapsed().as_micros())?);
        let id = placed["result"]["id"].as_i64().context("an order has an id")?;
        let look = load::get(&format!("/api/order/{id}"), &key);
        loop {
            let seen: serde_json::Value = serde_json::from_slice(connection.exchange(&look).await?)?;
            match seen["result"]["state"].as_str() {
                Some("confirmed") => break,
                Some("placed") if began.elapsed() < LONGEST => tokio::time::sleep(ASKED_EVERY).await,
                state => bail!("the order is {state:?}"),
            }
        }
        confirmed_us.push(u32::try_from(began.elapsed().as_micros())?);
    }
    answered_us.sort_unstable();
    confirmed_us.sort_unstable();
    let p99_ms = percentile_ms(&confirmed_us, 0.99);
    let rows = [("checkout answered", &answered_us), ("order confirmed", &confirmed_us)].map(|(name, us)| {
        vec![name.to_owned(), table::ms(percentile_ms(us, 0.5)), table::ms(percentile_ms(us, 0.99))]
    });
    let remark = format!(
        "{count} checkouts, one after the other, user, product and order service sharing a core, on SQLite; \
         counted from the moment the checkout is sent. Target: confirmed within {CONFIRMED_MS} ms ({}).",
        if p99_ms <= CONFIRMED_MS { "met" } else { "short" }
    );
    table::print("From checkout to confirmation", &["", "p50 ms", "p99 ms"], &rows, &remark);
    Ok(())
}
