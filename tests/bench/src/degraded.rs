//! Pages while a service hangs: how long a shopper waits until the storefront knows, and then.

use crate::{
    arguments::Arguments,
    load::{self, Connection},
    part::{Bench, Part},
    sample::percentile_ms,
    server::Server,
    table,
    whole::{WholeShop, contains, until},
};
use anyhow::Context;
use std::time::Instant;

/// What to aim at (DESIGN section 3): a page before the circuit has opened, a page once it is open, and the
/// time until pages are whole again.
const BEFORE_MS: f64 = 1_500.0;
const OPEN_MS: f64 = 300.0;
const WHOLE_AGAIN_S: f64 = 5.0;

/// Pages that are looked at once the circuit is open, in each round.
const LOOKS: usize = 100;

/// A service that hangs, and the page that a shopper looks at meanwhile.
struct Outage<'a> {
    part: Part,
    server: &'a Server,
    page: &'static str,
    request: Vec<u8>,
}

/// One page as it came.
struct Looked {
    took_us: u32,
    /// Of the service, as the page's footer has it.
    health: &'static str,
}

/// What the shopper saw.
#[derive(Default)]
struct Seen {
    before_us: Vec<u32>,
    open_us: Vec<u32>,
    whole_again_s: Vec<f64>,
}

/// Measures and prints the table.
///
/// # Errors
/// A part failed, or a page was none.
pub(crate) async fn run(bench: &Bench, arguments: &Arguments) -> anyhow::Result<()> {
    let shop = WholeShop::open(bench, "degraded", 1).await?;
    let cookies = shop.cookies.first().map_or("", String::as_str);
    let outages = [
        Outage {
            part: Part::Product,
            server: &shop.product,
            page: "home page",
            request: load::look("/", ""),
        },
        Outage {
            part: Part::Product,
            server: &shop.product,
            page: "product page",
            request: load::look("/product/tea-1000500", ""),
        },
        Outage {
            part: Part::Order,
            server: &shop.order,
            page: "basket of somebody logged in",
            request: load::look("/basket", cookies),
        },
    ];
    let mut rows = Vec::new();
    for outage in outages {
        let mut seen = Seen::default();
        for _ in 0..arguments.rounds() {
            outage.endure(&shop.storefront, &mut seen).await?;
        }
        rows.push(seen.row(&outage));
    }
    let columns = [
        "frozen",
        "page",
        "before the circuit opens: pages",
        "slowest ms",
        "target",
        "once it is open: p50 ms",
        "p99 ms",
        "target",
        "whole again after s",
        "target",
    ];
    let remark = format!(
        "A service is stopped by a signal, so that its port stays open and nobody answers; a shopper asks for the page \
         again and again. Rounds of each: {}; {LOOKS} pages in each once the circuit is open. The last figure but one is the \
         longest time from the service going on to a page with everything.",
        arguments.rounds(),
    );
    table::print("Pages while a service hangs", &columns, &rows, &remark);
    Ok(())
}

impl Outage<'_> {
    /// One outage, from the first page to the first one that is whole again.
    async fn endure(&self, storefront: &Server, seen: &mut Seen) -> anyhow::Result<()> {
        let mut connection = Connection::open(storefront.address).await?;
        self.until_whole(&mut connection).await?;
        self.server.freeze()?;
        loop {
            let looked = self.look(&mut connection).await?;
            seen.before_us.push(looked.took_us);
            if looked.health == "down" {
                break;
            }
        }
        for _ in 0..LOOKS {
            seen.open_us.push(self.look(&mut connection).await?.took_us);
        }
        self.server.thaw()?;
        let began = Instant::now();
        self.until_whole(&mut connection).await?;
        seen.whole_again_s.push(began.elapsed().as_secs_f64());
        Ok(())
    }

    async fn until_whole(&self, connection: &mut Connection) -> anyhow::Result<()> {
        until("pages are whole", async || Ok(self.look(connection).await?.health == "up")).await
    }

    async fn look(&self, connection: &mut Connection) -> anyhow::Result<Looked> {
        let began = Instant::now();
        let page = connection.exchange(&self.request).await?;
        let took_us = u32::try_from(began.elapsed().as_micros())?;
        let says = |health: &&str| {
            contains(page, &format!("data-part=\"{}\" data-health=\"{health}\"", self.part.name()))
        };
        let health = ["up", "down", "unknown"].into_iter().find(says).context("a page has a footer")?;
        Ok(Looked { took_us, health })
    }
}

impl Seen {
    fn row(mut self, outage: &Outage<'_>) -> Vec<String> {
        self.before_us.sort_unstable();
        self.open_us.sort_unstable();
        let slowest_ms = percentile_ms(&self.before_us, 1.0);
        let p99_ms = percentile_ms(&self.open_us, 0.99);
        let whole_again_s = self.whole_again_s.iter().copied().fold(0.0, f64::max);
        let row = vec![
            outage.part.name().to_owned(),
            outage.page.to_owned(),
            self.before_us.len().to_string(),
            table::ms(slowest_ms),
            table::within(slowest_ms, BEFORE_MS),
            table::ms(percentile_ms(&self.open_us, 0.5)),
            table::ms(p99_ms),
            table::within(p99_ms, OPEN_MS),
            format!("{whole_again_s:.1}"),
            table::within(whole_again_s, WHOLE_AGAIN_S),
        ];
        eprintln!("bench: {}", row.join("  "));
        row
    }
}
