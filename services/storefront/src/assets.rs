//! The files that pages load: style, script, icon, pictures of the sample shop; named by content, compressed
//! once.
//!
//! The style begins with the shop's accent colour, so that it stays one file and nothing stands inline.

mod accent;
mod coding;
mod pictures;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::OnceLock;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use sha2::{Digest, Sha256};

pub(crate) use accent::Accent;
use coding::Coding;

/// For a file whose name changes with its content.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// For a file that keeps its name: catalogues refer to pictures by it.
const ONE_DAY: &str = "public, max-age=86400";

const STYLE: &str = include_str!("../assets/shop.css");
const SCRIPT: &str = include_str!("../assets/shop.js");
const ICON: &str = include_str!("../assets/favicon.svg");

/// All embedded files of one shop.
#[derive(Debug)]
pub(crate) struct Assets {
    /// By the part of the path behind `/assets/`.
    files: HashMap<String, File>,
    /// The whole path by plain name.
    urls: HashMap<&'static str, String>,
}

/// A file made smaller, when it is first asked for so, since the best takes longer than a part may take to
/// start; `None` if it gains nothing.
#[derive(Debug, Default)]
struct Compressed {
    brotli: OnceLock<Option<Bytes>>,
    gzip: OnceLock<Option<Bytes>>,
}

/// One file, ready to be sent.
#[derive(Debug)]
struct File {
    content: Bytes,
    /// None of a file that is compressed as it is.
    compressed: Option<Compressed>,
    content_type: &'static str,
    cache_control: &'static str,
}

impl Assets {
    /// `accent_color` is `#` and six hexadecimal digits; anything else is the default colour.
    pub(crate) fn new(accent_color: &str) -> Self {
        let accent = Accent::from_hex(accent_color).unwrap_or_default();
        let style = squeezed(&format!("{}{STYLE}", accent.css()));
        let icon = ICON.replace("#2f6f4f", &accent.hex());
        let mut assets = Self { files: HashMap::new(), urls: HashMap::new() };
        assets.add_hashed("shop.css", style, "text/css; charset=utf-8");
        assets.add_hashed("shop.js", SCRIPT.to_owned(), "text/javascript; charset=utf-8");
        assets.add_hashed("favicon.svg", icon, "image/svg+xml");
        for (name, content) in pictures::TEA_HOUSE {
            let file = File {
                content: Bytes::from_static(content),
                compressed: None,
                content_type: "image/webp",
                cache_control: ONE_DAY,
            };
            assets.files.insert(format!("tea-house/{name}.webp"), file);
        }
        assets
    }

    fn add_hashed(&mut self, name: &'static str, content: String, content_type: &'static str) {
        let digest = Sha256::digest(content.as_bytes());
        let hash: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let hashed = format!("{stem}.{hash}.{extension}");
        self.urls.insert(name, format!("/assets/{hashed}"));
        let file = File {
            content: Bytes::from(content),
            compressed: Some(Compressed::default()),
            content_type,
            cache_control: IMMUTABLE,
        };
        self.files.insert(hashed, file);
    }

    /// The address of a file by its plain name; empty if there is none of that name.
    pub(crate) fn url(&self, name: &str) -> &str {
        self.urls.get(name).map_or("", String::as_str)
    }

    /// Writes every file into a folder.
    #[cfg(test)]
    pub(crate) fn write_to(&self, folder: &std::path::Path) {
        for (path, file) in &self.files {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, &file.content).expect("a file");
        }
    }

    /// Answers `GET /assets/<path>`; `None` if there is no such file.
    pub(crate) fn response(&self, path: &str, request: &HeaderMap) -> Option<Response> {
        let file = self.files.get(path)?;
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(file.cache_control));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        let mut content = &file.content;
        if let Some(compressed) = &file.compressed {
            headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
            let coding = Coding::preferred(request);
            if let Some(smaller) = compressed.made(coding, content) {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
                content = smaller;
            }
        }
        Some((StatusCode::OK, headers, Body::from(content.clone())).into_response())
    }
}

impl Compressed {
    /// The content in this coding; none if that is the content as it is, or no smaller.
    fn made(&self, coding: Coding, content: &[u8]) -> Option<&Bytes> {
        let made = match coding {
            Coding::Brotli => self.brotli.get_or_init(|| smaller(content, brotli(content))),
            Coding::Gzip => self.gzip.get_or_init(|| smaller(content, gzip(content))),
            Coding::Identity => return None,
        };
        made.as_ref()
    }
}

/// A style without its comments and line ends. Every line of ours ends where a line end means nothing.
fn squeezed(style: &str) -> String {
    let mut squeezed = String::with_capacity(style.len());
    let mut rest = style;
    while let Some((before, comment)) = rest.split_once("/*") {
        squeezed.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    squeezed.push_str(rest);
    squeezed.retain(|character| character != '\n');
    squeezed
}

/// What was made of the content, if it is smaller. Nothing can go wrong in memory; if it does, the content goes out
/// as it is.
fn smaller(content: &[u8], made: std::io::Result<Vec<u8>>) -> Option<Bytes> {
    made.ok().filter(|made| made.len() < content.len()).map(Bytes::from)
}

/// Brotli at its best level.
fn brotli(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut compressed, &parameters)?;
    Ok(compressed)
}

/// Gzip at its best level, for clients that know nothing better.
fn gzip(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    encoder.finish()
}
