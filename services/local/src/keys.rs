//! Keys, secrets and the first staff account, made once and kept in the data folder.

use anyhow::Context;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use rand::Rng;
use rand::distr::Alphanumeric;
use serde::{Deserialize, Serialize};

use crate::folder::{Folder, write_private};

/// Letters and digits in a made-up password; 20 of 62 are 119 bits.
const PASSWORD_LENGTH: usize = 20;

/// The first staff account, as `staff-login.json` holds it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StaffLogin {
    pub(crate) username: String,
    pub(crate) password: String,
}

/// Makes what is missing and leaves what is there: signing key and its public half, shop secret, staff login.
///
/// # Errors
/// A file can be neither read nor written, or the staff login was edited into something else.
pub(crate) fn provide(folder: &Folder) -> anyhow::Result<StaffLogin> {
    if !folder.signing_key().exists() || !folder.jwks().exists() {
        let (private_pem, jwks) = signing_key()?;
        write_private(&folder.jwks(), &jwks)?;
        write_private(&folder.signing_key(), &private_pem)?;
    }
    if !folder.shop_secret().exists() {
        write_private(&folder.shop_secret(), &random_text(43))?;
    }
    let path = folder.staff_login();
    if !path.exists() {
        let login = StaffLogin { username: "staff".to_owned(), password: random_text(PASSWORD_LENGTH) };
        write_private(&path, &format!("{}\n", serde_json::to_string(&login)?))?;
    }
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| {
        format!(
            "{} must hold {{\"username\": …, \"password\": …}}: mend it, or delete it to have a new one made",
            path.display()
        )
    })
}

/// A new Ed25519 key: the private half as PKCS#8 PEM, the public half as a JWK set.
fn signing_key() -> anyhow::Result<(String, String)> {
    let pair = Ed25519KeyPair::generate().context("cannot make a signing key")?;
    let der = pair.to_pkcs8v1().context("cannot write the signing key")?;
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        BASE64_STANDARD.encode(der.as_ref())
    );
    let public = BASE64_URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    // The id of a key is its RFC 7638 thumbprint, over exactly these members in this order.
    let thumbprint = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{public}"}}"#);
    let thumbprint = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, thumbprint.as_bytes());
    let key_id = BASE64_URL_SAFE_NO_PAD.encode(thumbprint);
    let jwks = serde_json::json!({"keys": [
        {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key_id, "x": public}
    ]});
    Ok((pem, format!("{jwks:#}\n")))
}

fn random_text(length: usize) -> String {
    rand::rng().sample_iter(Alphanumeric).take(length).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::{Folder, provide, signing_key};

    #[test]
    fn everything_is_made_once_and_kept() {
        let directory = tempfile::tempdir().expect("a temporary folder");
        let folder = Folder::make(directory.path()).expect("it can be made");
        let read = || {
            [folder.signing_key(), folder.jwks(), folder.shop_secret()].map(|path| std::fs::read(path).ok())
        };
        let first = (provide(&folder).expect("it can be made").password, read());
        let second = (provide(&folder).expect("it is there").password, read());
        assert_eq!(first, second);
        assert!(first.1.iter().all(Option::is_some));
    }

    #[test]
    fn a_token_signed_with_the_private_half_is_known_by_the_public_half() {
        let (pem, jwks) = signing_key().expect("it can be made");
        let jwks: jsonwebtoken::jwk::JwkSet = serde_json::from_str(&jwks).expect("it is a JWK set");
        let key = jsonwebtoken::EncodingKey::from_ed_pem(pem.as_bytes()).expect("it is a PEM key");
        let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::EdDSA);
        let token = jsonwebtoken::encode(&header, &serde_json::json!({"sub": "1"}), &key).expect("it signs");
        let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
        validation.required_spec_claims.clear();
        let key = jsonwebtoken::DecodingKey::from_jwk(&jwks.keys[0]).expect("it is a public key");
        jsonwebtoken::decode::<serde_json::Value>(&token, &key, &validation).expect("it verifies");
    }
}
