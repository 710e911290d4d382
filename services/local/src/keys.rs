//! Keys, secrets and the first staff account, made once and kept in the data folder.

use anyhow::Context;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chassis::identity::keys;
use rand::Rng;
use rand::distr::Alphanumeric;
use serde::{Deserialize, Serialize};

use crate::folder::{Folder, write_private};

/// Letters and digits in the made-up password: 119 bits.
const PASSWORD_LENGTH: usize = 20;
/// Letters and digits in the shop's secret: 256 bits.
const SECRET_LENGTH: usize = 43;
/// Bytes in a key of cookies, as the storefront takes it.
const COOKIE_KEY_BYTES: usize = 32;

/// The first staff account, as `staff-login.json` holds it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StaffLogin {
    pub(crate) username: String,
    pub(crate) password: String,
}

/// Makes what is missing and leaves what is there: signing key and its public half, shop secret, the
/// key of cookies, staff login.
///
/// # Errors
/// A file can be neither read nor written, or the staff login was edited into something else.
pub(crate) fn provide(folder: &Folder) -> anyhow::Result<StaffLogin> {
    if !folder.signing_key().exists() || !folder.jwks().exists() {
        let pair = keys::generate()?;
        write_private(&folder.jwks(), &keys::jwks_json(vec![pair.jwk])?)?;
        write_private(&folder.signing_key(), &pair.private_pem)?;
    }
    if !folder.shop_secret().exists() {
        write_private(&folder.shop_secret(), &random_text(SECRET_LENGTH))?;
    }
    if !folder.cookie_keys().exists() {
        let key = BASE64_STANDARD.encode(rand::random::<[u8; COOKIE_KEY_BYTES]>());
        write_private(&folder.cookie_keys(), &format!("{key}\n"))?;
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

fn random_text(length: usize) -> String {
    rand::rng().sample_iter(Alphanumeric).take(length).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::{BASE64_STANDARD, Folder, provide};
    use base64::Engine as _;

    #[test]
    fn everything_is_made_once_and_kept() {
        let directory = tempfile::tempdir().expect("a temporary folder");
        let folder = Folder::make(directory.path()).expect("it can be made");
        let read = || {
            [folder.signing_key(), folder.jwks(), folder.shop_secret(), folder.cookie_keys()]
                .map(|path| std::fs::read(path).ok())
        };
        let first = (provide(&folder).expect("it can be made").password, read());
        let second = (provide(&folder).expect("it is there").password, read());
        assert_eq!(first, second);
        assert!(first.1.iter().all(Option::is_some));
        let cookie_keys = std::fs::read_to_string(folder.cookie_keys()).expect("it is text");
        assert_eq!(BASE64_STANDARD.decode(cookie_keys.trim()).map(|key| key.len()), Ok(32));
    }
}
