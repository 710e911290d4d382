//! The keys of a shop: made anew for every campaign.

use std::path::{Path, PathBuf};

use anyhow::Context;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::json;

/// The first staff account.
pub(crate) const STAFF: [&str; 2] = ["staff", "the staff of the campaign"];

/// What opens the internal ports.
pub(crate) const SECRET: &str = "the secret of the campaign's shop";

/// The files that every service, or the user service, is given.
pub(crate) struct Keys {
    pub(crate) signing_key: PathBuf,
    pub(crate) jwks: PathBuf,
    pub(crate) secret: PathBuf,
    pub(crate) staff_login: PathBuf,
}

/// Writes the files into a folder.
pub(crate) fn write(folder: &Path) -> anyhow::Result<Keys> {
    let keys = Keys {
        signing_key: folder.join("signing-key.pem"),
        jwks: folder.join("jwks.json"),
        secret: folder.join("shop-secret"),
        staff_login: folder.join("staff-login.json"),
    };
    let pair = Ed25519KeyPair::generate().context("cannot make a signing key")?;
    let private = BASE64_STANDARD.encode(pair.to_pkcs8v1().context("cannot write the signing key")?.as_ref());
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{private}\n-----END PRIVATE KEY-----\n");
    let public = BASE64_URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    // The id of a key is its RFC 7638 thumbprint, over exactly these members in this order.
    let thumbprint = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{public}"}}"#);
    let thumbprint = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, thumbprint.as_bytes());
    let id = BASE64_URL_SAFE_NO_PAD.encode(thumbprint);
    let key = json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": id, "x": public});
    let [username, password] = STAFF;
    std::fs::write(&keys.signing_key, pem)?;
    std::fs::write(&keys.jwks, json!({"keys": [key]}).to_string())?;
    std::fs::write(&keys.secret, SECRET)?;
    std::fs::write(&keys.staff_login, json!({"username": username, "password": password}).to_string())?;
    Ok(keys)
}
