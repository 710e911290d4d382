//! A Shop's keys as files, and tokens signed with them, so that a service can be tested without a user
//! service.

use std::path::PathBuf;

use chassis::args::ServeArgs;
use chassis::clock::Clock;
use chassis::identity::{Principal, Signer, keys as identity};
use contract::Role;
use tempfile::TempDir;
use uuid::Uuid;

/// The name of every Shop in a test.
pub const SHOP: &str = "test-shop";

/// How long a token of [`Keys::token`] lives.
const TOKEN_LIFETIME_MS: i64 = 15 * 60 * 1000;

/// The keys of one Shop; their files go away with this value.
pub struct Keys {
    folder: TempDir,
    signer: Signer,
}

/// Makes a key pair, its `jwks.json` and a Shop's secret.
pub fn keys() -> Keys {
    let pair = identity::generate().expect("make a key pair");
    let signer = Signer::from_pem(&pair.private_pem).expect("sign with a key that was just made");
    let folder = tempfile::Builder::new().prefix("shopkeeper-keys-").tempdir().expect("make a folder");
    let keys = Keys { folder, signer };
    let write = |path, content| std::fs::write(path, content).expect("write a key");
    write(keys.signing_key_file(), pair.private_pem);
    write(keys.jwks_file(), identity::jwks_json(vec![pair.jwk]).expect("write a JWK set"));
    write(keys.secret_file(), Uuid::new_v4().to_string());
    keys
}

impl Keys {
    /// What `--signing-key-file` takes.
    pub fn signing_key_file(&self) -> PathBuf {
        self.folder.path().join("signing-key.pem")
    }

    /// What `--jwks-file` takes.
    pub fn jwks_file(&self) -> PathBuf {
        self.folder.path().join("jwks.json")
    }

    /// What `--shop-secret-file` takes.
    pub fn secret_file(&self) -> PathBuf {
        self.folder.path().join("secret")
    }

    /// The key of the internal ports.
    pub fn secret(&self) -> String {
        std::fs::read_to_string(self.secret_file()).expect("read the secret")
    }

    /// Settings to serve a part with, on free ports.
    pub fn serve_args(&self) -> ServeArgs {
        ServeArgs::on_free_ports(SHOP, self.jwks_file(), self.secret_file())
    }

    /// A valid access token, of a session of its own.
    pub fn token(&self, user_id: i64, role: Role) -> String {
        let now = Clock::system().now_unix_ms();
        let session_id = Uuid::new_v4();
        self.sign(&Principal { user_id, session_id, role, expires_at: now + TOKEN_LIFETIME_MS }, now)
    }

    /// The token of this very principal, made at a time in unix milliseconds.
    pub fn sign(&self, principal: &Principal, now_unix_ms: i64) -> String {
        self.signer.sign(SHOP, principal, now_unix_ms).expect("sign a token")
    }
}
