//! Pages through the storefront against bare routes that answer with the same bytes, all parts up and one down.

use crate::{
    arguments::Arguments,
    data,
    load::{self, Connection, Until},
    part::Bench,
    sample::Sample,
    server::Server,
    table,
    whole::WholeShop,
};
use std::time::Duration;

/// The ratio to aim at for the home page and the product page (DESIGN section 11).
const PAGE_TARGET: f64 = 0.3;

/// Shoppers who are logged in and add to their baskets.
const SHOPPERS: usize = 64;

/// Something that a browser asks for.
struct Case {
    name: &'static str,
    /// Of the first request; the floor's.
    path: &'static str,
    requests: Vec<Vec<u8>>,
    target: Option<f64>,
}

/// The servers that answer pages, and those that they ask.
struct Servers<'a> {
    storefront: &'a Server,
    services: &'a [&'a Server],
}

/// Measures and prints the table.
///
/// # Errors
/// A part failed, or answered something else than a page.
pub(crate) async fn run(bench: &Bench, arguments: &Arguments) -> anyhow::Result<()> {
    let WholeShop { user, product, order, storefront, cookies } =
        WholeShop::open(bench, "pages", SHOPPERS).await?;
    let mut rows = Vec::new();
    let all = Servers { storefront: &storefront, services: &[&user, &product, &order] };
    for case in whole(&cookies) {
        rows.push(all.measure(bench, arguments, case).await?);
    }
    product.stop()?;
    let others = Servers { storefront: &storefront, services: &[&user, &order] };
    for case in without_product() {
        rows.push(others.measure(bench, arguments, case).await?);
    }
    let columns = [
        "page",
        "KiB",
        "pages/s",
        "p50 ms",
        "p99 ms",
        "CPU µs",
        "of the services",
        "floor/s",
        "floor CPU µs",
        "ratio",
        "target",
        "busy %",
    ];
    let remark = format!(
        "{} connections; the storefront and the three services share one core, the load has the other; medians of \
         {} rounds in which floor and storefront take turns. A catalogue of {} products, {} shoppers who are logged \
         in. CPU is that of the storefront per page, and beside it that of all services together. The floor is a bare \
         axum route that answers with the same bytes (and, for a basket, the same redirect and cookies). Busy: the \
         share of the core that the storefront / the floor used.",
        arguments.connections,
        arguments.rounds(),
        data::PRODUCTS,
        SHOPPERS,
    );
    table::print("Pages against their floors", &columns, &rows, &remark);
    Ok(())
}

fn whole(cookies: &[String]) -> Vec<Case> {
    let product = |id: i64| load::look(&format!("/product/tea-{}", 1_000_000 + id), "");
    let add = |(shopper, cookies): (usize, &String)| {
        let form = format!("product_id={}&quantity=1", 1 + shopper as i64 * 13 % data::PRODUCTS);
        load::post("/basket/add", "", &load::cookie_line(cookies), &form)
    };
    vec![
        page("home page", "/", Some(PAGE_TARGET)),
        page("product page", PRODUCT, Some(PAGE_TARGET)),
        Case {
            name: "product page, another one each time",
            path: "/product/tea-1000001",
            requests: (1..=data::PRODUCTS).map(product).collect(),
            target: None,
        },
        Case {
            name: "add to basket, guest",
            path: "/basket/add",
            requests: vec![load::post("/basket/add", "", "", "product_id=500&quantity=1")],
            target: None,
        },
        Case {
            name: "add to basket, logged in",
            path: "/basket/add",
            requests: cookies.iter().enumerate().map(add).collect(),
            target: None,
        },
    ]
}

fn without_product() -> [Case; 2] {
    [
        page("home page, product service stopped", "/", Some(PAGE_TARGET)),
        page("product page, product service stopped", PRODUCT, Some(PAGE_TARGET)),
    ]
}

const PRODUCT: &str = "/product/tea-1000500";

/// A guest looks at a page.
fn page(name: &'static str, path: &'static str, target: Option<f64>) -> Case {
    Case { name, path, requests: vec![load::look(path, "")], target }
}

impl Servers<'_> {
    async fn measure(&self, bench: &Bench, arguments: &Arguments, case: Case) -> anyhow::Result<Vec<String>> {
        let until = Until::Elapsed(Duration::from_secs_f64(arguments.seconds()));
        let mut connection = Connection::open(self.storefront.address).await?;
        let answer = connection.exchange_whole(&case.requests[0]).await?;
        let kib = answer.body.len() as f64 / 1024.0;
        let floor = bench.start_route(case.path, &answer).await?;
        let (mut floors, mut pages, mut services_us) = (Vec::new(), Vec::new(), 0.0);
        for _ in 0..arguments.rounds() {
            let one = vec![case.requests[0].clone()];
            floors.push(floor.measure(one, arguments.connections, until).await?);
            let (own, others) = (self.storefront.cpu_seconds()?, self.services_cpu_seconds()?);
            let (address, requests) = (self.storefront.address, case.requests.clone());
            let seen = load::run(address, requests, arguments.connections, until).await?;
            let own = self.storefront.cpu_seconds()? - own;
            let count = seen.latencies_us.len().max(1) as f64;
            services_us += (self.services_cpu_seconds()? - others) * 1e6 / count;
            pages.push(Sample::of(seen.latencies_us, seen.seconds, own));
        }
        floor.stop()?;
        let (page, floor) = (Sample::typical(&pages), Sample::typical(&floors));
        let ratio = page.rate / floor.rate;
        let row = vec![
            case.name.to_owned(),
            format!("{kib:.1}"),
            table::whole(page.rate),
            table::ms(page.p50_ms),
            table::ms(page.p99_ms),
            table::whole(page.cpu_us),
            table::whole(services_us / pages.len() as f64),
            table::whole(floor.rate),
            table::whole(floor.cpu_us),
            format!("{ratio:.2}"),
            case.target.map_or_else(|| "–".to_owned(), |target| table::against(ratio, target)),
            format!("{:.0} / {:.0}", page.busy * 1e2, floor.busy * 1e2),
        ];
        eprintln!("bench: {}", row.join("  "));
        Ok(row)
    }

    fn services_cpu_seconds(&self) -> anyhow::Result<f64> {
        self.services.iter().map(|server| server.cpu_seconds()).sum()
    }
}
