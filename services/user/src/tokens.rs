//! Refresh tokens: random, opaque, stored as digests only.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// What is stored of a refresh token. A fast hash will do: 256 random bits cannot be guessed.
pub type Digest = [u8; 32];

/// A new refresh token: 43 characters that fit into URLs and cookies.
pub fn new_refresh_token() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// The digest of a refresh token, or of whatever somebody shows as one.
pub fn digest(refresh_token: &str) -> Digest {
    Sha256::digest(refresh_token).into()
}
