//! Backups of a shop that goes on selling, and older states put back: the shop agrees with itself again.

use std::path::Path;
use std::process::Output;

use futures::future::join_all;
use kit::postgres::{Server, Settings};
use kit::shop::{Part, Shop, program};
use kit::{Engine, eventually};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::ledger::settled;
use crate::shopper::{Shopper, stocked};
use crate::{SOON, ledger};

/// Enough for everybody.
const PLENTY: i64 = 100_000;

/// A shop on either engine, and the server that it may need.
async fn shop_on(engine: Engine) -> (Shop, Option<Server>) {
    match engine {
        Engine::Sqlite => (Shop::start().await, None),
        Engine::Postgres => {
            let server = Server::start(Settings::default()).await;
            (Shop::start_with(&["--postgres", &server.url()]).await, Some(server))
        }
    }
}

/// `shopkeeper part <part> <action> FILE` on the part's database.
async fn run(shop: &Shop, engine: Engine, part: Part, action: &str, file: &Path) -> Output {
    let mut command = tokio::process::Command::new(program());
    command.args(["part", part.name(), action]);
    let data = shop.data();
    match engine {
        Engine::Sqlite => {
            let path = data.join(format!("{}.sqlite", part.name()));
            command.arg("--database-url").arg(format!("sqlite:{}", path.display()));
        }
        Engine::Postgres => {
            command.arg("--database-url-file").arg(data.join(format!("keys/{}-database-url", part.name())));
        }
    }
    command.arg(file).output().await.expect("run shopkeeper")
}

async fn succeeds(shop: &Shop, engine: Engine, part: Part, action: &str, file: &Path) {
    let output = run(shop, engine, part, action, file).await;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{action} of {} failed: {said}", part.name());
}

/// Three customers buy one piece after the other until told to stop; the orders that were acknowledged.
async fn sell(shop: &Shop, product: i64, stop: &CancellationToken) -> Vec<Value> {
    let customers = ["anna", "berta", "clara"].map(async |name| {
        let shopper = Shopper::register(shop, name).await;
        let mut orders = Vec::new();
        while !stop.is_cancelled() {
            orders.push(shopper.buy_whatever_happens(product, 1).await);
        }
        orders
    });
    join_all(customers).await.concat()
}

/// Waits until so many more orders than now exist.
async fn sells_on(shop: &Shop, more: usize) {
    let staff = shop.client(Part::Order).with_key(shop.staff_key().await);
    let newest = async || {
        let orders = staff.get("/api/orders?limit=1").try_send().await.ok().filter(|it| it.status == 200);
        orders.and_then(|orders| orders.json()[0]["id"].as_i64()).unwrap_or_default()
    };
    let goal = newest().await + i64::try_from(more).expect("few");
    eventually(SOON, "the shop sells on", async || match newest().await {
        now if now >= goal => Ok(()),
        now => Err(now),
    })
    .await;
}

/// Takes a backup of one part while the shop sells, sells on, puts the backup back and sells on.
async fn an_older_state_comes_back(engine: Engine, part: Part) {
    let (shop, _server) = shop_on(engine).await;
    let product = stocked(&shop, "Everyday tea", PLENTY).await;
    let file = shop.data().join("older.backup");
    let stop = CancellationToken::new();
    let regretting = Shopper::register(&shop, "regina").await;
    let regretted = regretting.buy_whatever_happens(product, 1).await;
    regretting.until(&regretted, "confirmed").await;
    let script = async {
        sells_on(&shop, 5).await;
        succeeds(&shop, engine, part, "backup", &file).await;
        sells_on(&shop, 5).await;
        let cancel = format!("/api/order/{}/cancel", regretted["id"]);
        regretting.order.post(&cancel).send().await.expect(200);
        shop.stop(part).await;
        succeeds(&shop, engine, part, "restore", &file).await;
        shop.start_part(part).await;
        sells_on(&shop, 5).await;
        stop.cancel();
    };
    let (acknowledged, ()) = tokio::join!(sell(&shop, product, &stop), script);

    let orders = settled(&shop).await;
    if part != Part::Order {
        // Only a restore of the order service may lose orders: those that are younger than the backup.
        for order in acknowledged {
            let kept = orders.iter().find(|kept| kept["id"] == order["id"]).expect("no order is lost");
            assert_eq!(kept["state"], "confirmed", "{kept}");
        }
    }
}

macro_rules! on_both_engines {
    ($($name:ident: $part:expr,)*) => {$(
        mod $name {
            use super::{Engine, Part, an_older_state_comes_back};

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                an_older_state_comes_back(Engine::Sqlite, $part).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                an_older_state_comes_back(Engine::Postgres, $part).await;
            }
        }
    )*};
}

on_both_engines! {
    an_older_user_service_comes_back_while_the_shop_sells: Part::User,
    an_older_product_service_comes_back_while_the_shop_sells: Part::Product,
    an_older_order_service_comes_back_while_the_shop_sells: Part::Order,
}

/// What staff change after a backup of the product service is undone by its restore, for baskets too, though
/// the order service has heard of something newer since.
async fn an_older_price_holds_again(engine: Engine) {
    let (shop, _server) = shop_on(engine).await;
    let product = stocked(&shop, "Swaying tea", PLENTY).await;
    let staff = shop.client(Part::Product).with_key(shop.staff_key().await);
    let shopper = Shopper::register(&shop, "anna").await;
    shopper.add(product, 1).await;
    let costs = async |expected: i64| {
        eventually(SOON, &format!("the basket costs {expected}"), async || {
            let basket = shopper.order.get("/api/order").send().await.expect_json(200);
            if basket["result"]["total"] == expected { Ok(()) } else { Err(basket) }
        })
        .await;
    };
    let reprice = async |price: i64| {
        let edit = staff.patch(&format!("/api/product/{product}")).header("if-match", "*");
        edit.json(serde_json::json!({"price": price})).send().await.expect(200);
        costs(price).await;
    };
    reprice(300).await;
    let file = shop.data().join("older.backup");
    succeeds(&shop, engine, Part::Product, "backup", &file).await;
    reprice(400).await;
    reprice(500).await;
    shop.stop(Part::Product).await;
    succeeds(&shop, engine, Part::Product, "restore", &file).await;
    shop.start_part(Part::Product).await;
    costs(300).await;
    reprice(350).await;
    let order = shopper.check_out().await;
    assert_eq!(shopper.until(&order, "confirmed").await["total"], 350);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_service_learns_an_older_price_again_sqlite() {
    an_older_price_holds_again(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_service_learns_an_older_price_again_postgres() {
    an_older_price_holds_again(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_moves_from_sqlite_to_postgres_by_backup_and_restore() {
    let (old, _) = shop_on(Engine::Sqlite).await;
    let product = stocked(&old, "Travelling tea", 50).await;
    let shopper = Shopper::register(&old, "anna").await;
    let order = shopper.buy_whatever_happens(product, 3).await;
    shopper.until(&order, "confirmed").await;
    let kept = ledger::settled(&old).await;

    let (new, _server) = shop_on(Engine::Postgres).await;
    for part in [Part::User, Part::Product, Part::Order] {
        let file = old.data().join(format!("{}.backup", part.name()));
        succeeds(&old, Engine::Sqlite, part, "backup", &file).await;
        new.stop(part).await;
        succeeds(&new, Engine::Postgres, part, "restore", &file).await;
    }
    for part in [Part::User, Part::Product, Part::Order] {
        new.start_part(part).await;
    }
    assert_eq!(ledger::settled(&new).await, kept);
    let key = new.further_key("anna").await;
    let shopper = Shopper::with_key(&new, key);
    let next = shopper.buy_whatever_happens(product, 2).await;
    assert_ne!(next["id"], order["id"], "ids go on where they were");
    shopper.until(&next, "confirmed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_runs_on_sqlite_is_not_restored_under_its_feet() {
    let (shop, _) = shop_on(Engine::Sqlite).await;
    let file = shop.data().join("a.backup");
    succeeds(&shop, Engine::Sqlite, Part::User, "backup", &file).await;
    let refused = run(&shop, Engine::Sqlite, Part::User, "restore", &file).await;
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && said.contains("in use by another process"), "{said}");
    let again = run(&shop, Engine::Sqlite, Part::User, "backup", &file).await;
    assert!(!again.status.success(), "a backup overwrites nothing");
}
