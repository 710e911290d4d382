//! How embedded files are named and sent.

use std::io::Read as _;

use axum::body::to_bytes;
use axum::http::{HeaderMap, HeaderValue, header};

use super::{Assets, STYLE, squeezed};

fn asking(encodings: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(encodings))])
}

fn path<'a>(assets: &'a Assets, name: &str) -> &'a str {
    assets.url(name).strip_prefix("/assets/").expect("a path below /assets/")
}

async fn sent(assets: &Assets, name: &str, request: &HeaderMap) -> (HeaderMap, Vec<u8>) {
    let (parts, body) = assets.response(name, request).expect("a file").into_parts();
    (parts.headers, to_bytes(body, usize::MAX).await.expect("a body").to_vec())
}

#[tokio::test]
async fn a_hashed_file_may_be_kept_for_ever_and_comes_compressed_to_whom_takes_it() {
    let assets = Assets::new("#2f6f4f");
    for name in ["shop.css", "shop.js", "favicon.svg"] {
        let (headers, whole) = sent(&assets, path(&assets, name), &HeaderMap::new()).await;
        assert_eq!(headers[header::CACHE_CONTROL], "public, max-age=31536000, immutable", "{name}");
        assert_eq!(headers[header::VARY], "accept-encoding", "{name}");
        assert!(!headers.contains_key(header::CONTENT_ENCODING), "{name}");
        for (takes, coding) in
            [("gzip, deflate, br, zstd", "br"), ("gzip, deflate", "gzip"), ("br;q=0.5, gzip", "gzip")]
        {
            let (headers, small) = sent(&assets, path(&assets, name), &asking(takes)).await;
            assert_eq!(headers[header::CONTENT_ENCODING], coding, "{name}");
            assert_eq!(headers[header::VARY], "accept-encoding", "{name}");
            assert!(small.len() < whole.len(), "{name}: {} of {}", small.len(), whole.len());
            let mut opened = Vec::new();
            match coding {
                "br" => brotli::BrotliDecompress(&mut small.as_slice(), &mut opened).expect("brotli"),
                _ => drop(flate2::read::GzDecoder::new(&*small).read_to_end(&mut opened).expect("gzip")),
            }
            assert_eq!(opened, whole, "{name}");
        }
        for without in ["br;q=0", "br;q=0.000", "brotli", ""] {
            let (headers, _) = sent(&assets, path(&assets, name), &asking(without)).await;
            assert!(!headers.contains_key(header::CONTENT_ENCODING), "{name} to {without:?}");
        }
    }
}

#[tokio::test]
async fn a_picture_keeps_its_name_and_is_kept_for_a_day() {
    let assets = Assets::new("");
    let mut rows = include_str!("../../../../manifests/catalogue/tea-house.csv").lines().skip(1);
    assert!(rows.clone().count() == 27);
    assert!(rows.all(|row| {
        let slug = row.split(',').next().expect("a slug");
        assets.response(&format!("tea-house/{slug}.webp"), &HeaderMap::new()).is_some()
    }));
    let (headers, picture) = sent(&assets, "tea-house/spring-sencha.webp", &asking("br")).await;
    assert_eq!(headers[header::CONTENT_TYPE], "image/webp");
    assert_eq!(headers[header::CACHE_CONTROL], "public, max-age=86400");
    assert!(picture.starts_with(b"RIFF") && picture.len() <= 20 * 1024);
}

#[test]
fn what_is_not_there_is_not_answered() {
    let assets = Assets::new("");
    for wrong in
        ["", "shop.css", "shop.0000000000000000.css", "../Cargo.toml", "tea-house/", "tea-house/x.webp"]
    {
        assert!(assets.response(wrong, &HeaderMap::new()).is_none(), "{wrong}");
    }
}

#[test]
fn a_name_changes_with_the_content_and_only_with_it() {
    let (green, same, red) = (Assets::new("#2f6f4f"), Assets::new("#2F6F4F"), Assets::new("#aa0000"));
    assert_eq!(green.url("shop.css"), same.url("shop.css"));
    assert_ne!(green.url("shop.css"), red.url("shop.css"));
    assert_eq!(green.url("shop.js"), red.url("shop.js"));
    assert_eq!(Assets::new("no colour").url("shop.css"), green.url("shop.css"), "the default colour");
}

#[test]
fn style_and_script_are_small() {
    for accent in ["#2f6f4f", "#ffffff"] {
        let assets = Assets::new(accent);
        let weight = |name: &str| assets.files[path(&assets, name)].content.len();
        assert!(weight("shop.css") <= 20_000, "{}", weight("shop.css"));
        assert!(weight("shop.js") <= 9_000, "{}", weight("shop.js"));
    }
}

#[test]
fn squeezing_the_style_joins_nothing_that_belongs_apart() {
    let squeezed = squeezed(STYLE);
    assert!(!squeezed.contains("/*") && !squeezed.contains('\n'));
    let mut without_comments = STYLE.to_owned();
    while let Some((before, after)) = without_comments.split_once("/*") {
        let (_, after) = after.split_once("*/").expect("comments end");
        without_comments = format!("{before}{after}");
    }
    for line in without_comments.lines().filter(|line| !line.trim().is_empty()) {
        assert!(line.ends_with(['{', '}', ';', ',']), "{line}");
    }
}
