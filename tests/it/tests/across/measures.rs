//! What the parts measure: as much as happened, and no more series than planned, whatever is asked.

use std::collections::BTreeMap;

use kit::eventually;
use kit::http::Client;
use kit::postgres::{Server, Settings};
use kit::shop::{Part, Shop};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use reqwest::Method;
use serde_json::json;

use crate::SOON;
use crate::ledger::settled;
use crate::shopper::{Shopper, stocked};

/// Values by series, as `/metrics` writes them.
type Series = BTreeMap<String, f64>;

async fn series(shop: &Shop, part: Part) -> Series {
    let text = shop.internal(part).get("/metrics").send().await.expect(200).text();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let value = |line: &str| {
        let (name, value) = line.rsplit_once(' ').expect("a name and a value");
        (name.to_owned(), value.parse().expect("a number"))
    };
    lines.map(value).collect()
}

/// A measure, and the rows of the part's database that it is to increase with.
const BUSINESS: &[(Part, &str, &str)] = &[
    (Part::User, "shop_registrations_total", "SELECT count(*) FROM users"),
    (Part::User, "shop_logins_total{result=\"succeeded\"}", "SELECT count(*) FROM sessions"),
    (
        Part::User,
        "shop_refreshes_total{result=\"succeeded\"}",
        "SELECT count(*) FROM refresh_tokens WHERE predecessor IS NOT NULL",
    ),
    (Part::Order, "shop_orders_total{state=\"placed\"}", "SELECT count(*) FROM orders WHERE state <> 'open'"),
    // Whoever cancels in this run does so after the confirmation.
    (
        Part::Order,
        "shop_orders_total{state=\"confirmed\"}",
        "SELECT count(*) FROM orders WHERE state IN ('confirmed', 'fulfilled', 'cancelled')",
    ),
    (
        Part::Order,
        "shop_orders_total{state=\"refused\"}",
        "SELECT count(*) FROM orders WHERE state = 'refused'",
    ),
    (
        Part::Order,
        "shop_orders_total{state=\"fulfilled\"}",
        "SELECT count(*) FROM orders WHERE state = 'fulfilled'",
    ),
    (
        Part::Order,
        "shop_orders_total{state=\"cancelled\"}",
        "SELECT count(*) FROM orders WHERE state = 'cancelled'",
    ),
    (
        Part::Order,
        "shop_revenue_minor_units_total{currency=\"EUR\"}",
        "SELECT CAST(coalesce(sum(total), 0) AS BIGINT) FROM orders \
         WHERE state IN ('confirmed', 'fulfilled', 'cancelled')",
    ),
    (
        Part::Product,
        "shop_reservations_total{outcome=\"reserved\"}",
        "SELECT count(*) FROM reservations WHERE state IN ('reserved', 'released', 'sold')",
    ),
    (
        Part::Product,
        "shop_reservations_total{outcome=\"refused\"}",
        "SELECT count(*) FROM reservations WHERE state = 'refused'",
    ),
    // What is sold out in this run stays so.
    (Part::Product, "shop_stock_outs_total", "SELECT count(*) FROM products WHERE stock = 'out'"),
];

/// What was measured and what is kept, of each of the above.
async fn told_and_kept(shop: &Shop) -> Vec<(i64, i64)> {
    let mut measured = BTreeMap::new();
    for part in [Part::User, Part::Product, Part::Order] {
        measured.insert(part.name(), series(shop, part).await);
    }
    let mut found = Vec::new();
    for (part, name, sql) in BUSINESS {
        let value =
            *measured[part.name()].get(*name).unwrap_or_else(|| panic!("{part} does not tell {name}"));
        // Counters of things are whole, and small in a test.
        found.push((value as i64, shop.number(*part, sql).await));
    }
    found
}

/// One of everything that is counted.
async fn a_day_in_the_shop(shop: &Shop) {
    let [scarce, plenty] = [stocked(shop, "Scarce tea", 5).await, stocked(shop, "Plenty of tea", 100).await];
    let mut orders = Vec::new();
    for (name, product, quantity, ends) in [
        ("anna", scarce, 2, "confirmed"),
        ("berta", scarce, 3, "confirmed"),
        ("clara", scarce, 1, "refused"),
        ("dora", plenty, 4, "confirmed"),
    ] {
        let shopper = Shopper::register(shop, name).await;
        shopper.add(product, quantity).await;
        let order = shopper.check_out().await;
        shopper.until(&order, ends).await;
        orders.push((shopper, order["id"].clone()));
    }
    let (dora, given_up) = &orders[3];
    dora.order.post(&format!("/api/order/{given_up}/cancel")).send().await.expect(200);
    let staff = shop.client(Part::Order).with_key(shop.staff_key().await);
    staff.post(&format!("/api/order/{}/fulfil", orders[0].1)).send().await.expect(200);
    let user = shop.client(Part::User);
    let login =
        |password: &str| user.post("/api/user/login").json(json!({"username": "anna", "password": password}));
    login("not her password").send().await.expect(401);
    let keys = login("a password of tests").send().await.expect_json(200);
    let refresh = json!({"refresh_token": keys["refresh_token"]});
    user.post("/api/user/refresh").json(refresh).send().await.expect(200);
}

async fn measures_increase_with_rows(shop: &Shop) {
    let before = told_and_kept(shop).await;
    a_day_in_the_shop(shop).await;
    settled(shop).await;
    // The product service hears of what was cancelled and handed over in its own time.
    let increases = eventually(SOON, "each measure has increased with its rows", async || {
        let after = told_and_kept(shop).await;
        let increases: Vec<_> = BUSINESS
            .iter()
            .zip(before.iter().zip(after))
            .map(|((_, name, _), (before, after))| (*name, after.0 - before.0, after.1 - before.1))
            .collect();
        let is_so = increases.iter().all(|(_, told, kept)| told == kept);
        if is_so { Ok(increases) } else { Err(increases) }
    })
    .await;
    for (name, increase, _) in increases {
        assert!(increase > 0, "nothing happened that {name} counts");
    }
    assert!(series(shop, Part::User).await["shop_logins_total{result=\"refused\"}"] >= 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn business_measures_increase_with_the_rows_on_sqlite() {
    let shop = Shop::start().await;
    measures_increase_with_rows(&shop).await;

    // An order that waits shows by its age, for as long as it waits.
    let age = async |ages: fn(f64) -> bool| {
        eventually(SOON, "the age of the oldest order without an answer", async || {
            let age = series(&shop, Part::Order).await["shop_open_order_age_seconds"];
            if ages(age) { Ok(()) } else { Err(age) }
        })
        .await;
    };
    age(|age| age == 0.0).await;
    shop.stop(Part::Product).await;
    let emma = Shopper::register(&shop, "emma").await;
    emma.add(1, 1).await;
    let order = emma.check_out().await;
    age(|age| age > 0.0).await;
    shop.start_part(Part::Product).await;
    emma.until(&order, "confirmed").await;
    age(|age| age == 0.0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn business_measures_increase_with_the_rows_on_postgres() {
    let server = Server::start(Settings::default()).await;
    let shop = Shop::start_with(&["--postgres", &server.url()]).await;
    measures_increase_with_rows(&shop).await;
}

/// How many series each part may have after whatever was asked of it.
///
/// A pair of route and method has a histogram of 21 series for each status that was answered, and requests that match
/// no route count as one route. Strangers reach few pairs, and of each few statuses (400, 401, 404, 405, …); so the
/// budgets grow with the routes, never with what is asked. Each is about twice what was seen: 462 of the user service,
/// 840 of the product service, 926 of the order service and 1402 of the storefront, which has the most routes.
const BUDGETS: &[(Part, usize)] =
    &[(Part::User, 1_000), (Part::Product, 1_800), (Part::Order, 1_800), (Part::Storefront, 2_800)];

/// Paths that are asked for at each part: 10 000 in all.
const PATHS: usize = 2_500;

/// Requests that are under way at the same time: few, so that tests beside this one go on.
const AT_ONCE: usize = 4;

/// In every path and odd method, so that it would be found.
const MARK: &str = "zzyzx";

#[tokio::test(flavor = "multi_thread")]
async fn whatever_paths_and_methods_are_asked_for_the_series_stay_within_their_budget() {
    let shop = Shop::start().await;
    for &(part, budget) in BUDGETS {
        let client = shop.client(part);
        let asking = (0..AT_ONCE).map(|asker| {
            let client = client.clone();
            tokio::spawn(async move { ask_at_random(&client, asker as u64, PATHS.div_ceil(AT_ONCE)).await })
        });
        for asked in asking.collect::<Vec<_>>() {
            asked.await.expect("every request was answered");
        }
        let series = series(&shop, part).await;
        println!("{part}: {} series of {budget}", series.len());
        assert!(series.len() <= budget, "{part} has {} series, more than {budget}", series.len());
        let requests =
            series.iter().filter(|(name, _)| name.starts_with("http_server_request_duration_seconds_count"));
        let counted: f64 = requests.map(|(_, count)| count).sum();
        assert!(counted >= PATHS as f64, "{part} counted {counted} requests");
        let named = series.keys().find(|name| name.to_lowercase().contains(MARK));
        assert_eq!(named, None, "what a client makes up is no label of {part}");
    }
}

async fn ask_at_random(client: &Client, seed: u64, requests: usize) {
    let mut chance = StdRng::seed_from_u64(seed);
    for _ in 0..requests {
        let (path, method) = (some_path(&mut chance), some_method(&mut chance));
        // Refused, unknown, too long: whatever is answered is counted.
        client.request(method, &path).timeout(SOON).try_send().await.expect("an answer");
    }
}

fn some_path(chance: &mut StdRng) -> String {
    const BEGINNINGS: &[&str] = &[
        "",
        "/api",
        "/api/user",
        "/api/users",
        "/api/product",
        "/api/products",
        "/api/order",
        "/api/orders",
        "/api/order/item",
        "/product",
        "/media",
        "/orders",
        "/staff/products",
        "/assets",
        "/%2e%2e",
        "/..;",
    ];
    const ENDS: &[&str] =
        &["", "/exists", "/cancel", "/fulfil", "/image", "?q=zzyzx", "//", "/%00", "#zzyzx"];
    let beginning = BEGINNINGS[chance.random_range(0..BEGINNINGS.len())];
    let end = ENDS[chance.random_range(0..ENDS.len())];
    format!("{beginning}/{MARK}-{:x}{end}", chance.random::<u64>())
}

fn some_method(chance: &mut StdRng) -> Method {
    const KNOWN: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];
    match chance.random_range(0..12) {
        known @ 0..8 => KNOWN[known].parse().expect("a method"),
        8 => Method::from_bytes(format!("ZZYZX{}", chance.random::<u32>()).as_bytes()).expect("a method"),
        9 => Method::from_bytes(b"propfind").expect("a method"),
        _ => Method::GET,
    }
}
