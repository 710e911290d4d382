//! Shoppers who go on while parts are restarted: some look around, some come anew, some buy.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kit::eventually;
use kit::http::{Answer, Client, Request};
use kit::shop::Part;
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use crate::record::{self, Record};

/// Shoppers who buy.
const BUYERS: usize = 3;

/// The pace of everybody: fast enough to hit every gap, slow enough to leave a busy machine to the shop.
const BETWEEN_REQUESTS: Duration = Duration::from_millis(60);

/// The pace of those who come anew: each hashes two passwords.
const BETWEEN_NEWCOMERS: Duration = Duration::from_millis(400);

/// How long it may take until those who buy are customers.
const REGISTERED_WITHIN: Duration = Duration::from_secs(60);

/// How long orders may take to be settled once everything is up.
const SETTLED_WITHIN: Duration = Duration::from_secs(180);

/// For so long all has to go well until it is believed.
const A_WHILE: Duration = Duration::from_secs(4);

const PASSWORD: &str = "a password of tests";

/// What a shopper does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Home,
    ProductPage,
    Products,
    Register,
    LogIn,
    Account,
    AddItem,
    CheckOut,
    Orders,
}

impl Action {
    pub const ALL: [Self; 9] = [
        Self::Home,
        Self::ProductPage,
        Self::Products,
        Self::Register,
        Self::LogIn,
        Self::Account,
        Self::AddItem,
        Self::CheckOut,
        Self::Orders,
    ];

    /// The service without which this can't be done; all else goes on whatever is down.
    pub fn needs(self) -> Option<Part> {
        match self {
            Action::Home | Action::ProductPage => None,
            Action::Products => Some(Part::Product),
            Action::Register | Action::LogIn | Action::Account => Some(Part::User),
            Action::AddItem | Action::CheckOut | Action::Orders => Some(Part::Order),
        }
    }
}

/// Shoppers at work.
pub struct Traffic {
    http: Client,
    stop: CancellationToken,
    shoppers: JoinSet<()>,
    record: Arc<Mutex<Record>>,
    /// By the key of a buyer: the orders that were acknowledged.
    sold: Arc<Mutex<BTreeMap<String, BTreeSet<i64>>>>,
}

/// What was sold: as acknowledged, which is as it stands in the database.
pub struct Sold {
    orders: usize,
    confirmed: usize,
}

impl Traffic {
    /// Sends shoppers into a shop, by an HTTP client that finds it.
    ///
    /// # Panics
    /// If the shop does not let them in, or has nothing in stock.
    pub async fn begin(http: Client) -> Self {
        let mut traffic = Self {
            http,
            stop: CancellationToken::new(),
            shoppers: JoinSet::new(),
            record: Arc::default(),
            sold: Arc::default(),
        };
        let catalogue = traffic.http.get("/api/products?limit=20").send().await.expect_json(200);
        let products = catalogue["results"].as_array().expect("a list of products");
        let mut in_stock = products.iter().filter(|product| product["stock"] == "in_stock");
        let product = in_stock.next_back().expect("a product in stock").clone();
        for number in 0..BUYERS {
            let key = register(&traffic.http, &format!("buyer-{number}")).await;
            let shopper = traffic.shopper();
            traffic.shoppers.spawn(shopper.buy(key, product["id"].as_i64().expect("a product has an id")));
        }
        let key = register(&traffic.http, "visitor").await;
        let slug = product["slug"].as_str().expect("a product has a slug").to_owned();
        let (visitor, newcomer) = (traffic.shopper(), traffic.shopper());
        traffic.shoppers.spawn(visitor.look_around(key, slug));
        traffic.shoppers.spawn(newcomer.come_anew());
        traffic
    }

    fn shopper(&self) -> Shopper {
        Shopper {
            http: self.http.clone(),
            stop: self.stop.clone(),
            record: Arc::clone(&self.record),
            sold: Arc::clone(&self.sold),
        }
    }

    /// Whether every buyer has ordered something.
    pub fn has_everybody_bought(&self) -> bool {
        self.sold.lock().unwrap_or_else(PoisonError::into_inner).len() == BUYERS
    }

    /// Everything since the beginning, or since this was asked last.
    pub async fn take(&self) -> Record {
        std::mem::take(&mut self.record.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until everything that shoppers do went well for a while; what they did since the beginning, or since this was
    /// taken last.
    ///
    /// # Panics
    /// If there is no such while within `deadline`, with what failed in the last.
    pub async fn until_all_well(&self, deadline: Duration) -> Record {
        let (mut all, mut lately) = (Record::default(), Record::default());
        eventually(deadline, "for a while all goes well", async || {
            sleep(A_WHILE).await;
            lately.extend(self.take().await);
            if lately.is_all_well() {
                return Ok(());
            }
            let told = lately.to_string();
            if lately.has_failures() {
                all.extend(std::mem::take(&mut lately));
            }
            Err(told)
        })
        .await;
        all.extend(lately);
        all
    }

    /// Sends everybody home, and holds the shop to what it acknowledged: each of those orders is there, and no
    /// other.
    ///
    /// # Panics
    /// If an order is missing or too many.
    pub async fn end(mut self) -> Sold {
        self.stop.cancel();
        while let Some(ended) = self.shoppers.join_next().await {
            ended.expect("a shopper came to an end");
        }
        let mut sold = Sold { orders: 0, confirmed: 0 };
        let acknowledged = std::mem::take(&mut *self.sold.lock().unwrap_or_else(PoisonError::into_inner));
        assert_eq!(acknowledged.len(), BUYERS, "everybody bought something");
        for (key, acknowledged) in acknowledged {
            let orders = settled_orders(&self.http.with_key(key)).await;
            let ids = orders.iter().filter_map(|order| order["id"].as_i64()).collect::<Vec<_>>();
            assert_eq!(ids.len(), acknowledged.len(), "as many orders as were acknowledged");
            assert_eq!(
                ids.into_iter().collect::<BTreeSet<_>>(),
                acknowledged,
                "the orders that were acknowledged"
            );
            sold.orders += orders.len();
            sold.confirmed += orders.iter().filter(|order| order["state"] == "confirmed").count();
        }
        sold
    }
}

impl fmt::Display for Sold {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} orders acknowledged and found, {} of them confirmed",
            self.orders, self.confirmed
        )
    }
}

/// Somebody who goes on until told to stop.
struct Shopper {
    http: Client,
    stop: CancellationToken,
    record: Arc<Mutex<Record>>,
    sold: Arc<Mutex<BTreeMap<String, BTreeSet<i64>>>>,
}

impl Shopper {
    async fn look_around(self, key: String, slug: String) {
        let mut pace = pace(BETWEEN_REQUESTS);
        let account = self.http.with_key(key);
        while self.stop.run_until_cancelled(pace.tick()).await.is_some() {
            let home = self.ask(Action::Home, self.http.get("/")).await;
            if home.is_some_and(|page| !page.text().contains("data-product")) {
                self.note(Action::Home, Instant::now(), Some("the home page shows no products".into()));
            }
            self.ask(Action::ProductPage, self.http.get(&format!("/product/{slug}"))).await;
            self.ask(Action::Products, self.http.get("/api/products?limit=20")).await;
            self.ask(Action::Account, account.get("/api/user")).await;
        }
    }

    async fn come_anew(self) {
        let mut pace = pace(BETWEEN_NEWCOMERS);
        for number in 0.. {
            if self.stop.run_until_cancelled(pace.tick()).await.is_none() {
                break;
            }
            let name = format!("newcomer-{number}");
            let registered = self.ask(Action::Register, registration(&self.http, &name)).await;
            if registered.is_some() {
                self.ask(Action::LogIn, login(&self.http, &name)).await;
            }
        }
    }

    async fn buy(self, key: String, product: i64) {
        let mut pace = pace(BETWEEN_REQUESTS);
        let order = self.http.with_key(&key);
        while self.stop.run_until_cancelled(pace.tick()).await.is_some() {
            let form = [("product_id", product), ("qty", 1)];
            if self.ask(Action::AddItem, order.post("/api/order/add-item").form(form)).await.is_none() {
                continue;
            }
            // Whoever presses until an answer comes, under one key, orders once; and knows the order.
            let checkout = uuid::Uuid::new_v4().to_string();
            let placed = loop {
                let asked = order.post("/api/order/checkout").header("idempotency-key", &checkout);
                match self.ask(Action::CheckOut, asked).await {
                    Some(answer) => {
                        break answer.json()["result"]["id"].as_i64().expect("an order has an id");
                    }
                    None => pace.tick().await,
                };
            };
            self.was_sold(&key, placed);
            self.ask(Action::Orders, order.get("/api/orders?limit=5")).await;
        }
    }

    /// Sends a request and notes what came of it; the answer if it was 200.
    async fn ask(&self, action: Action, request: Request) -> Option<Answer> {
        let began = Instant::now();
        let (answer, failure) = match request.try_send().await {
            Ok(answer) if answer.status == 200 => (Some(answer), None),
            Ok(answer) => (None, Some(answer.to_string())),
            Err(error) => (None, Some(format!("{error:?}"))),
        };
        self.note(action, began, failure);
        answer
    }

    fn was_sold(&self, key: &str, order: i64) {
        let mut sold = self.sold.lock().unwrap_or_else(PoisonError::into_inner);
        sold.entry(key.to_owned()).or_default().insert(order);
    }

    fn note(&self, action: Action, began: Instant, failure: Option<String>) {
        let request = record::Request { action, began, ended: Instant::now(), failure };
        self.record.lock().unwrap_or_else(PoisonError::into_inner).add(request);
    }
}

fn pace(between: Duration) -> tokio::time::Interval {
    let mut pace = interval(between);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pace
}

fn registration(http: &Client, name: &str) -> Request {
    let email = format!("{name}@example.com");
    let names = [("first_name", "Test"), ("last_name", "Customer"), ("username", name)];
    let form = names.into_iter().chain([("email", email.as_str()), ("password", PASSWORD)]);
    http.post("/api/user/create").form(form.collect::<Vec<_>>())
}

fn login(http: &Client, name: &str) -> Request {
    http.post("/api/user/login").form([("username", name), ("password", PASSWORD)])
}

/// Registers a customer and logs in; the key. A machine that is busy with starting a shop may take some tries.
async fn register(http: &Client, name: &str) -> String {
    eventually(REGISTERED_WITHIN, &format!("{name} can register and log in"), async || {
        sleep(BETWEEN_NEWCOMERS).await;
        let told = |error: reqwest::Error| format!("{error:?}");
        // Refused if an earlier try was heard, though not answered.
        let registered = registration(http, name).try_send().await.map_err(told)?;
        let keys = login(http, name).try_send().await.map_err(told)?;
        let key = if keys.status == 200 { keys.json()["api_key"].as_str().map(str::to_owned) } else { None };
        key.ok_or_else(|| format!("{registered}\n{keys}"))
    })
    .await
}

/// All orders of a customer but the open one, once each is confirmed or refused.
async fn settled_orders(customer: &Client) -> Vec<Value> {
    eventually(SETTLED_WITHIN, "all orders are settled", async || {
        let mut found = Vec::new();
        let mut path = Some("/api/orders?limit=100".to_owned());
        while let Some(next) = path {
            let answer = customer.get(&next).try_send().await.map_err(|error| error.to_string())?;
            let page = answer.json();
            found.extend(page.as_array().ok_or_else(|| answer.to_string())?.iter().cloned());
            path = next_page(answer.header("link"));
        }
        found.retain(|order| order["is_open"] == false);
        let waiting = found.iter().filter(|order| order["state"] == "placed").count();
        if waiting == 0 { Ok(found) } else { Err(format!("{waiting} orders wait")) }
    })
    .await
}

/// The path and query of `rel="next"`.
fn next_page(link: &str) -> Option<String> {
    let target = link.split(',').find(|link| link.contains("rel=\"next\""))?;
    let url = target.split_once('<')?.1.split_once('>')?.0;
    Some(url.find("/api/").map_or(url, |start| &url[start..]).to_owned())
}
