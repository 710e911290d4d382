//! A small part with a route for everything that is tested, and a client for it.

use axum::{
    Extension, Router,
    extract::State,
    routing::{get, post},
};
use chassis::{
    Part, Process,
    address::ClientAddress,
    args::ServeArgs,
    clock::Clock,
    error_pages::ErrorPages,
    identity::{Caller, Principal, Signer, Staff, keys},
    input::{Body, BodyLimit, Fields, Json, PathParam, Query, RawBody, TimeLimit},
    problem::{ApiError, ApiResult},
    process::{self, Running},
    readiness::Readiness,
    trace,
};
use contract::{Problem, Role};
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::Notify;
use uuid::Uuid;

pub(crate) const SECRET: &str = "a secret of this shop only";

/// What a test changes: set it up, start it, talk to it.
pub(crate) struct Setup {
    pub(crate) args: ServeArgs,
    pub(crate) clock: Clock,
    pub(crate) signer: Signer,
    pub(crate) error_pages: Option<Arc<dyn ErrorPages>>,
    _folder: tempfile::TempDir,
}

pub(crate) struct Served {
    pub(crate) running: Running,
    pub(crate) process: Process,
    pub(crate) signer: Signer,
    pub(crate) client: reqwest::Client,
    /// Lets `/wait` go on.
    pub(crate) release: Arc<Notify>,
    /// Told when `/wait` has begun.
    pub(crate) waiting: Arc<Notify>,
    /// What speaks against being ready.
    pub(crate) reasons: Arc<Mutex<Vec<String>>>,
    _folder: tempfile::TempDir,
}

impl Setup {
    pub(crate) fn new() -> Self {
        process::install_crypto();
        let folder = tempfile::tempdir().unwrap();
        let pair = keys::generate().unwrap();
        let (jwks, secret) = (folder.path().join("jwks.json"), folder.path().join("secret"));
        std::fs::write(&jwks, keys::jwks_json(vec![pair.jwk]).unwrap()).unwrap();
        std::fs::write(&secret, SECRET).unwrap();
        Self {
            args: ServeArgs::on_free_ports("tea-house", jwks, secret),
            clock: Clock::system(),
            signer: Signer::from_pem(&pair.private_pem).unwrap(),
            error_pages: None,
            _folder: folder,
        }
    }

    pub(crate) async fn start(self) -> Served {
        let process = Process::new(&self.args, "sample", "0.1.0", self.clock).unwrap();
        let (release, waiting) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let reasons = Arc::new(Mutex::new(Vec::new()));
        let part = Part {
            public: routes(Sample {
                process: process.clone(),
                release: Arc::clone(&release),
                waiting: Arc::clone(&waiting),
            }),
            internal: Router::new().route("/internal/events", get(|| async { "events" })),
            readiness: Arc::new(Reasons(Arc::clone(&reasons))),
            error_pages: self.error_pages,
            drained: Box::pin(async {}),
        };
        let running = Running::start(process.clone(), part, &self.args).await.unwrap();
        Served {
            running,
            process,
            signer: self.signer,
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            release,
            waiting,
            reasons,
            _folder: self._folder,
        }
    }
}

impl Served {
    pub(crate) async fn start() -> Self {
        Setup::new().start().await
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.public)
    }

    pub(crate) fn internal_url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.internal)
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        self.client.get(self.url(path)).send().await.unwrap()
    }

    /// Posts to the route that echoes fields.
    pub(crate) async fn post_fields(
        &self,
        content_type: &str,
        body: impl Into<reqwest::Body>,
    ) -> reqwest::Response {
        let request = self.client.post(self.url("/fields")).header("content-type", content_type);
        request.body(body).send().await.unwrap()
    }

    pub(crate) fn key_of(&self, role: Role) -> String {
        let now = self.process.clock.now_unix_ms();
        let principal =
            Principal { user_id: 7, session_id: Uuid::from_u128(70), role, expires_at: now + 900_000 };
        self.signer.sign("tea-house", &principal, now).unwrap()
    }
}

/// The problem that an answer carries, after checking what every problem has.
pub(crate) async fn problem_of(response: reqwest::Response) -> Problem {
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let (status, path) = (response.status(), response.url().path().to_owned());
    let problem: Problem = response.json().await.unwrap();
    assert_eq!(problem.status, status.as_u16());
    assert!(problem.type_.starts_with("urn:shopkeeper:problem:"), "{}", problem.type_);
    assert_eq!(problem.instance.as_deref(), Some(path.as_str()));
    assert_eq!(problem.trace_id.as_deref().map(str::len), Some(32));
    assert!(!problem.message.is_empty());
    problem
}

struct Reasons(Arc<Mutex<Vec<String>>>);

impl Readiness for Reasons {
    fn reasons(&self) -> BoxFuture<'_, Vec<String>> {
        let reasons = self.0.lock().unwrap().clone();
        Box::pin(async move { reasons })
    }
}

#[derive(Clone)]
struct Sample {
    process: Process,
    release: Arc<Notify>,
    waiting: Arc<Notify>,
}

#[derive(Deserialize)]
struct Change {
    product_id: i64,
}

#[derive(Deserialize)]
struct Changes {
    changes: Vec<Change>,
}

fn routes(sample: Sample) -> Router {
    Router::new()
        .route("/hello", get(|| async { "hello" }))
        .route("/things/{id}", get(|PathParam(id): PathParam<i64>| async move { Json(json!({"id": id})) }))
        .route("/things", post(|| async { "made" }))
        .route("/fields", post(|Body(fields): Body| async move { echo(fields) }))
        .route("/query", get(|Query(fields): Query| async move { echo(fields) }))
        .route("/changes", post(changes))
        .route("/raw", post(raw).layer(Extension(BodyLimit(512 * 1024))))
        .route("/slowly", post(raw).layer(Extension(TimeLimit(Duration::from_secs(60)))))
        .route("/a-little", post(raw).layer(Extension(TimeLimit(Duration::from_millis(200)))))
        .route("/caller", get(|Caller(principal): Caller| async move { principal.user_id.to_string() }))
        .route("/staff", get(|Staff(principal): Staff| async move { principal.user_id.to_string() }))
        .route("/address", get(|ClientAddress(address): ClientAddress| async move { address.to_string() }))
        .route("/trace", get(|| async { trace::traceparent().unwrap_or_default() }))
        .route("/panic", get(|| async { panic!("on purpose") as () }))
        .route("/broken", get(broken))
        .route("/totals", get(totals))
        .route("/wait", get(wait))
        .route("/poll", get(poll))
        .with_state(sample)
}

fn echo(mut fields: Fields) -> ApiResult<Json<Value>> {
    let name = fields.required::<String>("name");
    let quantity = fields.optional::<i64>("quantity");
    let name = fields.finish(name)?;
    Ok(Json(json!({"name": name, "quantity": quantity})))
}

async fn changes(Json(body): Json<Changes>) -> Json<Value> {
    Json(json!({"product_ids": body.changes.iter().map(|change| change.product_id).collect::<Vec<_>>()}))
}

async fn raw(RawBody(bytes): RawBody) -> String {
    bytes.len().to_string()
}

async fn broken() -> ApiResult<()> {
    Err(anyhow::anyhow!("the secret cause").context("reading a row"))?
}

async fn totals() -> ApiError {
    ApiError::conflict("The price has changed").with("current_total", 5).with("expected_total", 4)
}

async fn wait(State(sample): State<Sample>) -> &'static str {
    sample.waiting.notify_one();
    sample.release.notified().await;
    "done"
}

async fn poll(State(sample): State<Sample>) -> &'static str {
    sample.waiting.notify_one();
    tokio::select! {
        () = sample.process.shutdown.draining() => "told",
        () = tokio::time::sleep(Duration::from_secs(60)) => "not told",
    }
}
