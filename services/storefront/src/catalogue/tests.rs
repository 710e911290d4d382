//! The copy behind the feeds that it follows, over HTTP, with a clock that the test moves.

use super::{CatalogueSettings, NoPicture, Opened, PictureSource, Query, contents::tests::facts, open};
use axum::{
    Json, Router,
    extract::{Query as Asked, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::get,
};
use bytes::Bytes;
use chassis::{Process, clock::Clock, identity::Principal};
use contract::{
    Role, Timestamp,
    event::{CloudEvent, ProductEvent, ProductFacts, SessionRevoked, Snapshot, UserEvent},
};
use futures::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;
use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio::sync::watch;
use uuid::Uuid;

const DEADLINE: Duration = Duration::from_secs(20);

/// More products than any test has.
const MANY: usize = 100;

/// Some time in 2026, in unix milliseconds.
const NOON: i64 = 1_795_262_400_000;

/// A service's feed that does as the test says.
#[derive(Clone)]
struct FakeFeed {
    told: Arc<Mutex<Told>>,
    changed: watch::Sender<()>,
    url: String,
}

#[derive(Default)]
struct Told {
    epoch: u64,
    /// The state, as the events of a snapshot.
    state: Vec<Value>,
    /// What happened since the epoch began.
    events: Vec<Value>,
    is_down: bool,
    /// The snapshot's pages from this one on are refused.
    withheld_from: Option<usize>,
}

/// Events on a page of a snapshot.
const PAGE: usize = 2;

impl FakeFeed {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let feed = Self { told: Arc::default(), changed: watch::Sender::new(()), url };
        let router = Router::new()
            .route("/internal/snapshot", get(snapshot))
            .route("/internal/events", get(events))
            .with_state(feed.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        feed
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap()
    }

    fn change(&self, change: impl FnOnce(&mut Told)) {
        change(&mut self.told());
        self.changed.send_replace(());
    }

    /// Something happens, of which the state holds the trace.
    fn tell(&self, event: impl Serialize) {
        let event = serde_json::to_value(event).unwrap();
        self.change(|told| {
            told.state.push(event.clone());
            told.events.push(event);
        });
    }

    /// The database is another one now.
    fn restore(&self, products: Vec<ProductFacts>) {
        self.change(|told| {
            told.epoch += 1;
            told.events.clear();
            let event = |facts| serde_json::to_value(ProductEvent::Changed(facts)).unwrap();
            told.state = products.into_iter().map(event).collect();
        });
    }
}

async fn snapshot(State(feed): State<FakeFeed>, Asked(asked): Asked<HashMap<String, String>>) -> Response {
    let told = feed.told();
    let page: usize = asked.get("after").map_or(0, |after| after.parse().unwrap());
    if told.is_down || told.withheld_from.is_some_and(|first| page >= first) {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let events: Vec<Value> = told.state.iter().skip(page * PAGE).take(PAGE).cloned().collect();
    let next = ((page + 1) * PAGE < told.state.len()).then(|| (page + 1).to_string());
    let position = i64::try_from(told.events.len()).unwrap();
    Json(Snapshot { epoch: told.epoch.to_string(), position, events, next }).into_response()
}

async fn events(State(feed): State<FakeFeed>, Asked(asked): Asked<HashMap<String, String>>) -> Response {
    let mut changes = feed.changed.subscribe();
    let after: usize = asked["after"].parse().unwrap();
    // A poll waits far less here than it may, so that the copy is soon known to be current.
    let waited = tokio::time::sleep(Duration::from_millis(50));
    tokio::pin!(waited);
    let mut is_over = false;
    loop {
        {
            let told = feed.told();
            if told.is_down {
                return StatusCode::SERVICE_UNAVAILABLE.into_response();
            }
            if asked["epoch"] != told.epoch.to_string() {
                return StatusCode::GONE.into_response();
            }
            if told.events.len() > after || is_over {
                let events: Vec<_> = told.events.iter().enumerate().skip(after).map(cloud_event).collect();
                return Json(events).into_response();
            }
        }
        tokio::select! {
            _ = changes.changed() => {}
            () = &mut waited => is_over = true,
        }
    }
}

fn cloud_event((index, event): (usize, &Value)) -> CloudEvent {
    CloudEvent {
        specversion: "1.0".into(),
        id: index.to_string(),
        source: "/shopkeeper/product".into(),
        type_: event["type"].as_str().unwrap().into(),
        time: Timestamp::from_unix_ms(NOON),
        datacontenttype: "application/json".into(),
        traceparent: None,
        position: i64::try_from(index + 1).unwrap(),
        data: event["data"].clone(),
    }
}

/// Has one picture, whose hash is [`PICTURE`].
struct OnePicture;

/// The SHA-256 digest of `tea`.
const PICTURE: &str = "a9f74d1ec36ebdeb2da3f6e5868090cd2a2d20b3dcca7b62f60304b1d3d9ef42";

impl PictureSource for OnePicture {
    fn fetch<'a>(&'a self, hash: &'a str) -> BoxFuture<'a, Result<(String, Bytes), NoPicture>> {
        Box::pin(async move {
            let picture = || ("image/webp".to_owned(), Bytes::from_static(b"tea"));
            (hash == PICTURE).then(picture).ok_or(NoPicture::NotFound)
        })
    }
}

/// A storefront's copy, and the world around it.
struct Scene {
    keys: kit::Keys,
    clock: Clock,
    product: FakeFeed,
    user: FakeFeed,
}

impl Scene {
    async fn begin() -> Self {
        let (product, user) = (FakeFeed::start().await, FakeFeed::start().await);
        Self { keys: kit::keys(), clock: Clock::set_at(NOON), product, user }
    }

    async fn open(&self, cache_dir: Option<&Path>, copy_products: usize) -> (Process, Opened) {
        chassis::process::install_crypto();
        let args = self.keys.serve_args();
        let process = Process::new(&args, "storefront", "0.1.0", self.clock.clone()).unwrap();
        let settings = CatalogueSettings {
            user_internal_url: self.user.url.clone(),
            product_internal_url: self.product.url.clone(),
            cache_dir: cache_dir.map(Path::to_owned),
            copy_products,
            copy_mib: 1,
        };
        let opened = open(&process, &settings, Box::new(OnePicture)).await.unwrap();
        (process, opened)
    }
}

async fn close(process: Process, mut opened: Opened) {
    process.shutdown.drain();
    while let Some(ended) = opened.background.join_next().await {
        ended.unwrap();
    }
}

fn ids(opened: &Opened) -> Vec<i64> {
    let listed = opened.catalogue.list(&Query { limit: 100, ..Query::default() }).unwrap_or_default();
    listed.products.iter().map(|product| product.id).collect()
}

async fn shows(opened: &Opened, expected: &[i64]) {
    kit::eventually(DEADLINE, "the copy shows the products", async || {
        let shown = ids(opened);
        if shown == expected { Ok(()) } else { Err(shown) }
    })
    .await;
}

/// The age as soon as it is what is expected.
async fn is_as_old_as(opened: &Opened, expected: Duration) {
    kit::eventually(DEADLINE, "the copy is that old", async || {
        let age = opened.catalogue.age();
        if age == Some(expected) { Ok(()) } else { Err(age) }
    })
    .await;
}

/// The product service's feed cannot be read, nor could it be since then.
async fn is_held_up(process: &Process) {
    kit::eventually(DEADLINE, "the feed is held up", async || {
        let text = process.metrics.text().unwrap();
        let mut lines = text.lines();
        let lag = lines.find_map(|line| line.strip_prefix("shop_event_lag_seconds{feed=\"product\"} "));
        if lag.is_some_and(|lag| lag != "0") { Ok(()) } else { Err(lag.map(str::to_owned)) }
    })
    .await;
}

#[tokio::test]
async fn the_copy_grows_with_the_feed() {
    let scene = Scene::begin().await;
    scene.product.restore((1..=5).map(|id| facts(id, 1)).collect());
    let (process, opened) = scene.open(None, MANY).await;
    shows(&opened, &[1, 2, 3, 4, 5]).await;
    scene.product.tell(ProductEvent::Changed(facts(6, 1)));
    let dearer = ProductFacts { price: 7, category: "Teaware".into(), ..facts(1, 2) };
    scene.product.tell(ProductEvent::Changed(dearer));
    shows(&opened, &[1, 2, 3, 4, 5, 6]).await;
    kit::eventually(DEADLINE, "the price is the new one", async || {
        let price = opened.catalogue.by_id(1).map(|product| product.price);
        if price == Some(7) { Ok(()) } else { Err(price) }
    })
    .await;
    let categories: Vec<_> =
        opened.catalogue.categories().iter().map(|category| category.name.clone()).collect();
    assert_eq!(categories, ["Tea", "Teaware"]);
    close(process, opened).await;
}

#[tokio::test]
async fn beyond_its_bounds_the_copy_is_a_part() {
    let scene = Scene::begin().await;
    scene.product.restore((1..=5).map(|id| facts(id, 1)).collect());
    let (process, opened) = scene.open(None, 3).await;
    shows(&opened, &[1, 2, 3]).await;
    assert!(opened.catalogue.is_partial());
    scene.product.restore(vec![facts(1, 1)]);
    shows(&opened, &[1]).await;
    assert!(!opened.catalogue.is_partial());
    close(process, opened).await;
}

#[tokio::test]
async fn after_a_restore_the_old_copy_is_shown_until_the_new_one_is_whole() {
    let scene = Scene::begin().await;
    scene.product.restore((1..=5).map(|id| facts(id, 9)).collect());
    let (process, opened) = scene.open(None, MANY).await;
    shows(&opened, &[1, 2, 3, 4, 5]).await;
    scene.product.change(|told| told.withheld_from = Some(1));
    scene.product.restore(vec![facts(2, 1), facts(4, 1), facts(6, 1)]);
    // The feed is read from the start, again and again, but never to its end.
    is_held_up(&process).await;
    scene.clock.advance(Duration::from_secs(5));
    assert_eq!(opened.catalogue.age(), Some(Duration::from_secs(5)));
    assert_eq!(ids(&opened), [1, 2, 3, 4, 5]);
    scene.product.change(|told| told.withheld_from = None);
    shows(&opened, &[2, 4, 6]).await;
    is_as_old_as(&opened, Duration::ZERO).await;
    close(process, opened).await;
}

#[tokio::test]
async fn while_the_feed_is_down_the_copy_stays_and_grows_older() {
    let scene = Scene::begin().await;
    scene.product.restore(vec![facts(1, 1)]);
    let (process, opened) = scene.open(None, MANY).await;
    shows(&opened, &[1]).await;
    scene.product.change(|told| told.is_down = true);
    is_held_up(&process).await;
    scene.clock.advance(Duration::from_secs(120));
    assert_eq!(opened.catalogue.age(), Some(Duration::from_secs(120)));
    assert_eq!(ids(&opened), [1]);
    scene.product.change(|told| told.is_down = false);
    is_as_old_as(&opened, Duration::ZERO).await;
    close(process, opened).await;
}

#[tokio::test]
async fn the_copy_and_its_pictures_survive_a_restart_while_the_feed_is_down() {
    let folder = tempfile::tempdir().unwrap();
    let cache_dir = folder.path().join("storefront");
    let scene = Scene::begin().await;
    let with_picture = ProductFacts { image: format!("/media/{PICTURE}"), ..facts(1, 1) };
    scene.product.restore(vec![with_picture, facts(2, 1), facts(3, 1)]);
    let (process, opened) = scene.open(Some(&cache_dir), MANY).await;
    shows(&opened, &[1, 2, 3]).await;
    let picture = cache_dir.join(format!("media/{PICTURE}.webp"));
    kit::eventually(DEADLINE, "the picture is on disk", async || {
        if picture.metadata().is_ok_and(|file| file.len() == 3) { Ok(()) } else { Err("not yet") }
    })
    .await;
    scene.product.change(|told| told.is_down = true);
    close(process, opened).await;

    scene.clock.advance(Duration::from_secs(300));
    let (process, opened) = scene.open(Some(&cache_dir), MANY).await;
    assert_eq!(ids(&opened), [1, 2, 3], "at once, without waiting for the feed");
    assert_eq!(opened.catalogue.age(), Some(Duration::from_secs(300)));
    assert_eq!(opened.media.get(PICTURE).await.map(|picture| picture.bytes.len()), Ok(3));
    scene.product.change(|told| told.is_down = false);
    is_as_old_as(&opened, Duration::ZERO).await;
    close(process, opened).await;
}

#[tokio::test]
async fn a_damaged_file_means_an_empty_start_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("catalogue.jsonl"), "not ours\n").unwrap();
    let scene = Scene::begin().await;
    scene.product.restore(vec![facts(1, 1)]);
    scene.product.change(|told| told.is_down = true);
    let (process, opened) = scene.open(Some(folder.path()), MANY).await;
    assert!(!opened.catalogue.is_known());
    scene.product.change(|told| told.is_down = false);
    shows(&opened, &[1]).await;
    close(process, opened).await;
    let (process, opened) = scene.open(Some(folder.path()), MANY).await;
    assert!(opened.catalogue.is_known(), "the file is a good one now");
    close(process, opened).await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_keeps_no_shop_closed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a-file");
    std::fs::write(&file, "").unwrap();
    let scene = Scene::begin().await;
    scene.product.restore(vec![facts(1, 1)]);
    let (process, opened) = scene.open(Some(&file.join("below")), MANY).await;
    shows(&opened, &[1]).await;
    close(process, opened).await;
}

#[tokio::test]
async fn the_key_of_an_ended_session_is_refused_by_the_storefront_too() {
    let scene = Scene::begin().await;
    let (process, opened) = scene.open(None, MANY).await;
    let expires_at = NOON + 900_000;
    let [stolen, other] = [1, 2].map(|session| {
        let session_id = Uuid::from_u128(session);
        scene.keys.sign(&Principal { user_id: 7, session_id, role: Role::Customer, expires_at }, NOON)
    });
    assert!(process.verifier.verify(&stolen).is_ok());
    let revoked =
        SessionRevoked { session_id: Uuid::from_u128(1), expires_at: Timestamp::from_unix_ms(expires_at) };
    scene.user.tell(UserEvent::SessionRevoked(revoked));
    kit::eventually(DEADLINE, "the stolen key is refused", async || {
        process.verifier.verify(&stolen).map_or(Ok(()), Err)
    })
    .await;
    assert!(process.verifier.verify(&other).is_ok());
    close(process, opened).await;
}
