//! Keys and passwords: made once, and kept as they are from then on.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rand::Rng as _;
use rand::distr::Alphanumeric;
use serde_json::json;

use super::{Child, Context};
use crate::component::{Component, Part};
use crate::kind::Kind;
use crate::names;
use crate::observe::Observed;
use crate::plan::{Engine, Plan};

/// Letters and digits in a password: 190 bits.
const PASSWORD_LENGTH: usize = 32;
/// Letters and digits in what the parts of a Shop show each other: 256 bits.
const SHARED_LENGTH: usize = 43;
/// The role that a service is at its own database server, and the database's name.
const ROLE: &str = "shop";

/// Makes what nobody may guess.
pub trait Keys {
    /// A private key in PEM, and its public half as a JWK Set.
    ///
    /// # Errors
    /// If the system has no randomness to give.
    fn signing_pair(&mut self) -> anyhow::Result<(String, String)>;
    /// A key that cookies are sealed with, as the storefront takes it.
    fn cookie_key(&mut self) -> String;
    /// So many letters and digits.
    fn text(&mut self, length: usize) -> String;
}

/// The system's own randomness.
pub struct RandomKeys;

impl Keys for RandomKeys {
    fn signing_pair(&mut self) -> anyhow::Result<(String, String)> {
        let pair = chassis::identity::keys::generate()?;
        Ok((pair.private_pem, chassis::identity::keys::jwks_json(vec![pair.jwk])?))
    }

    fn cookie_key(&mut self) -> String {
        format!("{}\n", BASE64_STANDARD.encode(rand::random::<[u8; 32]>()))
    }

    fn text(&mut self, length: usize) -> String {
        rand::rng().sample_iter(Alphanumeric).take(length).map(char::from).collect()
    }
}

/// The generated Secrets of a Shop: of those that are there the values that they hold, of the others new ones.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    /// By name: which component they belong to, and their values.
    values: BTreeMap<String, (String, BTreeMap<&'static str, String>)>,
    /// Those that are made, or made whole, in this round.
    pub made: Vec<String>,
}

impl Secrets {
    /// The Secrets that a Shop needs.
    ///
    /// # Errors
    /// If no key can be made.
    pub fn of(observed: &Observed, plan: &Plan, keys: &mut dyn Keys) -> anyhow::Result<Self> {
        let shop = &observed.name;
        let mut secrets = Self::default();
        let signing = names::signing_key(shop);
        let user = Part::User.name();
        match secrets.known(observed, &signing, ["signing-key.pem", "jwks.json"]) {
            Some(values) => secrets.keep(signing, user, values),
            None => {
                let (private, public) = keys.signing_pair()?;
                secrets.make(signing, user, [("signing-key.pem", private), ("jwks.json", public)]);
            }
        }
        secrets.provide(observed, names::shared(shop), "shared", "shop-secret", || keys.text(SHARED_LENGTH));
        let storefront = Part::Storefront.name();
        secrets.provide(observed, names::cookie_keys(shop), storefront, "cookie-keys", || keys.cookie_key());
        if observed.spec.staff.is_none() {
            let name = names::staff(shop);
            match secrets.known(observed, &name, ["username", "password"]) {
                Some(values) => secrets.keep(name, user, values),
                None => {
                    let login = [("username", "staff".to_owned()), ("password", keys.text(PASSWORD_LENGTH))];
                    secrets.make(name, user, login);
                }
            }
        }
        if plan.engine == Engine::Postgres {
            for service in Part::SERVICES {
                let name = names::database(shop, service);
                let password = secrets.known(observed, &name, ["password"]);
                let is_known = password.is_some();
                let password = password
                    .and_then(|mut values| values.remove("password"))
                    .unwrap_or_else(|| keys.text(PASSWORD_LENGTH));
                let server = names::of(shop, Component::Postgres(service));
                let uri = format!("postgres://{ROLE}:{password}@{server}:5432/{ROLE}?sslmode=disable");
                let values = [("username", ROLE.to_owned()), ("password", password), ("uri", uri)];
                if is_known {
                    secrets.keep(name, service.name(), BTreeMap::from(values));
                } else {
                    secrets.make(name, service.name(), values);
                }
            }
        }
        Ok(secrets)
    }

    /// A value of a Secret of this round.
    pub fn value(&self, secret: &str, key: &str) -> &str {
        self.values.get(secret).and_then(|(_, values)| values.get(key)).map_or("", String::as_str)
    }

    fn known<const N: usize>(
        &self,
        observed: &Observed,
        name: &str,
        keys: [&'static str; N],
    ) -> Option<BTreeMap<&'static str, String>> {
        let value = |key| {
            let value = observed.secret_value(name, key).filter(|value| !value.is_empty())?;
            Some((key, value))
        };
        keys.into_iter().map(value).collect()
    }

    fn keep(&mut self, name: String, component: &str, values: BTreeMap<&'static str, String>) {
        self.values.insert(name, (component.to_owned(), values));
    }

    fn make<const N: usize>(&mut self, name: String, component: &str, values: [(&'static str, String); N]) {
        self.made.push(name.clone());
        self.keep(name, component, BTreeMap::from(values));
    }

    fn provide(
        &mut self,
        observed: &Observed,
        name: String,
        component: &str,
        key: &'static str,
        make: impl FnOnce() -> String,
    ) {
        match self.known(observed, &name, [key]) {
            Some(values) => self.keep(name, component, values),
            None => self.make(name, component, [(key, make())]),
        }
    }
}

pub(super) fn of(context: &Context) -> Vec<Child> {
    let secret = |(name, (component, values)): (&String, &(String, BTreeMap<&str, String>))| {
        let encode = |(key, value): (&&str, &String)| ((*key).to_owned(), BASE64_STANDARD.encode(value));
        let data: BTreeMap<String, String> = values.iter().map(encode).collect();
        context.child(Kind::Secret, component, name.clone(), json!({"type": "Opaque", "data": data}))
    };
    context.secrets.values.iter().map(secret).collect()
}
