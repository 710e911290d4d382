//! The order service as it is served, between a product and a user service that say what a test wants.

use axum::{
    Json, Router,
    extract::{Query, State},
    routing::get,
};
use chassis::{Process, clock::Clock, identity::Principal, process::Running};
use contract::{
    Currency, Role, Timestamp,
    event::{
        CloudEvent, Event, OrderEvent, OrderNamed, ProductEvent, ProductFacts, RefusedLine, Snapshot,
        StockRefused,
    },
    product::Stock,
};
use kit::{Keys, TestDatabase, eventually, http::Client};
use order::ShopSettings;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::watch;
use uuid::Uuid;

/// How long to wait for what happens in the background.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// A user that no test is about.
const SOMEBODY: i64 = 1_000_000;

/// The order service, its peers, and clients of it.
pub(crate) struct Service {
    pub(crate) replica: Replica,
    pub(crate) clock: Clock,
    pub(crate) products: Peer<ProductEvent>,
    pub(crate) users: Peer<contract::event::UserEvent>,
    pub(crate) keys: Keys,
    pub(crate) database: TestDatabase,
}

/// One process of the order service.
pub(crate) struct Replica {
    running: Option<Running>,
    /// Somebody without a key, on the public port.
    pub(crate) anonymous: Client,
    /// Another part of the shop, on the internal port.
    pub(crate) inside: Client,
}

impl Service {
    /// With a catalogue of five products; product N is "Tea N" and costs 100 × N.
    pub(crate) async fn start(database: TestDatabase) -> Self {
        let service = Self::before_the_catalogue(database).await;
        for id in 1..=5 {
            service.products.say(product(id, id * 100, 1));
        }
        service.products.open();
        service.until_known(5).await;
        service
    }

    /// Whose product service has never answered.
    pub(crate) async fn before_the_catalogue(database: TestDatabase) -> Self {
        chassis::process::install_crypto();
        let keys = kit::keys();
        let clock = Clock::set_at(Clock::system().now_unix_ms());
        let (products, users) = (Peer::start().await, Peer::start().await);
        users.open();
        let replica = Replica::start(&keys, &clock, &database, &products.url, &users.url).await;
        Self { replica, clock, products, users, keys, database }
    }

    /// A further process on the same database.
    pub(crate) async fn further_replica(&self) -> Replica {
        Replica::start(&self.keys, &self.clock, &self.database, &self.products.url, &self.users.url).await
    }

    /// Starts anew with both peers away.
    pub(crate) async fn lose_peers(&mut self) {
        self.replica.stop().await;
        // Nothing listens on the port of TCP's own multiplexer.
        let nowhere = "http://127.0.0.1:1";
        self.replica = Replica::start(&self.keys, &self.clock, &self.database, nowhere, nowhere).await;
    }

    /// Waits until a product can be put into a basket.
    pub(crate) async fn until_known(&self, product_id: i64) {
        let somebody = self.customer(SOMEBODY);
        eventually(SOON, "the product is known", async || {
            let answer = somebody
                .post("/api/order/add-item")
                .form([("product_id", product_id), ("qty", 1)])
                .send()
                .await;
            if answer.status == 200 { Ok(()) } else { Err(answer.status) }
        })
        .await;
        somebody.delete(&format!("/api/order/item/{product_id}")).send().await.expect(200);
    }

    pub(crate) fn anonymous(&self) -> &Client {
        &self.replica.anonymous
    }

    pub(crate) fn customer(&self, user_id: i64) -> Client {
        self.anonymous().with_key(self.token(user_id, Role::Customer, Uuid::new_v4()))
    }

    pub(crate) fn staff(&self) -> Client {
        self.anonymous().with_key(self.token(9_999, Role::Staff, Uuid::new_v4()))
    }

    /// A key for the next fifteen minutes of the test's own time.
    pub(crate) fn token(&self, user_id: i64, role: Role, session_id: Uuid) -> String {
        let now = self.clock.now_unix_ms();
        self.keys.sign(&Principal { user_id, session_id, role, expires_at: now + 15 * 60 * 1000 }, now)
    }

    /// Everything that the order service has told, oldest first.
    pub(crate) async fn told(&self) -> Vec<CloudEvent> {
        let events = self.replica.inside.get("/internal/events?after=0&limit=1000&wait=0").send().await;
        serde_json::from_value(events.expect_json(200)).expect("read events")
    }

    /// The id that the product service knows the newest order by.
    pub(crate) async fn newest_uid(&self) -> Uuid {
        let told = self.told().await;
        let placed = told.iter().rev().find(|event| event.type_ == "dev.shopkeeper.order.placed");
        placed.expect("an order was placed").data["order_uid"].as_str().unwrap().parse().unwrap()
    }

    /// Puts one piece of product 1 into the customer's basket and checks out.
    pub(crate) async fn placed_order(&self, customer: &Client) -> (i64, Uuid) {
        add(customer, 1, 1).await;
        let order = customer.post("/api/order/checkout").send().await.expect_json(200);
        (order["result"]["id"].as_i64().unwrap(), self.newest_uid().await)
    }

    /// An order whose stock is reserved.
    pub(crate) async fn confirmed_order(&self, customer: &Client) -> (i64, Uuid) {
        let (id, uid) = self.placed_order(customer).await;
        self.products.say(reserved(uid));
        until_state(customer, id, "confirmed").await;
        (id, uid)
    }
}

impl Replica {
    async fn start(
        keys: &Keys,
        clock: &Clock,
        database: &TestDatabase,
        product_url: &str,
        user_url: &str,
    ) -> Self {
        let args = keys.serve_args();
        let process = Process::new(&args, "order", "0.1.0", clock.clone()).expect("read the keys");
        let shop = ShopSettings {
            currency: currency(),
            product_internal_url: product_url.to_owned(),
            user_internal_url: user_url.to_owned(),
        };
        let url = database.url().parse().expect("read the URL of the database");
        let part = order::build(process.clone(), &url, &shop).await.expect("build the order service");
        let running = Running::start(process, part, &args).await.expect("serve");
        let anonymous = Client::new(format!("http://{}", running.public));
        let inside = Client::new(format!("http://{}", running.internal)).with_key(keys.secret());
        Self { running: Some(running), anonymous, inside }
    }

    /// Drains it; its clients are of no use any more.
    pub(crate) async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await.expect("stop");
        }
    }
}

pub(crate) fn currency() -> Currency {
    "EUR".parse().unwrap()
}

/// What the product service says of a product that is new or has changed.
pub(crate) fn product(id: i64, price: i64, revision: i64) -> ProductEvent {
    ProductEvent::Changed(ProductFacts {
        id,
        slug: format!("tea-{id}"),
        name: format!("Tea {id}"),
        price,
        currency: currency(),
        category: "tea".into(),
        description: String::new(),
        image: String::new(),
        stock: Stock::InStock,
        version: revision,
        revision,
    })
}

pub(crate) fn reserved(order_uid: Uuid) -> ProductEvent {
    ProductEvent::Reserved(OrderNamed { order_uid })
}

pub(crate) fn refused(order_uid: Uuid, lines: Vec<RefusedLine>) -> ProductEvent {
    ProductEvent::Refused(StockRefused { order_uid, lines })
}

/// Adds pieces to the basket and answers with it.
pub(crate) async fn add(customer: &Client, product_id: i64, quantity: i64) -> Value {
    let form = [("product_id", product_id), ("qty", quantity)];
    customer.post("/api/order/add-item").form(form).send().await.expect_json(200)["result"].clone()
}

/// What is in the basket: products and quantities.
pub(crate) async fn pieces(customer: &Client) -> Vec<(i64, i64)> {
    let answer = customer.get("/api/order").send().await.expect_json(200);
    let items = answer["result"]["items"].as_array().cloned().unwrap_or_default();
    items.iter().map(|item| (item["product"].as_i64().unwrap(), item["quantity"].as_i64().unwrap())).collect()
}

/// Waits until an order is in a state, and answers with it.
pub(crate) async fn until_state(client: &Client, order_id: i64, state: &str) -> Value {
    eventually(SOON, state, async || {
        let order =
            client.get(&format!("/api/order/{order_id}")).send().await.expect_json(200)["result"].clone();
        if order["state"] == state { Ok(order) } else { Err(order["state"].clone()) }
    })
    .await
}

/// The order events of one type, oldest first.
pub(crate) fn of_type<'e>(told: &'e [CloudEvent], name: &str) -> Vec<&'e CloudEvent> {
    let known = format!("dev.shopkeeper.order.{name}");
    assert!(OrderEvent::TYPES.contains(&known.as_str()), "{known}");
    told.iter().filter(|event| event.type_ == known).collect()
}

/// Another service's feed, as this one sees it. Until it is opened it answers 503.
pub(crate) struct Peer<E> {
    pub(crate) url: String,
    said: Arc<Said>,
    _events: std::marker::PhantomData<fn(E)>,
}

struct Said {
    events: Mutex<Vec<Value>>,
    length: watch::Sender<usize>,
    open: watch::Sender<bool>,
}

#[derive(Deserialize)]
struct Poll {
    after: i64,
}

impl<E: Event> Peer<E> {
    async fn start() -> Self {
        let said = Arc::new(Said {
            events: Mutex::default(),
            length: watch::Sender::new(0),
            open: watch::Sender::new(false),
        });
        let router = Router::new()
            .route(
                "/internal/snapshot",
                get(async |State(said): State<Arc<Said>>| {
                    let _ = said.open.subscribe().wait_for(|open| *open).await;
                    Json(Snapshot::<Value> {
                        epoch: "first".into(),
                        position: 0,
                        events: Vec::new(),
                        next: None,
                    })
                }),
            )
            .route(
                "/internal/events",
                get(async |State(said): State<Arc<Said>>, Query(poll): Query<Poll>| {
                    let after = usize::try_from(poll.after).unwrap();
                    let _ = said.length.subscribe().wait_for(|length| *length > after).await;
                    Json(said.events.lock().unwrap()[after..].to_vec())
                }),
            )
            .with_state(Arc::clone(&said));
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("bind to a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, said, _events: std::marker::PhantomData }
    }

    /// Answers from now on.
    pub(crate) fn open(&self) {
        self.said.open.send_replace(true);
    }

    /// Adds an event to the feed.
    pub(crate) fn say(&self, event: E) {
        let written = serde_json::to_value(event).expect("an event is JSON");
        let mut events = self.said.events.lock().unwrap();
        let position = events.len() + 1;
        events.push(json!(CloudEvent {
            specversion: "1.0".into(),
            id: format!("first/{position}"),
            source: "/shopkeeper/peer".into(),
            type_: written["type"].as_str().unwrap().to_owned(),
            time: Timestamp::from_unix_ms(0),
            datacontenttype: "application/json".into(),
            traceparent: None,
            position: i64::try_from(position).unwrap(),
            data: written["data"].clone(),
        }));
        self.said.length.send_replace(position);
    }
}
