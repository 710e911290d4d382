//! A Shop's keys, and tokens for as many shoppers as are needed.

use anyhow::Context;
use base64::{Engine, prelude::BASE64_STANDARD};
use chassis::identity::{
    Principal,
    keys::{self, Signer},
};
use contract::Role;
use std::{
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};
use uuid::Uuid;

/// The Shop's name, which its tokens are for.
pub(crate) const SHOP: &str = "bench";

/// Tokens outlive the longest run.
const LIFETIME_MS: i64 = 24 * 60 * 60 * 1000;

/// The key pair and the secret of a Shop, in files that parts read.
pub(crate) struct Keys {
    signer: Signer,
    pub(crate) signing_key: PathBuf,
    pub(crate) jwks: PathBuf,
    pub(crate) secret: PathBuf,
    pub(crate) cookie_keys: PathBuf,
}

impl Keys {
    /// Makes them in a folder.
    ///
    /// # Errors
    /// A file cannot be written.
    pub(crate) fn make(folder: &Path) -> anyhow::Result<Self> {
        chassis::process::install_crypto();
        let pair = keys::generate()?;
        let file = |name: &str, text: &str| {
            let path = folder.join(name);
            std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
            anyhow::Ok(path)
        };
        let cookie_key = [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat();
        Ok(Self {
            signer: Signer::from_pem(&pair.private_pem)?,
            signing_key: file("signing-key.pem", &pair.private_pem)?,
            jwks: file("jwks.json", &keys::jwks_json(vec![pair.jwk])?)?,
            secret: file("shop-secret", "secret-of-the-benchmark-and-nobody-else")?,
            cookie_keys: file("cookie-keys", &BASE64_STANDARD.encode(cookie_key))?,
        })
    }

    /// A token of a shopper, or of staff.
    ///
    /// # Errors
    /// It cannot be signed.
    pub(crate) fn token(&self, user_id: i64, role: Role) -> anyhow::Result<String> {
        let now_ms = now_ms();
        let session_id = Uuid::from_u128(u128::from(user_id.unsigned_abs()));
        let principal = Principal { user_id, session_id, role, expires_at: now_ms + LIFETIME_MS };
        self.signer.sign(SHOP, &principal, now_ms)
    }

    /// Tokens of the shoppers 1 to `count`.
    ///
    /// # Errors
    /// One cannot be signed.
    pub(crate) fn shoppers(&self, count: usize) -> anyhow::Result<Vec<String>> {
        (1..=i64::try_from(count)?).map(|user_id| self.token(user_id, Role::Customer)).collect()
    }
}

/// Now, in unix milliseconds.
pub(crate) fn now_ms() -> i64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX)
}
