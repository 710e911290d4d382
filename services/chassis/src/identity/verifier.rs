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
        Arc, Mutex, PoisonError, RwLock,
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

/// The present keys, and what the file looked like.
struct Keys {
    set: Arc<KeySet>,
    stamp: Option<(SystemTime, u64)>,
}

/// Public keys by `kid`, and the tokens whose signature they have proved: a token is shown many times, and
/// the proof costs more than all else about a small request.
struct KeySet {
    by_id: HashMap<String, DecodingKey>,
    proved: Mutex<HashMap<Box<str>, Principal>>,
}

/// How many proved tokens are remembered; beyond it, all are forgotten.
const MAX_PROVED: usize = 1_024;

impl Verifier {
    /// Reads the keys.
    ///
    /// # Errors
    /// If the file cannot be read or holds no usable key.
    pub fn open(jwks_file: &Path, shop: &str, clock: Clock) -> anyhow::Result<Self> {
        let stamp = stamp(jwks_file);
        let set =
            KeySet::read(jwks_file).with_context(|| format!("in --jwks-file {}", jwks_file.display()))?;
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
            keys: RwLock::new(Keys { set: Arc::new(set), stamp }),
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
        let mut key_ids: Vec<String> = self.current_keys().by_id.keys().cloned().collect();
        key_ids.sort();
        key_ids
    }

    /// Who holds this key.
    ///
    /// # Errors
    /// Why nobody does.
    pub fn verify(&self, token: &str) -> Result<Principal, Refused> {
        let keys = self.current_keys();
        let remembered = keys.proved.lock().unwrap_or_else(PoisonError::into_inner).get(token).copied();
        let principal = match remembered {
            Some(principal) => principal,
            None => keys.prove(token, &self.validation)?,
        };
        if principal.expires_at.saturating_add(LEEWAY_MS) <= self.clock.now_unix_ms() {
            return Err(Refused::Expired);
        }
        if self.revocations.is_revoked(principal.session_id) {
            return Err(Refused::Revoked);
        }
        Ok(principal)
    }

    /// The keys, after a look at the file if the last one is some time ago. A bad file changes nothing.
    fn current_keys(&self) -> Arc<KeySet> {
        let now = self.clock.now_unix_ms();
        let looked_at = self.looked_at_unix_ms.load(Ordering::Relaxed);
        let is_due = (now - looked_at).abs() >= LOOK_EVERY_MS;
        let exchanged = is_due.then(|| {
            self.looked_at_unix_ms.compare_exchange(looked_at, now, Ordering::Relaxed, Ordering::Relaxed)
        });
        if matches!(exchanged, Some(Ok(_))) {
            self.look();
        }
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner).set)
    }

    fn look(&self) {
        let stamp = stamp(&self.file);
        if stamp == self.keys.read().unwrap_or_else(PoisonError::into_inner).stamp {
            return;
        }
        let read = KeySet::read(&self.file);
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.stamp = stamp;
        match read {
            Ok(set) => {
                tracing::info!(keys = set.by_id.len(), "the public keys have changed");
                keys.set = Arc::new(set);
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

impl KeySet {
    /// The Ed25519 keys with a `kid` of a JWK Set; others are passed over.
    fn read(file: &Path) -> anyhow::Result<Self> {
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
        Ok(Self { by_id, proved: Mutex::default() })
    }

    /// Whom the token names, if one of these keys signed it for this Shop. Its time is not looked at.
    fn prove(&self, token: &str, validation: &Validation) -> Result<Principal, Refused> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Refused::Malformed);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| Refused::Malformed)?;
        let is_ours = header.typ.as_deref() == Some(TOKEN_TYPE) && header.crit.is_none();
        if header.alg != Algorithm::EdDSA || !is_ours {
            return Err(Refused::WrongKind);
        }
        let key = header.kid.and_then(|key_id| self.by_id.get(&key_id)).ok_or(Refused::UnknownKey)?;
        let decoded = jsonwebtoken::decode::<Claims>(token, key, validation);
        let claims = decoded.map_err(|_| Refused::Invalid)?.claims;
        let principal = Principal {
            user_id: claims.sub.parse().map_err(|_| Refused::Invalid)?,
            session_id: claims.sid,
            role: claims.role,
            expires_at: claims.exp.saturating_mul(1_000),
        };
        let mut proved = self.proved.lock().unwrap_or_else(PoisonError::into_inner);
        if proved.len() >= MAX_PROVED {
            proved.clear();
        }
        proved.insert(token.into(), principal);
        Ok(principal)
    }
}
