//! Key pairs: made for a Shop, and used by its user service to sign access tokens.

use super::claims::{Claims, Principal, TOKEN_TYPE, authority};
use anyhow::{Context, anyhow};
use aws_lc_rs::{rand::SystemRandom, signature::Ed25519KeyPair};
use base64::{Engine, prelude::BASE64_STANDARD};
use jsonwebtoken::{
    Algorithm, EncodingKey, Header,
    jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash},
};
use uuid::Uuid;

/// A new key pair.
pub struct KeyPair {
    /// The private key: PKCS#8 in PEM.
    pub private_pem: String,
    /// The public key; its `kid` is its thumbprint (RFC 7638).
    pub jwk: Jwk,
}

/// Makes a key pair for Ed25519.
///
/// # Errors
/// If the system has no randomness to give.
pub fn generate() -> anyhow::Result<KeyPair> {
    let random = SystemRandom::new();
    let document =
        Ed25519KeyPair::generate_pkcs8v1(&random).map_err(|_| anyhow!("cannot make a key pair"))?;
    let body = BASE64_STANDARD.encode(document.as_ref());
    let private_pem = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
    let jwk = Signer::from_pem(&private_pem)?.jwk;
    Ok(KeyPair { private_pem, jwk })
}

/// The content of a `jwks.json`.
///
/// # Errors
/// If a key cannot be written.
pub fn jwks_json(keys: Vec<Jwk>) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(&JwkSet { keys })?)
}

/// Signs access tokens.
pub struct Signer {
    key: EncodingKey,
    jwk: Jwk,
    header: Header,
}

impl Signer {
    /// Takes a private key: Ed25519, PKCS#8, PEM.
    ///
    /// # Errors
    /// If it is something else.
    pub fn from_pem(private_pem: &str) -> anyhow::Result<Self> {
        let key = EncodingKey::from_ed_pem(private_pem.as_bytes())
            .context("the signing key is not an Ed25519 key in PKCS#8 PEM")?;
        let mut jwk =
            Jwk::from_encoding_key(&key, Algorithm::EdDSA).context("the signing key has no public half")?;
        let key_id = jwk.thumbprint(ThumbprintHash::SHA256)?;
        jwk.common.key_id = Some(key_id.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        let header =
            Header { typ: Some(TOKEN_TYPE.into()), kid: Some(key_id), ..Header::new(Algorithm::EdDSA) };
        Ok(Self { key, jwk, header })
    }

    /// The public half.
    pub fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// A token that says who somebody is in `shop`, until `principal.expires_at` (to the second).
    ///
    /// # Errors
    /// If signing fails.
    pub fn sign(&self, shop: &str, principal: &Principal, now_unix_ms: i64) -> anyhow::Result<String> {
        let claims = Claims {
            iss: authority(shop),
            aud: authority(shop),
            sub: principal.user_id.to_string(),
            sid: principal.session_id,
            jti: Uuid::new_v4(),
            iat: now_unix_ms.div_euclid(1_000),
            exp: principal.expires_at.div_euclid(1_000),
            role: principal.role,
        };
        jsonwebtoken::encode(&self.header, &claims, &self.key).context("cannot sign an access token")
    }
}
