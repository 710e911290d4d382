//! Pictures from a source that counts how often it is asked.

use super::{Media, NoPicture, PictureSource, digest, routes};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};
use bytes::Bytes;
use futures::future::BoxFuture;
use http_body_util::BodyExt as _;
use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

/// A product service with a few pictures.
#[derive(Clone)]
struct Source {
    pictures: Arc<HashMap<String, (String, Bytes)>>,
    asked: Arc<AtomicUsize>,
    is_down: Arc<AtomicBool>,
    /// An answer takes a permit for its time.
    answers: Arc<Semaphore>,
}

impl Source {
    fn with(pictures: impl IntoIterator<Item = (String, &'static str, Bytes)>) -> Self {
        let picture =
            |(hash, media_type, bytes): (String, &str, Bytes)| (hash, (media_type.to_owned(), bytes));
        Self {
            pictures: Arc::new(pictures.into_iter().map(picture).collect()),
            asked: Arc::default(),
            is_down: Arc::default(),
            answers: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
        }
    }

    fn asked(&self) -> usize {
        self.asked.load(SeqCst)
    }
}

impl PictureSource for Source {
    fn fetch<'a>(&'a self, hash: &'a str) -> BoxFuture<'a, Result<(String, Bytes), NoPicture>> {
        Box::pin(async move {
            self.asked.fetch_add(1, SeqCst);
            let _answering = self.answers.acquire().await.expect("it is never closed");
            if self.is_down.load(SeqCst) {
                return Err(NoPicture::Unavailable);
            }
            self.pictures.get(hash).cloned().ok_or(NoPicture::NotFound)
        })
    }
}

/// A picture of so many bytes, and its hash.
fn picture(letter: u8, size: usize) -> (String, &'static str, Bytes) {
    let bytes = Bytes::from(vec![letter; size]);
    (digest(&bytes), "image/png", bytes)
}

fn open(source: &Source, folder: Option<&Path>, room: usize) -> Media {
    Media::open(Box::new(source.clone()), folder, room)
}

#[tokio::test]
async fn a_picture_is_fetched_once_however_many_ask() {
    let (hash, media_type, bytes) = picture(b'a', 100);
    let source = Source::with([(hash.clone(), media_type, bytes.clone())]);
    let media = open(&source, None, 1_000);
    let held = source.answers.clone().acquire_many_owned(Semaphore::MAX_PERMITS as u32).await.unwrap();
    let many: Vec<_> = (0..20)
        .map(|_| {
            let (media, hash) = (media.clone(), hash.clone());
            tokio::spawn(async move { media.get(&hash).await })
        })
        .collect();
    kit::eventually(Duration::from_secs(20), "somebody asks", async || {
        if source.asked() > 0 { Ok(()) } else { Err("nobody") }
    })
    .await;
    // Somebody who has lost patience takes nothing from the others.
    many[0].abort();
    drop(held);
    for one in many.into_iter().skip(1) {
        assert_eq!(one.await.unwrap().map(|picture| picture.bytes), Ok(bytes.clone()));
    }
    source.is_down.store(true, SeqCst);
    assert!(media.get(&hash).await.is_ok());
    assert_eq!(source.asked(), 1);
}

#[tokio::test]
async fn a_failure_is_not_remembered() {
    let (hash, media_type, bytes) = picture(b'a', 100);
    let source = Source::with([(hash.clone(), media_type, bytes)]);
    let media = open(&source, None, 1_000);
    source.is_down.store(true, SeqCst);
    assert_eq!(media.get(&hash).await, Err(NoPicture::Unavailable));
    source.is_down.store(false, SeqCst);
    assert!(media.get(&hash).await.is_ok());
    assert!(media.0.flights.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_has_another_hash_or_kind_is_not_passed_on() {
    let (hash, _, bytes) = picture(b'a', 100);
    let forged = Bytes::from_static(b"<script>");
    for (said, sent) in [("image/png", forged), ("text/html", bytes.clone()), ("image/svg+xml", bytes)] {
        let media = open(&Source::with([(hash.clone(), said, sent)]), None, 1_000);
        assert_eq!(media.get(&hash).await, Err(NoPicture::Unavailable), "{said}");
    }
}

#[tokio::test]
async fn a_text_that_is_no_hash_bothers_nobody() {
    let source = Source::with([]);
    let media = open(&source, None, 1_000);
    for text in ["", "..", "../../etc/passwd", &"A".repeat(64), &"a".repeat(63)] {
        assert_eq!(media.get(text).await, Err(NoPicture::NotFound));
    }
    assert_eq!(source.asked(), 0);
    assert_eq!(media.get(&"a".repeat(64)).await, Err(NoPicture::NotFound));
    assert_eq!(source.asked(), 1);
}

#[tokio::test]
async fn memory_and_disk_stay_within_their_room() {
    let folder = tempfile::tempdir().unwrap();
    let pictures: Vec<_> = (b'a'..=b'j').map(|letter| picture(letter, 100)).collect();
    let media = open(&Source::with(pictures.clone()), Some(folder.path()), 350);
    for (hash, ..) in &pictures {
        assert!(media.get(hash).await.is_ok());
    }
    let last: Vec<_> = pictures.iter().rev().take(3).map(|(hash, ..)| format!("{hash}.png")).collect();
    kit::eventually(Duration::from_secs(20), "the last three are on disk", async || {
        let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().flatten().collect();
        let mut names: Vec<_> = files.iter().map(|file| file.file_name().into_string().unwrap()).collect();
        names.sort();
        let mut expected = last.clone();
        expected.sort();
        if names == expected { Ok(()) } else { Err(names) }
    })
    .await;
    let media = open(&Source::with([]), Some(folder.path()), 250);
    let mut kept = 0;
    for (hash, ..) in &pictures {
        kept += usize::from(media.get(hash).await.is_ok());
    }
    assert_eq!(kept, 2, "there is less room after the restart");
}

#[tokio::test]
async fn a_file_that_lies_is_fetched_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (hash, media_type, bytes) = picture(b'a', 100);
    let file = folder.path().join(format!("{hash}.png"));
    std::fs::write(&file, vec![b'b'; 100]).unwrap();
    std::fs::write(folder.path().join("foreign.txt"), "kept").unwrap();
    let source = Source::with([(hash.clone(), media_type, bytes.clone())]);
    let media = open(&source, Some(folder.path()), 1_000);
    assert_eq!(media.get(&hash).await.map(|picture| picture.bytes), Ok(bytes.clone()));
    assert_eq!(source.asked(), 1);
    kit::eventually(Duration::from_secs(20), "the file is right", async || {
        let written = std::fs::read(&file).unwrap_or_default();
        if written == bytes { Ok(()) } else { Err(written.len()) }
    })
    .await;
    assert!(folder.path().join("foreign.txt").exists());
}

async fn answer(media: &Media, path: &str, tag: Option<&str>) -> (StatusCode, HeaderMap, Bytes) {
    let mut request = Request::get(path);
    if let Some(tag) = tag {
        request = request.header("if-none-match", tag);
    }
    let router: Router = routes(media.clone());
    let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    (head.status, head.headers, body.collect().await.unwrap().to_bytes())
}

#[tokio::test]
async fn a_picture_is_sent_for_ever_and_its_absence_for_now() {
    let (hash, media_type, bytes) = picture(b'a', 100);
    let source = Source::with([(hash.clone(), media_type, bytes.clone())]);
    let media = open(&source, None, 1_000);
    let path = format!("/media/{hash}");
    let (status, headers, body) = answer(&media, &path, None).await;
    assert_eq!((status, body), (StatusCode::OK, bytes));
    for (name, value) in [
        ("content-type", "image/png"),
        ("cache-control", "public, max-age=31536000, immutable"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("etag", &format!("\"{hash}\"")),
    ] {
        assert_eq!(headers.get(name).map(|value| value.to_str().unwrap()), Some(value), "{name}");
    }

    source.is_down.store(true, SeqCst);
    let (unseen, ..) = picture(b'z', 1);
    let path_of_unseen = format!("/media/{unseen}");
    let tag = format!("\"x\", W/\"{hash}\"");
    assert_eq!(answer(&media, &path, Some(&tag)).await.0, StatusCode::NOT_MODIFIED);
    let tag = format!("\"{unseen}\"");
    assert_eq!(answer(&media, &path_of_unseen, Some(&tag)).await.0, StatusCode::NOT_MODIFIED);
    let (status, headers, _) = answer(&media, &path_of_unseen, None).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(headers.contains_key("retry-after") && headers["cache-control"] == "no-store");

    source.is_down.store(false, SeqCst);
    for path in [path_of_unseen.as_str(), "/media/x", "/media/%22"] {
        let (status, headers, _) = answer(&media, path, Some("\"x\"")).await;
        assert!(
            status == StatusCode::NOT_FOUND && headers["cache-control"] == "no-store",
            "{path}: {status}"
        );
    }
}
