//! An order service that says what a test wants, and nothing else. The user service is one that says nothing.

use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use contract::{
    Timestamp,
    event::{CloudEvent, OrderEvent, OrderNamed, OrderPlaced, OrderedLine, Snapshot},
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use tokio::sync::watch;
use uuid::Uuid;

/// What it has to say, and where.
#[derive(Clone)]
pub(crate) struct OrderService {
    pub(crate) url: String,
    said: Arc<Mutex<Said>>,
    changes: watch::Sender<u64>,
}

#[derive(Default)]
struct Said {
    epoch: u32,
    snapshot: Vec<OrderEvent>,
    events: Vec<CloudEvent>,
    states: HashMap<Uuid, &'static str>,
}

#[derive(Deserialize)]
struct Poll {
    epoch: String,
    after: i64,
}

#[derive(Deserialize)]
struct Question {
    order_uids: Vec<Uuid>,
}

impl OrderService {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("bind to a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
        let service = Self { url, said: Arc::default(), changes: watch::Sender::new(0) };
        let router = Router::new()
            .route("/internal/snapshot", get(snapshot))
            .route("/internal/events", get(events))
            .route("/internal/orders/states", post(states))
            .with_state(service.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        service
    }

    /// Adds an event to the feed.
    pub(crate) fn say(&self, event: OrderEvent) {
        let mut said = self.said.lock().unwrap();
        let position = i64::try_from(said.events.len()).unwrap() + 1;
        let written = serde_json::to_value(event).expect("an event is JSON");
        let epoch = said.epoch;
        said.events.push(CloudEvent {
            specversion: "1.0".into(),
            id: format!("{epoch}/{position}"),
            source: "/shopkeeper/order".into(),
            type_: written["type"].as_str().unwrap().to_owned(),
            time: Timestamp::from_unix_ms(0),
            datacontenttype: "application/json".into(),
            traceparent: None,
            position,
            data: written["data"].clone(),
        });
        drop(said);
        self.changes.send_modify(|change| *change += 1);
    }

    /// Is restored: a new epoch, these unfinished orders, and these states of orders when it is asked.
    pub(crate) fn is_restored(&self, snapshot: Vec<OrderEvent>, states: &[(Uuid, &'static str)]) {
        let mut said = self.said.lock().unwrap();
        let epoch = said.epoch + 1;
        *said = Said { epoch, snapshot, events: Vec::new(), states: states.iter().copied().collect() };
        drop(said);
        self.changes.send_modify(|change| *change += 1);
    }
}

async fn snapshot(State(service): State<OrderService>) -> Json<Snapshot<OrderEvent>> {
    let said = service.said.lock().unwrap();
    Json(Snapshot { epoch: said.epoch.to_string(), position: 0, events: said.snapshot.clone(), next: None })
}

async fn events(State(service): State<OrderService>, Query(poll): Query<Poll>) -> Response {
    let mut changes = service.changes.subscribe();
    loop {
        {
            let said = service.said.lock().unwrap();
            if said.epoch.to_string() != poll.epoch {
                return StatusCode::GONE.into_response();
            }
            let after = usize::try_from(poll.after).unwrap();
            if said.events.len() > after {
                return Json(said.events[after..].to_vec()).into_response();
            }
        }
        changes.changed().await.expect("the service goes on");
    }
}

async fn states(State(service): State<OrderService>, Json(question): Json<Question>) -> Json<Value> {
    let said = service.said.lock().unwrap();
    let state_of = |uid: &Uuid| said.states.get(uid).copied().unwrap_or("unknown");
    let states: HashMap<_, _> = question.order_uids.iter().map(|uid| (*uid, state_of(uid))).collect();
    Json(json!({"states": states}))
}

/// An order was accepted: products and quantities.
pub(crate) fn placed(order_uid: Uuid, lines: &[(i64, i64)]) -> OrderEvent {
    let lines = lines.iter().map(|&(product_id, quantity)| OrderedLine { product_id, quantity }).collect();
    OrderEvent::Placed(OrderPlaced { order_uid, lines })
}

pub(crate) fn cancelled(order_uid: Uuid) -> OrderEvent {
    OrderEvent::Cancelled(OrderNamed { order_uid })
}

pub(crate) fn fulfilled(order_uid: Uuid) -> OrderEvent {
    OrderEvent::Fulfilled(OrderNamed { order_uid })
}
