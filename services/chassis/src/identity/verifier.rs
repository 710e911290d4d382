//! Verifies access tokens with the public keys of a file that is read again when it changes.

use super::{
    claims::{Claims, Principal, TOKEN_TYPE, authority},
    revocations::Revocations,
};
use crate::clock::Clock;
use anyhow::{Context, ensure};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation,
    jwk::{AlgorithmParameters, EllipticCurve, JwkSet},
};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
    time::SystemTime,
};

/// How far the clocks of two machines may differ.
const LEEWAY_MS: i64 = 2_000;

/// How often the file is looked at.
const LOOK_EVERY_MS: i64 = 1_000;

/// Longer texts are no tokens of ours.
const MAX_TOKEN_BYTES: usize = 4_096;

/// Why a key was refused. Clients are told "Not logged in" only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("not a token")]
    Malformed,
    #[error("of another type or algorithm")]
    WrongKind,
    #[error("signed with an unknown key")]
    UnknownKey,
    #[error("the signature, issuer or audience is wrong")]
    Invalid,
    #[error("expired")]
    Expired,
    #[error("its session has ended")]
    Revoked,
}

/// Verifies the access tokens of one Shop.
pub struct Verifier {
    file: PathBuf,
    clock: Clock,
    validation: Validation,
    revocations: Revocations,
    keys: RwLock<Keys>,
    looked_at_unix_ms: AtomicI64,
}

/// The public keys by `kid`, and what the file looked like.
struct Keys {
    by_id: Arc<HashMap<String, DecodingKey>>,
    stamp: Option<(SystemTime, u64)>,
}

impl Verifier {
    /// Reads the keys.
    ///
    /// # Errors
    /// If the file cannot be read or holds no usable key.
    pub fn open(jwks_file: &Path, shop: &str, clock: Clock) -> anyhow::Result<Self> {
        let stamp = stamp(jwks_file);
        let by_id =
            read_keys(jwks_file).with_context(|| format!("in --jwks-file {}", jwks_file.display()))?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[authority(shop)]);
        validation.set_audience(&[authority(shop)]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // Expiry is decided below, by our own clock.
        validation.validate_exp = false;
        Ok(Self {
            file: jwks_file.to_owned(),
            validation,
            revocations: Revocations::new(clock.clone()),
            keys: RwLock::new(Keys { by_id: Arc::new(by_id), stamp }),
            looked_at_unix_ms: AtomicI64::new(clock.now_unix_ms()),
            clock,
        })
    }

    /// The sessions that this verifier refuses; whoever follows the user service's feed adds to them.
    pub fn revocations(&self) -> &Revocations {
        &self.revocations
    }

    /// The ids of the keys that are known now.
    pub fn key_ids(&self) -> Vec<String> {
        let mut key_ids: Vec<String> = self.current_keys().keys().cloned().collect();
        key_ids.sort();
        key_ids
    }

    /// Who holds this key.
    ///
    /// # Errors
    /// Why nobody does.
    pub fn verify(&self, token: &str) -> Result<Principal, Refused> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Refused::Malformed);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| Refused::Malformed)?;
        let is_ours = header.typ.as_deref() == Some(TOKEN_TYPE) && header.crit.is_none();
        if header.alg != Algorithm::EdDSA || !is_ours {
            return Err(Refused::WrongKind);
        }
        let keys = self.current_keys();
        let key = header.kid.and_then(|key_id| keys.get(&key_id)).ok_or(Refused::UnknownKey)?;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.validation)
            .map_err(|_| Refused::Invalid)?
            .claims;
        let expires_at = claims.exp.saturating_mul(1_000);
        if expires_at.saturating_add(LEEWAY_MS) <= self.clock.now_unix_ms() {
            return Err(Refused::Expired);
        }
        if self.revocations.is_revoked(claims.sid) {
            return Err(Refused::Revoked);
        }
        let user_id = claims.sub.parse().map_err(|_| Refused::Invalid)?;
        Ok(Principal { user_id, session_id: claims.sid, role: claims.role, expires_at })
    }

    /// The keys, after a look at the file if the last one is some time ago. A bad file changes nothing.
    fn current_keys(&self) -> Arc<HashMap<String, DecodingKey>> {
        let now = self.clock.now_unix_ms();
        let looked_at = self.looked_at_unix_ms.load(Ordering::Relaxed);
        let is_due = (now - looked_at).abs() >= LOOK_EVERY_MS;
        let exchanged = is_due.then(|| {
            self.looked_at_unix_ms.compare_exchange(looked_at, now, Ordering::Relaxed, Ordering::Relaxed)
        });
        if matches!(exchanged, Some(Ok(_))) {
            self.look();
        }
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner).by_id)
    }

    fn look(&self) {
        let stamp = stamp(&self.file);
        if stamp == self.keys.read().unwrap_or_else(PoisonError::into_inner).stamp {
            return;
        }
        let read = read_keys(&self.file);
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.stamp = stamp;
        match read {
            Ok(by_id) => {
                tracing::info!(keys = by_id.len(), "the public keys have changed");
                keys.by_id = Arc::new(by_id);
            }
            Err(error) => {
                tracing::error!(
                    error = format!("{error:#}"),
                    "the public keys cannot be read; the last ones stay"
                );
            }
        }
    }
}

/// When the file was written and how long it is; none if it is not there.
fn stamp(file: &Path) -> Option<(SystemTime, u64)> {
    let metadata = std::fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// The Ed25519 keys of a JWK Set by `kid`; others are passed over.
fn read_keys(file: &Path) -> anyhow::Result<HashMap<String, DecodingKey>> {
    let text = std::fs::read_to_string(file).context("cannot read the file")?;
    let set: JwkSet = serde_json::from_str(&text).context("it is not a JWK Set")?;
    let mut by_id = HashMap::new();
    for jwk in &set.keys {
        let is_ed25519 = matches!(&jwk.algorithm,
            AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519);
        if let (true, Some(key_id)) = (is_ed25519, &jwk.common.key_id) {
            by_id.insert(key_id.clone(), DecodingKey::from_jwk(jwk)?);
        }
    }
    ensure!(!by_id.is_empty(), "it has no Ed25519 key with a kid");
    Ok(by_id)
}
