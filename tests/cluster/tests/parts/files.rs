//! What a shop is given as files: keys, secrets, certificates, all made for one test. None is ever committed.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kit::Certificates;
use rand::Rng;
use rand::distr::Alphanumeric;
use serde_json::{Value, json};

/// Bytes in a key of cookies, as the storefront takes it.
const COOKIE_KEY_BYTES: usize = 32;

/// The services, each of which has a database of its own.
const SERVICES: [&str; 3] = ["user", "product", "order"];

/// All that is made for one shop.
pub(crate) struct Files {
    keys: kit::Keys,
    certificates: Certificates,
    staff_login: String,
    cookie_key: String,
    /// Of the server's superuser, and of each service's role.
    passwords: BTreeMap<&'static str, String>,
}

impl Files {
    pub(crate) fn make(certificates: Certificates) -> Self {
        let staff_login = json!({"username": "staff", "password": random_text()}).to_string();
        let passwords = SERVICES.into_iter().chain(["postgres"]).map(|role| (role, random_text())).collect();
        let cookie_key = BASE64_STANDARD.encode(rand::random::<[u8; COOKIE_KEY_BYTES]>());
        Self { keys: kit::keys(), certificates, staff_login, cookie_key, passwords }
    }

    /// Username and password of the first staff account, as JSON.
    pub(crate) fn staff_login(&self) -> &str {
        &self.staff_login
    }

    /// A Secret for each part that holds what this part needs, and no other's. With `database`, the services' have
    /// the URL of a database on the server, and there is the server's own.
    pub(crate) fn secrets(&self, database: bool) -> Vec<Value> {
        let read = |path| std::fs::read_to_string(path).expect("read a file that was made");
        let (jwks, shop_secret) = (read(self.keys.jwks_file()), self.keys.secret());
        let authority = read(self.certificates.authority.clone());
        let (server, key) = (read(self.certificates.server.clone()), read(self.certificates.key.clone()));
        let mut parts = BTreeMap::from(["user", "product", "order", "storefront"].map(|part| {
            let shared = [("jwks.json", jwks.clone()), ("shop-secret", shop_secret.clone())];
            (part, BTreeMap::from(shared))
        }));
        let user = parts.get_mut("user").expect("the user service is a part");
        user.insert("signing-key.pem", read(self.keys.signing_key_file()));
        user.insert("staff-login.json", self.staff_login.clone());
        let storefront = parts.get_mut("storefront").expect("the storefront is a part");
        storefront.insert("cookie-keys", format!("{}\n", self.cookie_key));
        let mut secrets = Vec::new();
        if database {
            for service in SERVICES {
                let files = parts.get_mut(service).expect("a service is a part");
                files.insert("database-url", self.database_url(service));
                files.insert("database-authority.pem", authority.clone());
            }
            let files = BTreeMap::from([
                ("password", self.passwords["postgres"].clone()),
                ("server.pem", server.clone()),
                ("server.key", key.clone()),
                ("authority.pem", authority.clone()),
                ("databases.sql", self.databases()),
            ]);
            secrets.push(secret("postgres", "Opaque", files));
        }
        secrets.extend(parts.into_iter().map(|(part, files)| secret(part, "Opaque", files)));
        let tls = BTreeMap::from([("tls.crt", server), ("tls.key", key)]);
        secrets.push(secret("shop-tls", "kubernetes.io/tls", tls));
        secrets
    }

    fn database_url(&self, service: &str) -> String {
        let password = &self.passwords[service];
        format!(
            "postgres://{service}:{password}@postgres/{service}?sslmode=verify-full&\
             sslrootcert=/etc/shop/database-authority.pem"
        )
    }

    /// Roles that may enter their own database only.
    fn databases(&self) -> String {
        SERVICES
            .map(|service| {
                let password = &self.passwords[service];
                format!(
                    "CREATE ROLE \"{service}\" LOGIN PASSWORD '{password}';\n\
                     CREATE DATABASE \"{service}\" OWNER \"{service}\";\n\
                     REVOKE ALL ON DATABASE \"{service}\" FROM PUBLIC;\n"
                )
            })
            .concat()
    }
}

/// The first products: those of the sample shop.
pub(crate) fn catalogue() -> Value {
    let csv = include_str!("../../../../manifests/catalogue/tea-house.csv");
    let data = json!({"catalogue.csv": csv});
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "catalogue"}, "data": data})
}

fn secret(name: &str, kind: &str, files: BTreeMap<&str, String>) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "type": kind, "stringData": files,
    })
}

/// 190 bits, in letters and digits.
fn random_text() -> String {
    rand::rng().sample_iter(Alphanumeric).take(32).map(char::from).collect()
}
