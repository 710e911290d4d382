//! The main requests against their floors: rates, latencies and CPU.

use crate::{
    arguments::{Arguments, Statements},
    data::{self, PostgresDatabase},
    floor::commits::added_product,
    load::{self, Connection, Until},
    part::{Bench, Part},
    sample::Sample,
    table,
};
use std::time::Duration;
use uuid::Uuid;

/// Ratios to aim at (DESIGN section 11); the list's and the basket's are ours.
const BY_ID_TARGET: f64 = 0.85;
const CHECKOUT_TARGET: f64 = 0.6;
const LOGIN_TARGET: f64 = 0.95;

/// Turns of the shoppers in a round: each is over in a fraction of a second.
const WRITING_TURNS: usize = 4;

/// Accounts that log in.
const ACCOUNTS: usize = 16;
const PASSWORD: &str = "correct-horse-battery";

/// Measures on SQLite, and on PostgreSQL if a server is given, and prints the table.
///
/// # Errors
/// A server failed or answered something else than 200.
pub(crate) async fn run(bench: &Bench, arguments: &Arguments) -> anyhow::Result<()> {
    let mut rows = reads(bench, arguments).await?;
    rows.extend(writes(bench, arguments, &bench.sqlite("order.db"), Some("floor.db"), "SQLite").await?);
    rows.extend(logins(bench, arguments, &bench.sqlite("user.db"), "SQLite").await?);
    if let Some(server) = &arguments.postgres {
        let database = PostgresDatabase::create(server, "order").await?;
        let measured = writes(bench, arguments, &database.url, None, "PostgreSQL").await;
        database.drop().await?;
        rows.extend(measured?);
        let database = PostgresDatabase::create(server, "user").await?;
        let measured = logins(bench, arguments, &database.url, "PostgreSQL").await;
        database.drop().await?;
        rows.extend(measured?);
    }
    let columns = [
        "request",
        "requests/s",
        "p50 ms",
        "p99 ms",
        "CPU µs",
        "floor/s",
        "floor CPU µs",
        "ratio",
        "target",
        "busy %",
    ];
    let remark = format!(
        "{} connections, the server on one core and the load on another; medians of {} rounds in which floor and \
         part take turns. CPU is that of the server process per request, waiting for the disk not counted. Floors: \
         a bare axum route with the same bytes (reads), the same statements {} to a transaction without HTTP \
         (basket and checkout), the Argon2id hash alone (login). Each turn of a basket or a checkout is one request of \
         each of {} shoppers, whose keys were seen before. Busy: the share of its core that part / floor used; what \
         is missing it waited for the disk or for the load. Parts log each request, to /dev/null.",
        arguments.connections,
        arguments.rounds(),
        arguments.connections,
        arguments.shoppers(),
    );
    table::print("Requests against their floors", &columns, &rows, &remark);
    Ok(())
}

fn row(name: &str, part: &[Sample], floor: Option<&[Sample]>, target: Option<f64>) -> Vec<String> {
    let part = Sample::typical(part);
    let mut row = vec![name.to_owned(), table::whole(part.rate), table::ms(part.p50_ms)];
    row.extend([table::ms(part.p99_ms), table::whole(part.cpu_us)]);
    match floor.map(Sample::typical) {
        Some(floor) => {
            let ratio = part.rate / floor.rate;
            row.extend([table::whole(floor.rate), table::whole(floor.cpu_us), format!("{ratio:.2}")]);
            row.push(target.map_or_else(|| "–".to_owned(), |target| table::against(ratio, target)));
            row.push(format!("{:.0} / {:.0}", part.busy * 1e2, floor.busy * 1e2));
        }
        None => {
            row.extend(["–"; 4].map(str::to_owned));
            row.push(format!("{:.0}", part.busy * 1e2));
        }
    }
    eprintln!("bench: {}", row.join("  "));
    row
}

async fn reads(bench: &Bench, arguments: &Arguments) -> anyhow::Result<Vec<Vec<String>>> {
    let url = bench.sqlite("product.db");
    let part = bench.start(Part::Product, &url).await?;
    data::execute(&url, &data::products(1, data::PRODUCTS)).await?;
    let until = Until::Elapsed(Duration::from_secs_f64(arguments.seconds()));
    let cases = [
        ("product by id", "/api/product/500", Some(BY_ID_TARGET)),
        ("list of 20", "/api/products?limit=20", None),
    ];
    let mut rows = Vec::new();
    for (name, path, target) in cases {
        let request = vec![load::get(path, "")];
        let mut connection = Connection::open(part.address).await?;
        let answer = connection.exchange_whole(&request[0]).await?;
        let floor_path = path.split('?').next().unwrap_or(path);
        let floor = bench.start_route(floor_path, &answer).await?;
        let (mut floors, mut parts) = (Vec::new(), Vec::new());
        for _ in 0..arguments.rounds() {
            floors.push(floor.measure(request.clone(), arguments.connections, until).await?);
            parts.push(part.measure(request.clone(), arguments.connections, until).await?);
        }
        rows.push(row(name, &parts, Some(&floors), target));
    }
    part.stop()?;
    Ok(rows)
}

/// Every shopper adds to a filled basket and checks it out, once in each turn.
async fn writes(
    bench: &Bench,
    arguments: &Arguments,
    url: &str,
    floor: Option<&str>,
    engine: &str,
) -> anyhow::Result<Vec<Vec<String>>> {
    let shoppers = arguments.shoppers();
    let tokens = bench.keys.shoppers(shoppers)?;
    if let Some(floor) = floor {
        bench.start(Part::Order, &bench.sqlite(floor)).await?.stop()?;
        data::execute(&bench.sqlite(floor), &data::catalogue()).await?;
    }
    let part = bench.start(Part::Order, url).await?;
    data::execute(url, &data::catalogue()).await?;
    let baskets = data::baskets(i64::try_from(shoppers)?);
    let mut rows = Vec::new();
    let mut floors = [Vec::new(), Vec::new()];
    let mut parts = [Vec::new(), Vec::new()];
    for _ in 0..WRITING_TURNS * arguments.rounds() {
        data::execute(url, &baskets).await?;
        if let Some(floor) = floor {
            data::execute(&bench.sqlite(floor), &baskets).await?;
        }
        for (index, statements) in [Statements::AddItem, Statements::CheckOut].into_iter().enumerate() {
            if let Some(floor) = floor {
                let (file, group) = (bench.file(floor), arguments.connections);
                floors[index].push(bench.run_commits(&file, statements, shoppers, group)?);
            }
            let requests = requests(statements, &tokens)?;
            parts[index].push(part.measure(requests, arguments.connections, Until::Sent).await?);
        }
    }
    part.stop()?;
    for (index, (name, target)) in
        [("add-item", None), ("checkout", Some(CHECKOUT_TARGET))].iter().enumerate()
    {
        let floor = floor.map(|_| floors[index].as_slice());
        rows.push(row(&format!("{name}, {engine}"), &parts[index], floor, *target));
    }
    Ok(rows)
}

/// One request of each shopper.
pub(crate) fn requests(statements: Statements, tokens: &[String]) -> anyhow::Result<Vec<Vec<u8>>> {
    let of_shopper = |(index, token): (usize, &String)| {
        Ok(match statements {
            Statements::AddItem => {
                let product_id = added_product(i64::try_from(index + 1)?);
                let form = format!("product_id={product_id}&qty=1");
                load::post("/api/order/add-item", token, "", &form)
            }
            Statements::CheckOut => {
                let key = format!("idempotency-key: {}\r\n", Uuid::new_v4());
                load::post("/api/order/checkout", token, &key, "")
            }
        })
    };
    tokens.iter().enumerate().map(of_shopper).collect()
}

async fn logins(
    bench: &Bench,
    arguments: &Arguments,
    url: &str,
    engine: &str,
) -> anyhow::Result<Vec<Vec<String>>> {
    let part = bench.start(Part::User, url).await?;
    let mut connection = Connection::open(part.address).await?;
    for account in 0..ACCOUNTS {
        let form = format!(
            "username=shopper{account}&email=shopper{account}@example.com&first_name=A&last_name=B\
             &password={PASSWORD}"
        );
        connection.exchange(&load::post("/api/user/create", "", "", &form)).await?;
    }
    let login = |account| {
        let form = format!("username=shopper{account}&password={PASSWORD}");
        load::post("/api/user/login", "", "", &form)
    };
    let requests: Vec<_> = (0..ACCOUNTS).map(login).collect();
    // A hash takes long: twice the time for as steady a figure.
    let seconds = 2.0 * arguments.seconds();
    let until = Until::Elapsed(Duration::from_secs_f64(seconds));
    let (mut floors, mut parts) = (Vec::new(), Vec::new());
    for _ in 0..arguments.rounds() {
        floors.push(bench.run_hashes(seconds)?);
        parts.push(part.measure(requests.clone(), arguments.connections, until).await?);
    }
    part.stop()?;
    Ok(vec![row(&format!("login, {engine}"), &parts, Some(&floors), Some(LOGIN_TARGET))])
}
