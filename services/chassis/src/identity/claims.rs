//! What an access token says.

use contract::Role;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The `typ` of access tokens (RFC 9068).
pub(super) const TOKEN_TYPE: &str = "at+jwt";

/// Whoever holds a valid key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Principal {
    pub user_id: i64,
    pub session_id: Uuid,
    pub role: Role,
    /// When the key expires, in unix milliseconds.
    pub expires_at: i64,
}

/// The claims of an access token.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Claims {
    pub(super) iss: String,
    pub(super) aud: String,
    /// The user's id, a decimal.
    pub(super) sub: String,
    pub(super) sid: Uuid,
    pub(super) jti: Uuid,
    /// Unix seconds.
    pub(super) iat: i64,
    /// Unix seconds.
    pub(super) exp: i64,
    pub(super) role: Role,
}

/// Whose tokens count in a Shop: both issuer and audience.
pub(super) fn authority(shop: &str) -> String {
    format!("urn:shopkeeper:{shop}")
}
