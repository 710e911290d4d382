//! Parts that are away: what shoppers still can do, and whether the Shop's conditions tell the truth of it.

use std::time::Duration;

use cluster::{Cluster, Door, Shop, Visitor};
use k8s_openapi::api::core::v1::Pod;
use kit::eventually;
use kit::http::Answer;
use kit::shop::Part;
use kube::ResourceExt;
use kube::api::{DeleteParams, ListParams};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::town::{namespace, restarted_nothing, together};

/// How long until a change of the parts is told and seen: Pods stop after their drain delay, circuits open and close.
const SEEN_WITHIN: Duration = Duration::from_secs(120);

/// How long a cut may take: a connection that is open already may go on for the minute that it lives.
const CUT_WITHIN: Duration = Duration::from_secs(150);

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
async fn whatever_is_taken_away_shoppers_can_do_the_rest_and_the_conditions_tell_it() {
    let _turn = together().await;
    let cluster = Cluster::connect().await;
    let town = namespace(&cluster, "outages").await;
    let shop = Shop::open(&town, "tea", json!({"sqlite": {}})).await;
    let mut shopper = Shopper::enter(&shop.door().await).await;
    for row in &ROWS {
        println!("without {:?}", row.down);
        let replicas = |count: Value| {
            let parts = row.down.iter().map(|part| (part.name().to_owned(), json!({"replicas": count})));
            json!({"spec": {"parts": parts.collect::<serde_json::Map<_, _>>()}})
        };
        shop.patch(replicas(json!(0))).await;
        tells(&shop, row).await;
        shopper.finds(row.down).await;
        shop.patch(replicas(Value::Null)).await;
        shop.until_ready().await;
        shopper.finds(&[]).await;
    }
    restarted_nothing(&town).await;
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
}

/// Somebody who tries everything.
struct Shopper {
    door: Door,
    product: String,
    /// Logged in since before.
    visitor: Visitor,
    tries: usize,
}

impl Shopper {
    async fn enter(door: &Door) -> Self {
        let http = door.http();
        let products = http.get("/api/products?limit=20").send().await.expect_json(200);
        let products = products["results"].as_array().expect("a list of products");
        let in_stock =
            products.iter().rfind(|product| product["stock"] == "in_stock").expect("something in stock");
        let mut visitor = Visitor::new(http);
        visitor.join("regular").await;
        let mut shopper = Self { door: door.clone(), product: in_stock["id"].to_string(), visitor, tries: 0 };
        shopper.finds(&[]).await;
        shopper
    }

    /// Waits until everything is as it must be without these parts.
    async fn finds(&mut self, down: &[Part]) {
        if down.contains(&Part::Storefront) {
            return self.finds_only_the_api().await;
        }
        let [user, product, order] =
            [Part::User, Part::Product, Part::Order].map(|part| down.contains(&part));
        let without = format!("without {down:?}");
        eventually(SEEN_WITHIN, &format!("{without} one can browse"), async || {
            pause().await;
            let page = self.visitor.look("/").await?;
            let tells_age = page.text().contains("catalogue as of");
            let is_right = page.status == 200 && page.text().contains("data-product") && tells_age == product;
            as_expected(is_right, &page)
        })
        .await;
        eventually(SEEN_WITHIN, &format!("{without} one can register, or is told why not"), async || {
            pause().await;
            self.tries += 1;
            let mut newcomer = Visitor::new(self.door.http());
            let page = newcomer.register(&format!("newcomer-{}", self.tries)).await?;
            let is_right = if user { rests(&page, "Accounts are resting") } else { page.status == 303 };
            as_expected(is_right, &page)
        })
        .await;
        eventually(SEEN_WITHIN, &format!("{without} one can log in, or is told why not"), async || {
            pause().await;
            let page = Visitor::new(self.door.http()).log_in("regular").await?;
            let is_right = if user { rests(&page, "Accounts are resting") } else { page.status == 303 };
            as_expected(is_right, &page)
        })
        .await;
        eventually(SEEN_WITHIN, &format!("{without} one can order, or is told why not"), async || {
            pause().await;
            let page = self.visitor.order(&self.product).await?;
            let is_right = if order {
                page.text().contains("Orders are paused")
            } else {
                page.status == 303 && page.header("location").starts_with("/order/thank-you")
            };
            as_expected(is_right, &page)
        })
        .await;
    }

    async fn finds_only_the_api(&mut self) {
        eventually(SEEN_WITHIN, "without the storefront there are no pages", async || {
            pause().await;
            let page = self.visitor.look("/").await?;
            as_expected(page.status != 200, &page)
        })
        .await;
        let http = self.door.http();
        http.get("/api/products?limit=1").send().await.expect(200);
        let login = [("username", "regular"), ("password", cluster::PASSWORD)];
        http.post("/api/user/login").form(login).send().await.expect(200);
    }
}

fn rests(page: &Answer, words: &str) -> bool {
    page.status == 503 && page.text().contains(words)
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
    let mut shopper = Shopper::enter(&shop.door().await).await;

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
    shopper.finds(&[]).await;

    for part in Part::ALL {
        let pods = town.api::<Pod>();
        let label = format!("shopkeeper.dev/shop=tea,app.kubernetes.io/component={part}");
        let of_part = ListParams::default().labels(&label);
        let before = pods.list(&of_part).await.expect("list Pods").items;
        assert!(!before.is_empty(), "{part} has no Pods with {label}");
        let before = before.iter().filter_map(ResourceExt::uid).collect::<Vec<_>>();
        // Without time to end; but the next one begins only when this one is known to be gone.
        let soon = DeleteParams::default().grace_period(1);
        pods.delete_collection(&soon, &of_part).await.expect("kill Pods");
        eventually(SEEN_WITHIN, &format!("{part} has another Pod"), async || {
            pause().await;
            let now = pods.list(&of_part).await.map_err(|error| error.to_string())?.items;
            let new = now.iter().find(|pod| !before.contains(&pod.uid().unwrap_or_default()));
            if cluster::is_ready(new) { Ok(()) } else { Err(format!("{new:?}")) }
        })
        .await;
        shop.until_ready().await;
    }
    shopper.finds(&[]).await;
    restarted_nothing(&town).await;
}
