//! PostgreSQL goes away and comes back, and is trusted only when it proves who it is.

use kit::eventually;
use kit::postgres::{Server, Settings};
use kit::shop::{Part, Shop};

use crate::SOON;
use crate::ends::{refusal_of, user_service};
use crate::ledger::settled;
use crate::shopper::{Shopper, stocked};

#[tokio::test(flavor = "multi_thread")]
async fn a_database_server_that_dies_and_comes_back_costs_nothing_that_was_acknowledged() {
    let mut server = Server::start(Settings { durable: true, ..Settings::default() }).await;
    let shop = Shop::start_with(&["--postgres", &server.url()]).await;
    let product = stocked(&shop, "Steady tea", 100).await;
    let shopper = Shopper::register(&shop, "anna").await;
    let before = shopper.buy_whatever_happens(product, 1).await;

    server.kill();
    let refused = shopper.order.get("/api/orders").send().await.expect(503);
    assert!(!refused.header("retry-after").is_empty(), "{refused}");
    for part in [Part::User, Part::Product, Part::Order] {
        eventually(SOON, "the service says that it is not ready", async || {
            match shop.internal(part).get("/readyz").send().await {
                answer if answer.status == 503 => Ok(()),
                answer => Err(answer.to_string()),
            }
        })
        .await;
        shop.internal(part).get("/livez").send().await.expect(200);
    }
    server.start_again().await;

    let after = shopper.buy_whatever_happens(product, 1).await;
    for part in [Part::User, Part::Product, Part::Order] {
        shop.until_ready(part).await;
    }
    let kept: Vec<_> = settled(&shop).await.into_iter().map(|order| order["id"].clone()).collect();
    assert_eq!(kept, [after["id"].clone(), before["id"].clone()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_sells_over_tls_to_a_database_that_proves_its_name() {
    let server = Server::start(Settings { tls: true, ..Settings::default() }).await;
    let shop = Shop::start_with(&["--postgres", &server.url()]).await;
    let product = stocked(&shop, "Sealed tea", 5).await;
    let shopper = Shopper::register(&shop, "anna").await;
    let order = shopper.buy_whatever_happens(product, 1).await;
    shopper.until(&order, "confirmed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_another_authority_vouches_for_is_refused() {
    let server = Server::start(Settings { tls: true, ..Settings::default() }).await;
    let other = Server::start(Settings { tls: true, ..Settings::default() }).await;
    let [right, wrong] = [&server, &other].map(|server| server.authority().display().to_string());
    let shop = Shop::start().await;
    let said = refusal_of(user_service(&shop, &server.url().replace(&right, &wrong))).await;
    assert!(said.contains("certificate"), "{said}");
    assert!(!said.contains("postgres://"), "an address may hold a password: {said}");
}
