//! The three services as the storefront meets them, in memory: they keep what they are told, and fall silent,
//! break or vanish when a test says so.

mod orders;
mod products;
mod staff;
mod users;

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Request, State as Shared},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use chassis::clock::Clock;
use contract::{Problem, Role, order::Order, product::Product, user::User};
use serde_json::{Map, json};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use uuid::Uuid;

/// How a service behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Up,
    /// It takes requests and answers none of them.
    Frozen,
    /// It answers 500.
    Failing,
    /// It answers what nobody understands.
    Garbage,
    /// It does what it is asked and never says so.
    Mute,
}

/// Everything that the three services know.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) users: Vec<(User, String)>,
    pub(crate) products: Vec<Product>,
    /// How often a list was not sent because the one that was named still held.
    pub(crate) held_lists: usize,
    pub(crate) orders: Vec<Order>,
    pub(crate) merged: Vec<Uuid>,
    /// Idempotency keys and what they placed.
    pub(crate) keys: Vec<(Uuid, i64)>,
    /// Refresh tokens, the user's id and the session that each belongs to.
    pub(crate) refresh_tokens: Vec<(String, i64, Uuid)>,
    pub(crate) ended: Vec<Uuid>,
    /// Of the next tokens.
    pub(crate) token_lifetime_ms: i64,
    /// Bodies of changes of products.
    pub(crate) edits: Vec<serde_json::Value>,
    /// Files that were imported.
    pub(crate) imported: Vec<String>,
    /// What was asked, as `METHOD /path`.
    pub(crate) asked: Vec<String>,
    /// What is refused, written so too, and with which status.
    pub(crate) refused: HashMap<String, u16>,
}

/// The services' shared state.
pub(crate) struct World {
    pub(crate) keys: kit::Keys,
    pub(crate) clock: Clock,
    known: Mutex<Known>,
}

impl World {
    pub(crate) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().expect("no test panicked with it")
    }

    /// How often something was asked.
    pub(crate) fn asked(&self, what: &str) -> usize {
        self.known().asked.iter().filter(|asked| *asked == what).count()
    }

    /// Who shows a valid token of a session that goes on.
    fn caller(&self, headers: &HeaderMap) -> Option<(i64, Uuid)> {
        let token = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
        let claims = token.split('.').nth(1)?;
        use base64::Engine as _;
        let claims = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(claims).ok()?;
        let claims: serde_json::Value = serde_json::from_slice(&claims).ok()?;
        let session = claims["sid"].as_str()?.parse().ok()?;
        let now = self.clock.now_unix_ms() / 1000;
        let is_alive = claims["exp"].as_i64()? > now && !self.known().ended.contains(&session);
        is_alive.then_some((claims["sub"].as_str()?.parse().ok()?, session))
    }

    /// A key for a session.
    pub(crate) fn token(&self, user_id: i64, role: Role, session_id: Uuid, lifetime_ms: i64) -> String {
        let now = self.clock.now_unix_ms();
        let principal =
            chassis::identity::Principal { user_id, session_id, role, expires_at: now + lifetime_ms };
        self.keys.sign(&principal, now)
    }
}

/// The three services on ports of their own.
pub(crate) struct Services {
    pub(crate) world: Arc<World>,
    pub(crate) user: Service,
    pub(crate) product: Service,
    pub(crate) order: Service,
}

impl Services {
    /// All up, with a few products and nobody registered.
    pub(crate) async fn start() -> Self {
        Self::start_at(Clock::system()).await
    }

    /// The same at another time.
    pub(crate) async fn start_at(clock: Clock) -> Self {
        let known = Known { products: products::sample(), token_lifetime_ms: 900_000, ..Known::default() };
        let world = Arc::new(World { keys: kit::keys(), clock, known: Mutex::new(known) });
        Self {
            user: Service::start(users::routes, &world).await,
            product: Service::start(products::routes, &world).await,
            order: Service::start(orders::routes, &world).await,
            world,
        }
    }
}

/// One service, public and internal routes on one port.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    mode: watch::Sender<Mode>,
    routes: fn(Arc<World>) -> Router,
    world: Arc<World>,
    served: JoinHandle<()>,
}

impl Service {
    async fn start(routes: fn(Arc<World>) -> Router, world: &Arc<World>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound port");
        let (mode, _) = watch::channel(Mode::Up);
        let served = serve(listener, routes(Arc::clone(world)), mode.subscribe(), Arc::clone(world));
        Self { address, mode, routes, world: Arc::clone(world), served }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on, also for what it is answering.
    pub(crate) fn behave(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// Nothing listens any more.
    pub(crate) async fn stop(&mut self) {
        self.served.abort();
        let _ = (&mut self.served).await;
    }

    /// It listens again.
    pub(crate) async fn restart(&mut self) {
        let listener = TcpListener::bind(self.address).await.expect("its port is free");
        self.behave(Mode::Up);
        let routes = (self.routes)(Arc::clone(&self.world));
        self.served = serve(listener, routes, self.mode.subscribe(), Arc::clone(&self.world));
    }
}

fn serve(
    listener: TcpListener,
    routes: Router,
    mode: watch::Receiver<Mode>,
    world: Arc<World>,
) -> JoinHandle<()> {
    let (gone, is_gone) = tokio::sync::oneshot::channel::<()>();
    let routes = routes.layer(middleware::from_fn_with_state((mode, world), behaving));
    tokio::spawn(async move {
        // Dropped with this task: connections that are open end with it.
        let _gone = gone;
        let served = axum::serve(listener, routes).with_graceful_shutdown(async {
            let _ = is_gone.await;
        });
        let _ = served.await;
    })
}

async fn behaving(
    Shared((mut mode, world)): Shared<(watch::Receiver<Mode>, Arc<World>)>,
    request: Request,
    next: Next,
) -> Response {
    let what = format!("{} {}", request.method(), request.uri().path());
    let refused = {
        let mut known = world.known();
        known.asked.push(what.clone());
        known.refused.get(&what).copied()
    };
    if let Some(status) = refused {
        return problem(status, "Not now");
    }
    let present = *mode.borrow_and_update();
    match present {
        Mode::Up => {
            tokio::select! {
                answer = next.run(request) => answer,
                () = until_frozen(mode) => never().await,
            }
        }
        Mode::Mute => {
            next.run(request).await;
            never().await
        }
        Mode::Frozen => never().await,
        Mode::Failing => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Mode::Garbage => (StatusCode::OK, "<p>It works!</p>").into_response(),
    }
}

async fn until_frozen(mut mode: watch::Receiver<Mode>) {
    if mode.wait_for(|mode| *mode == Mode::Frozen).await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn never() -> Response {
    std::future::pending().await
}

/// An error as the services answer it.
pub(super) fn problem(status: u16, message: &str) -> Response {
    problem_with(status, message, json!({}))
}

/// An error with members of its own.
pub(super) fn problem_with(status: u16, message: &str, extensions: serde_json::Value) -> Response {
    let errors =
        extensions.get("errors").cloned().map(|errors| serde_json::from_value(errors).expect("errors"));
    let mut extensions: Map<_, _> = serde_json::from_value(extensions).expect("an object");
    extensions.remove("errors");
    let problem = Problem {
        type_: "urn:shopkeeper:problem:test".to_owned(),
        title: "A problem".to_owned(),
        status,
        detail: None,
        instance: None,
        message: message.to_owned(),
        errors: errors.unwrap_or_default(),
        trace_id: None,
        extensions,
    };
    let status = StatusCode::from_u16(status).expect("a status");
    (status, [(header::CONTENT_TYPE, "application/problem+json")], Json(problem).into_response())
        .into_response()
}

/// A feed of which nothing is told after its snapshot.
pub(super) async fn silent_feed() -> Response {
    tokio::time::sleep(Duration::from_secs(20)).await;
    Json(json!([])).into_response()
}
