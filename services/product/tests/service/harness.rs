//! The product service between an order service that says what a test wants and a user service that is away.

use crate::order_service::{OrderService, placed};
use chassis::{Process, clock::Clock, process::Running};
use contract::{Role, event::CloudEvent};
use kit::{
    Keys, TestDatabase, eventually,
    http::{Answer, Client},
};
use product::ShopSettings;
use serde_json::{Value, json};
use std::{path::PathBuf, time::Duration};
use uuid::Uuid;

/// How long to wait for what happens in the background.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// Nothing listens on the port of TCP's own multiplexer.
const NOWHERE: &str = "http://127.0.0.1:1";

/// The product service, the order service beside it, and clients of it.
pub(crate) struct Service {
    pub(crate) replica: Replica,
    pub(crate) orders: OrderService,
    pub(crate) staff: Client,
    pub(crate) keys: Keys,
    pub(crate) clock: Clock,
    pub(crate) database: TestDatabase,
}

/// One process of the product service.
pub(crate) struct Replica {
    running: Option<Running>,
    /// Somebody without a key, on the public port.
    pub(crate) anonymous: Client,
    /// Another part of the shop, on the internal port.
    pub(crate) inside: Client,
}

impl Service {
    /// With an empty catalogue.
    pub(crate) async fn start(database: TestDatabase) -> Self {
        chassis::process::install_crypto();
        let keys = kit::keys();
        let clock = Clock::set_at(Clock::system().now_unix_ms());
        let orders = OrderService::start().await;
        let replica =
            Replica::start(&keys, &clock, &database, &orders, None).await.expect("build the service");
        let staff = replica.anonymous.with_key(keys.token(1, Role::Staff));
        Self { replica, orders, staff, keys, clock, database }
    }

    /// A further process on the same database.
    pub(crate) async fn further_replica(&self) -> Replica {
        Replica::start(&self.keys, &self.clock, &self.database, &self.orders, None)
            .await
            .expect("build a replica")
    }

    /// Stops and starts anew, perhaps with first products.
    pub(crate) async fn restart(&mut self, catalogue: Option<PathBuf>) -> anyhow::Result<()> {
        self.replica.stop().await;
        self.replica =
            Replica::start(&self.keys, &self.clock, &self.database, &self.orders, catalogue).await?;
        self.staff = self.replica.anonymous.with_key(self.keys.token(1, Role::Staff));
        Ok(())
    }

    pub(crate) fn anonymous(&self) -> &Client {
        &self.replica.anonymous
    }

    pub(crate) fn customer(&self) -> Client {
        self.anonymous().with_key(self.keys.token(7, Role::Customer))
    }

    /// Adds a product and answers with it.
    pub(crate) async fn add(&self, fields: Value) -> Value {
        let answer = self.staff.post("/api/product/create").json(fields).send().await;
        answer.expect_json(200)["product"].clone()
    }

    /// Adds a product of a name and a quantity, for 100 minor units, and answers with its id.
    pub(crate) async fn add_tea(&self, name: &str, quantity: Option<i64>) -> i64 {
        let slug = name.to_lowercase().replace(' ', "-");
        let product = json!({"slug": slug, "name": name, "price": 100, "stock_quantity": quantity});
        self.add(product).await["id"].as_i64().unwrap()
    }

    /// The product as staff see it.
    pub(crate) async fn product(&self, id: i64) -> Value {
        self.staff.get(&format!("/api/product/{id}")).send().await.expect_json(200)["result"].clone()
    }

    pub(crate) async fn quantity(&self, id: i64) -> Option<i64> {
        self.product(id).await["stock_quantity"].as_i64()
    }

    /// Changes the product as it is now.
    pub(crate) async fn edit(&self, id: i64, change: Value) -> Answer {
        let version = self.product(id).await["version"].as_i64().unwrap();
        let request = self.staff.patch(&format!("/api/product/{id}")).json(change);
        request.header("if-match", &format!("\"{version}\"")).send().await
    }

    /// Imports lines under the header of all columns.
    pub(crate) async fn import(&self, lines: &str) -> Answer {
        let file = format!("slug,name,price,category,description,image,stock_quantity\n{lines}");
        self.staff.post("/api/products/import").body("text/csv", file).send().await
    }

    /// Everything that the product service has told, oldest first.
    pub(crate) async fn told(&self) -> Vec<CloudEvent> {
        let mut told: Vec<CloudEvent> = Vec::new();
        loop {
            let after = told.last().map_or(0, |last| last.position);
            let path = format!("/internal/events?after={after}&limit=1000&wait=0");
            let page = self.replica.inside.get(&path).send().await.expect_json(200);
            let page: Vec<CloudEvent> = serde_json::from_value(page).expect("read events");
            if page.is_empty() {
                return told;
            }
            told.extend(page);
        }
    }

    /// Waits until everything that the order service has said has taken effect: until an order that it says
    /// last, for a product that nobody has, is answered.
    pub(crate) async fn until_heard(&self) {
        let last = Uuid::new_v4();
        self.orders.say(placed(last, &[(i64::MAX, 1)]));
        self.until_answered(last).await;
    }

    /// Waits for the answer to an order, and tells whether it was `reserved` or `refused`.
    pub(crate) async fn until_answered(&self, order_uid: Uuid) -> Value {
        eventually(SOON, "the order is answered", async || {
            answers(&self.told().await, order_uid).pop().ok_or("no answer")
        })
        .await
    }

    /// The books of every product.
    pub(crate) async fn books(&self) -> Vec<Value> {
        let page = self.replica.inside.get("/internal/stock?limit=1000").send().await.expect_json(200);
        page["results"].as_array().expect("a list").clone()
    }

    /// Every product, as somebody who follows the links sees them.
    pub(crate) async fn all(&self, path: &str) -> Vec<Value> {
        let (mut all, mut path) = (Vec::new(), path.to_owned());
        loop {
            let (page, next) = page(self.anonymous(), &path).await;
            all.extend(page);
            let Some(next) = next else { return all };
            path = next;
        }
    }
}

/// The answers to an order: the kind of event and its data.
pub(crate) fn answers(told: &[CloudEvent], order_uid: Uuid) -> Vec<Value> {
    let uid = order_uid.to_string();
    told.iter()
        .filter(|event| event.data["order_uid"] == uid.as_str())
        .map(|event| json!({"type": event.type_.rsplit('.').next(), "lines": event.data.get("lines")}))
        .collect()
}

/// A page of a list, and the path of the next one.
pub(crate) async fn page(client: &Client, path: &str) -> (Vec<Value>, Option<String>) {
    let answer = client.get(path).send().await.expect(200);
    let link = answer.header("link").strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\""));
    let next = link.map(str::to_owned);
    (answer.json()["results"].as_array().expect("a list").clone(), next)
}

/// One field of each product.
pub(crate) fn each<'v>(products: &'v [Value], field: &str) -> Vec<&'v Value> {
    products.iter().map(|product| &product[field]).collect()
}

impl Replica {
    async fn start(
        keys: &Keys,
        clock: &Clock,
        database: &TestDatabase,
        orders: &OrderService,
        catalogue: Option<PathBuf>,
    ) -> anyhow::Result<Self> {
        let args = keys.serve_args();
        let process = Process::new(&args, "product", "0.1.0", clock.clone())?;
        let shop = ShopSettings {
            currency: "EUR".parse().unwrap(),
            catalogue,
            order_internal_url: orders.url.clone(),
            user_internal_url: NOWHERE.to_owned(),
        };
        let part = product::build(process.clone(), &database.url().parse()?, &shop).await?;
        let running = Running::start(process, part, &args).await?;
        let anonymous = Client::new(format!("http://{}", running.public));
        let inside = Client::new(format!("http://{}", running.internal)).with_key(keys.secret());
        Ok(Self { running: Some(running), anonymous, inside })
    }

    /// Drains it; its clients are of no use any more.
    pub(crate) async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await.expect("stop");
        }
    }
}
