//! Pictures, taken only if they are what their name says.

use crate::answer::{Answer, Unreadable};
use bytes::Bytes;
use reqwest::header;
use sha2::{Digest as _, Sha256};

/// The largest picture that the product service takes.
pub(super) const MAX_BYTES: usize = 512 * 1024;

/// The kinds of pictures that the product service gives out. Anything else would be shown under the shop's
/// own name, a page with a script included.
const KINDS: [&str; 4] = ["image/png", "image/jpeg", "image/webp", "image/avif"];

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    pub bytes: Bytes,
    /// `image/png`, `image/jpeg`, `image/webp` or `image/avif`.
    pub content_type: &'static str,
}

/// The picture, if it is of a known kind and its bytes have the hash that it was asked for by: browsers keep
/// it for a year.
pub(super) fn read(answer: &Answer, hash: &str) -> Result<Media, Unreadable> {
    let sent = answer.headers.get(header::CONTENT_TYPE).ok_or(Unreadable)?;
    let kind = KINDS.into_iter().find(|kind| sent.as_bytes() == kind.as_bytes()).ok_or(Unreadable)?;
    let digest = format!("{:x}", Sha256::digest(&answer.body));
    if digest != hash {
        return Err(Unreadable);
    }
    Ok(Media { bytes: answer.body.clone().into(), content_type: kind })
}
