//! Parts that are away: what shoppers with a browser still can do, and whether the Shop tells the truth of it.

use std::collections::BTreeSet;
use std::time::Duration;

use cluster::{Cluster, Namespace, Shop, Visitor};
use k8s_openapi::api::core::v1::Pod;
use kit::eventually;
use kit::http::Answer;
use kit::shop::Part;
use kube::ResourceExt;
use kube::api::DeleteParams;
use serde_json::json;
use tokio::time::sleep;

use crate::town::{another_after, namespace, pods_of, restarted_nothing, together};

/// How long until a change of the parts is told and seen: Pods stop after their drain delay, circuits open and close.
const SEEN_WITHIN: Duration = Duration::from_secs(240);

/// How long a cut may take: a connection that is open already may go on for the minute that it lives.
const CUT_WITHIN: Duration = Duration::from_secs(300);

/// A row of the table of what the shop promises.
struct Row {
    down: &'static [Part],
    /// Status and reason of the conditions Browse, Register, LogIn and Order.
    told: [(&'static str, &'static str); 4],
}

const UP: (&str, &str) = ("True", "Available");

const ROWS: [Row; 5] = [
    Row {
        down: &[Part::Product],
        told: [("True", "LastKnownCatalogue"), UP, UP, ("True", "ConfirmedLater")],
    },
    Row { down: &[Part::Order], told: [("True", "CatalogueLive"), UP, UP, ("False", "OrderDown")] },
    Row {
        down: &[Part::User],
        told: [("True", "CatalogueLive"), ("False", "UserDown"), ("False", "UserDown"), UP],
    },
    Row {
        down: &[Part::User, Part::Product, Part::Order],
        told: [
            ("True", "LastKnownCatalogue"),
            ("False", "UserDown"),
            ("False", "UserDown"),
            ("False", "OrderDown"),
        ],
    },
    Row { down: &[Part::Storefront], told: [("False", "StorefrontDown"); 4] },
];

const CONDITIONS: [&str; 4] = ["Browse", "Register", "LogIn", "Order"];

#[tokio::test]
async fn whatever_is_taken_away_shoppers_can_do_the_rest_and_the_shop_tells_it() {
    let _turn = together().await;
    let cluster = Cluster::connect().await;
    let town = namespace(&cluster, "outages").await;
    let shop = Shop::open(&town, "tea", json!({"sqlite": {}})).await;
    let mut tried = BTreeSet::new();
    cluster::outages(&shop.door().await, &shop.staff_file(), async |down: Vec<Part>| {
        let replicas =
            |part: &Part| (part.name().to_owned(), json!({"replicas": down.contains(part).then_some(0)}));
        let parts = Part::ALL.iter().map(replicas).collect::<serde_json::Map<_, _>>();
        shop.patch(json!({"spec": {"parts": parts}})).await;
        if down.is_empty() {
            shop.until_ready().await;
            shop.until_let_in().await;
            return restarted_nothing(&town).await;
        }
        let row = ROWS.iter().position(|row| row.down == down);
        let row = row.unwrap_or_else(|| panic!("nothing is promised without {down:?}"));
        tells(&shop, &ROWS[row]).await;
        // Until its last Pod has ended a part still answers those who have a connection.
        for part in &down {
            gone(&town, *part).await;
        }
        tried.insert(row);
    })
    .await;
    assert_eq!(tried.len(), ROWS.len(), "of the rows only {tried:?} were tried");
}

/// Waits until a part has no Pods.
async fn gone(town: &Namespace, part: Part) {
    eventually(SEEN_WITHIN, &format!("{part} has no Pods"), async || {
        pause().await;
        let pods =
            town.api::<Pod>().list(&pods_of(part.name())).await.map_err(|error| vec![error.to_string()])?;
        let left = pods.iter().map(ResourceExt::name_any).collect::<Vec<_>>();
        if left.is_empty() { Ok(()) } else { Err(left) }
    })
    .await;
}

/// Waits until the conditions say what the row does.
async fn tells(shop: &Shop<'_>, row: &Row) {
    let what = format!("without {:?} its conditions are {:?}", row.down, row.told);
    let seen = shop
        .until(&what, SEEN_WITHIN, |seen| {
            let told = CONDITIONS.map(|name| seen.condition(name));
            let as_told = |(told, row): (&cluster::Condition, &(&str, &str))| {
                told.status == row.0 && told.reason == row.1
            };
            let ready = seen.condition("Ready");
            seen.is_current()
                && told.iter().zip(&row.told).all(as_told)
                && ready.status == "False"
                && ready.reason == "PartsRemoved"
        })
        .await;
    for name in ["Ready", "Browse", "Register", "LogIn", "Order"] {
        let condition = seen.condition(name);
        assert!(condition.status == "True" || !condition.message.is_empty(), "{name} says nothing: {seen}");
    }
    let columns = shop.columns().await;
    for (head, (told, _)) in ["Browse", "Register", "Login", "Order"].iter().zip(row.told) {
        assert_eq!(columns[*head], json!(told), "{what}, but the column {head} is otherwise");
    }
    assert_eq!(columns["Ready"], json!("False"));
}

/// Somebody who buys without a browser.
struct Shopper {
    product: String,
    visitor: Visitor,
}

impl Shopper {
    async fn enter(shop: &Shop<'_>) -> Self {
        let http = shop.door().await.http();
        let products = http.get("/api/products?limit=20").send().await.expect_json(200);
        let products = products["results"].as_array().expect("a list of products");
        let in_stock =
            products.iter().rfind(|product| product["stock"] == "in_stock").expect("something in stock");
        let mut visitor = Visitor::new(http);
        visitor.join("regular").await;
        let mut shopper = Self { product: in_stock["id"].to_string(), visitor };
        shopper.buys().await;
        shopper
    }

    async fn buys(&mut self) {
        eventually(SEEN_WITHIN, "one can order", async || {
            pause().await;
            let page = self.visitor.order(&self.product).await?;
            let is_right = page.status == 303 && page.header("location").starts_with("/order/thank-you");
            as_expected(is_right, &page)
        })
        .await;
    }
}

/// A pace that leaves the machine to the shop.
async fn pause() {
    sleep(Duration::from_millis(200)).await;
}

fn as_expected(is_right: bool, page: &Answer) -> Result<(), String> {
    if is_right { Ok(()) } else { Err(page.to_string()) }
}

#[tokio::test]
async fn a_part_that_is_cut_off_or_killed_takes_nothing_else_with_it() {
    let _turn = together().await;
    let cluster = Cluster::connect().await;
    let town = namespace(&cluster, "cuts").await;
    let shop = Shop::open(&town, "tea", json!({"sqlite": {}})).await;
    let mut shopper = Shopper::enter(&shop).await;

    // The operator would put the policy back at once.
    shop.patch(json!({"spec": {"paused": true}})).await;
    shop.until("its status speaks of the pause", SEEN_WITHIN, cluster::Seen::is_current).await;
    let policy = shop.children().await.into_iter();
    let policy = policy.into_iter().find(|child| child.kind == "NetworkPolicy" && child.name == "tea-order");
    policy
        .expect("a network policy of the order service")
        .patch(&cluster, &json!({"spec": {"ingress": null}}))
        .await;
    eventually(CUT_WITHIN, "cut off from the order service, one is told so", async || {
        pause().await;
        let page = shopper.visitor.order(&shopper.product).await?;
        as_expected(page.text().contains("Orders are paused"), &page)
    })
    .await;
    let page = shopper.visitor.look("/").await.expect("an answer");
    assert!(page.status == 200 && page.text().contains("data-product"), "{page}");
    shop.patch(json!({"spec": {"paused": false}})).await;
    shop.until_ready().await;
    shopper.buys().await;

    for part in Part::ALL {
        // Without time to end; but the next one begins only when this one is known to be gone.
        let soon = DeleteParams::default().grace_period(1);
        another_after(&town, part.name(), &soon).await;
        shop.until_ready().await;
    }
    shopper.buys().await;
    restarted_nothing(&town).await;
}
