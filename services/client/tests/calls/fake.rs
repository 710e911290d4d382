//! A peer that answers as it is told to.

use chassis::secret::ShopSecret;
use client::{Limits, Peers, Settings};
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::watch,
    task::JoinSet,
    time::sleep,
};

pub(crate) const SECRET: &str = "a secret of this shop only";

/// What a peer does with a request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Behaviour {
    /// Answers as the contract says.
    Good,
    /// Takes the request and says nothing until it behaves otherwise.
    Frozen,
    /// Answers with this status and a problem.
    Problem(u16),
    /// The same, and says when to come back.
    Busy(u16),
    /// Answers with this status and a page.
    Page(u16),
    /// Sends these bytes and closes.
    Raw(&'static str),
    /// Sends the answer a byte every 100 ms.
    SlowBody,
    /// Sends half of the answer and closes.
    Half,
    /// Reads the request and closes.
    Close,
    /// Sends an answer without an end.
    Endless,
    /// Answers as the contract says, but on paths that begin so only after that time.
    Late(&'static str, Duration),
    /// Does this once, then that for ever.
    Once(Box<Behaviour>, Box<Behaviour>),
}

/// A request as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

/// An answer: status, headers, body.
pub(crate) type Reply = (u16, Vec<(&'static str, String)>, Vec<u8>);
type Answerer = Arc<dyn Fn(&Seen) -> Reply + Send + Sync>;

pub(crate) struct Fake {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    connections: Option<tokio::task::JoinHandle<()>>,
    /// Keeps the port while nobody listens on it.
    reserved: Option<TcpSocket>,
}

struct Shared {
    behaviour: watch::Sender<Behaviour>,
    seen: Mutex<Vec<Seen>>,
    answerer: Answerer,
}

impl Fake {
    /// A peer with the usual answers.
    pub(crate) async fn start() -> Self {
        Self::answering(usual).await
    }

    pub(crate) async fn answering(answerer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (behaviour, _) = watch::channel(Behaviour::Good);
        let shared = Arc::new(Shared { behaviour, seen: Mutex::default(), answerer: Arc::new(answerer) });
        let connections = Some(tokio::spawn(serve(listener, Arc::clone(&shared))));
        Self { address, shared, connections, reserved: None }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn behave(&self, behaviour: Behaviour) {
        self.shared.behaviour.send_replace(behaviour);
    }

    /// Its connections break and its port is closed.
    pub(crate) async fn stop(&mut self) {
        let connections = self.connections.take().unwrap();
        connections.abort();
        let _ = connections.await;
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind(self.address).unwrap();
        self.reserved = Some(socket);
    }

    pub(crate) fn start_again(&mut self) {
        let listener = self.reserved.take().unwrap().listen(64).unwrap();
        self.connections = Some(tokio::spawn(serve(listener, Arc::clone(&self.shared))));
    }

    /// All requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    pub(crate) fn last(&self) -> Seen {
        self.seen().pop().expect("a request came")
    }

    pub(crate) fn forget(&self) {
        self.shared.seen.lock().unwrap().clear();
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        if let Some(connections) = &self.connections {
            connections.abort();
        }
    }
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }
}

/// Peers that all are this one.
pub(crate) fn peers(fake: &Fake) -> Peers {
    peers_within(fake, Limits::default()).0
}

pub(crate) fn peers_within(fake: &Fake, limits: Limits) -> (Peers, chassis::metrics::Metrics) {
    let url = fake.url();
    let settings = Settings { limits, ..Settings::new(&url, &url, &url, ShopSecret::new(SECRET).unwrap()) };
    let metrics = chassis::metrics::Metrics::new("storefront", "0.1.0");
    (Peers::new(settings, &metrics).unwrap(), metrics)
}

pub(crate) fn json(status: u16, body: &serde_json::Value) -> Reply {
    (status, vec![("content-type", "application/json".to_owned())], body.to_string().into_bytes())
}

pub(crate) fn problem(status: u16) -> Reply {
    let problem = serde_json::json!({
        "type": "urn:shopkeeper:problem:x", "title": "No", "status": status, "message": "It is not to be",
    });
    (status, vec![("content-type", "application/problem+json".to_owned())], problem.to_string().into_bytes())
}

/// What the services answer to a client that is allowed everything.
pub(crate) fn usual(seen: &Seen) -> Reply {
    let user = serde_json::json!({
        "api_key": null, "email": "ada@example.com", "first_name": "Ada", "id": 7, "is_active": true,
        "is_admin": false, "last_name": "Lovelace", "username": "ada",
    });
    let product = serde_json::json!({
        "id": 3, "image": "", "name": "Pot", "price": 1450, "slug": "pot", "currency": "EUR",
        "description": "", "category": "", "stock": "in_stock", "version": 2,
    });
    let order = serde_json::json!({
        "id": 9, "is_open": true, "state": "open", "items": [], "user_id": 7, "total": 0,
        "currency": "EUR", "placed_at": null,
    });
    let path = seen.target.split('?').next().unwrap_or_default();
    let has_key = seen.headers.contains_key("authorization");
    match (seen.method.as_str(), path) {
        ("GET", "/api/user" | "/api/order") if !has_key => problem(401),
        ("POST", "/api/user/login" | "/api/user/refresh") => json(
            200,
            &serde_json::json!({
                "message": "Logged in", "api_key": "fresh-key", "token_type": "Bearer", "expires_in": 900,
                "refresh_token": "next-token",
            }),
        ),
        ("POST", "/api/user/create") => {
            json(200, &serde_json::json!({"message": "User added", "result": user}))
        }
        ("POST", "/api/user/logout") | ("PUT", "/api/user/password") => {
            json(200, &serde_json::json!({"message": "done"}))
        }
        ("POST", path) if path.ends_with("/reset-password") => {
            json(200, &serde_json::json!({"message": "done"}))
        }
        ("GET", "/api/users") => json(200, &serde_json::json!([user])),
        ("GET", "/api/user") => json(200, &serde_json::json!({"result": user})),
        ("POST", path) if path.starts_with("/api/users/") => json(200, &serde_json::json!({"result": user})),
        ("GET", "/api/products") => json(200, &serde_json::json!({"results": [product]})),
        ("POST", "/api/product/create") => {
            json(200, &serde_json::json!({"message": "Product added", "product": product}))
        }
        ("POST", "/api/products/import") => json(
            200,
            &serde_json::json!({
                "message": "Nothing was written", "dry_run": true, "created": 1, "updated": 2, "unchanged": 3,
            }),
        ),
        (_, path) if path.starts_with("/api/product/") => json(200, &serde_json::json!({"result": product})),
        ("POST", "/api/order/merge") => json(200, &serde_json::json!({"result": order, "not_applied": []})),
        ("GET", "/api/orders") => json(200, &serde_json::json!([order])),
        (_, path) if path.starts_with("/api/order") => json(200, &serde_json::json!({"result": order})),
        _ => problem(404),
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((mut stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            while talk(&mut stream, &shared).await.is_some() {}
            drop(stream)
        });
    }
}

/// One request and what is done with it; none if the connection is over.
async fn talk(stream: &mut TcpStream, shared: &Shared) -> Option<()> {
    let seen = read(stream).await?;
    shared.seen.lock().unwrap().push(seen.clone());
    let mut behaviour = shared.behaviour.borrow().clone();
    if let Behaviour::Once(now, later) = behaviour {
        shared.behaviour.send_replace(*later);
        behaviour = *now;
    }
    if behaviour == Behaviour::Frozen {
        let mut behaviours = shared.behaviour.subscribe();
        behaviour = behaviours.wait_for(|behaviour| *behaviour != Behaviour::Frozen).await.ok()?.clone();
    }
    let good = (shared.answerer)(&seen);
    match behaviour {
        Behaviour::Good => write(stream, &bytes(&good)).await,
        Behaviour::Late(path, delay) => {
            let delay = if seen.target.starts_with(path) { delay } else { Duration::ZERO };
            sleep(delay).await;
            write(stream, &bytes(&good)).await
        }
        Behaviour::Problem(status) => write(stream, &bytes(&problem(status))).await,
        Behaviour::Busy(status) => {
            let (status, mut headers, body) = problem(status);
            headers.push(("retry-after", "1".to_owned()));
            write(stream, &bytes(&(status, headers, body))).await
        }
        Behaviour::Page(status) => {
            write(stream, &bytes(&(status, vec![("content-type", "text/html".into())], b"<p>hello".into())))
                .await
        }
        Behaviour::Raw(text) => {
            write(stream, text.as_bytes()).await;
            None
        }
        Behaviour::SlowBody => {
            for byte in bytes(&good) {
                write(stream, &[byte]).await?;
                sleep(Duration::from_millis(100)).await;
            }
            Some(())
        }
        Behaviour::Half => {
            let answer = bytes(&good);
            write(stream, &answer[..answer.len() - 5]).await;
            None
        }
        Behaviour::Endless => {
            write(stream, b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n").await?;
            loop {
                write(stream, &[b' '; 65_536]).await?;
            }
        }
        Behaviour::Close | Behaviour::Frozen | Behaviour::Once(..) => None,
    }
}

fn bytes((status, headers, body): &Reply) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    [head.as_bytes(), body].concat()
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).await.ok()?;
        head.extend(byte);
    }
    let head = String::from_utf8(head).ok()?;
    let mut lines = head.trim_end().split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Seen { method, target, headers, body })
}

async fn write(stream: &mut TcpStream, bytes: &[u8]) -> Option<()> {
    stream.write_all(bytes).await.ok()
}
