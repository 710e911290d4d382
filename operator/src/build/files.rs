//! What each part is told: its settings, and the public keys of tokens.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Child, Context};
use crate::component::{Component, Part};
use crate::kind::Kind;
use crate::names;
use crate::plan::Engine;

/// Where a part finds the files that it is given.
pub(super) const FOLDER: &str = "/etc/shop";
/// Where a service finds the Secret of somebody else's database, certificates included.
pub(super) const DATABASE_FOLDER: &str = "/etc/database";
/// Where the user service finds the first staff account.
pub(super) const STAFF_FOLDER: &str = "/etc/staff";
/// Where the product service finds the first products.
pub(super) const CATALOGUE_FOLDER: &str = "/etc/catalogue";
/// Where a part keeps what it writes.
pub(super) const DATA_FOLDER: &str = "/data";

pub(super) fn of(context: &Context) -> Vec<Child> {
    let jwks = context.secrets.value(&names::signing_key(context.shop()), "jwks.json");
    let data = json!({"data": {"jwks.json": jwks}});
    let jwks = context.child(Kind::ConfigMap, Part::User.name(), names::jwks(context.shop()), data);
    let settings = Part::ALL.into_iter().map(|part| {
        let name = names::of_part(context.shop(), part);
        context.child(Kind::ConfigMap, part.name(), name, json!({"data": settings(context, part)}))
    });
    settings.chain([jwks]).collect()
}

/// How long a Pod that is to end goes on taking connections, while nodes and proxies learn that it is about to go. One
/// with a volume has nobody beside it to go to, so there each second would be one more of the gap; what is on its way
/// arrives within one.
fn drain_delay(context: &Context, part: Part) -> &'static str {
    if context.plan.has_volume(Component::Part(part)) { "1s" } else { "5s" }
}

/// The environment of a part. Nothing secret is in it.
pub(super) fn settings(context: &Context, part: Part) -> Value {
    let spec = &context.observed.spec;
    let public_url = |part| format!("http://{}", names::of_part(context.shop(), part));
    let internal_url = |part| format!("http://{}:9080", names::of_part(context.shop(), part));
    let proxies = &context.settings.trusted_proxies;
    let proxies: Vec<String> = proxies.iter().map(ToString::to_string).collect();
    let file = |name: &str| format!("{FOLDER}/{name}");

    let mut settings = BTreeMap::from([
        ("SHOPKEEPER_SHOP", context.shop().to_owned()),
        ("SHOPKEEPER_DRAIN_DELAY", drain_delay(context, part).to_owned()),
        ("SHOPKEEPER_TRUSTED_PROXIES", proxies.join(",")),
        ("SHOPKEEPER_JWKS_FILE", file("jwks.json")),
        ("SHOPKEEPER_SHOP_SECRET_FILE", file("shop-secret")),
        ("SHOPKEEPER_LOG_FORMAT", "json".to_owned()),
    ]);
    if let Some(endpoint) = &context.settings.otlp_endpoint {
        settings.insert("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.clone());
    }
    if part.is_service() {
        match context.plan.engine {
            Engine::Sqlite => {
                let path = format!("sqlite:{DATA_FOLDER}/{}.sqlite", part.name());
                settings.insert("SHOPKEEPER_DATABASE_URL", path)
            }
            Engine::Postgres => settings.insert("SHOPKEEPER_DATABASE_URL_FILE", file("database-url")),
            Engine::External => {
                settings.insert("SHOPKEEPER_DATABASE_URL_FILE", format!("{DATABASE_FOLDER}/uri"))
            }
        };
    }
    match part {
        Part::User => {
            let lifetime = spec.accounts.token_lifetime().map_or(15 * 60, |lifetime| lifetime.as_secs());
            settings.extend([
                ("SHOPKEEPER_SIGNING_KEY_FILE", file("signing-key.pem")),
                ("SHOPKEEPER_STAFF_LOGIN", STAFF_FOLDER.to_owned()),
                ("SHOPKEEPER_TOKEN_LIFETIME", format!("{lifetime}s")),
                ("SHOPKEEPER_USERNAME_CHECK", spec.accounts.username_check.to_string()),
                // By default as many as the node has cores, whatever the memory limit: each takes 19 MiB.
                ("SHOPKEEPER_HASH_PARALLELISM", "2".to_owned()),
            ]);
        }
        Part::Product => {
            settings.extend([
                ("SHOPKEEPER_CURRENCY", spec.currency.clone()),
                ("SHOPKEEPER_ORDER_INTERNAL_URL", internal_url(Part::Order)),
                ("SHOPKEEPER_USER_INTERNAL_URL", internal_url(Part::User)),
            ]);
            if spec.catalogue.is_some() {
                settings.insert("SHOPKEEPER_CATALOGUE", format!("{CATALOGUE_FOLDER}/catalogue.csv"));
            }
        }
        Part::Order => settings.extend([
            ("SHOPKEEPER_CURRENCY", spec.currency.clone()),
            ("SHOPKEEPER_PRODUCT_INTERNAL_URL", internal_url(Part::Product)),
            ("SHOPKEEPER_USER_INTERNAL_URL", internal_url(Part::User)),
        ]),
        Part::Storefront => settings.extend([
            ("SHOPKEEPER_TITLE", spec.title.clone()),
            ("SHOPKEEPER_CURRENCY", spec.currency.clone()),
            ("SHOPKEEPER_LOCALE", spec.locale.clone()),
            ("SHOPKEEPER_ACCENT_COLOR", spec.theme.accent_color.clone()),
            ("SHOPKEEPER_PUBLIC_URL", context.plan.url.clone()),
            ("SHOPKEEPER_COOKIE_KEY_FILE", file("cookie-keys")),
            ("SHOPKEEPER_CACHE_DIR", DATA_FOLDER.to_owned()),
            ("SHOPKEEPER_USER_URL", public_url(Part::User)),
            ("SHOPKEEPER_PRODUCT_URL", public_url(Part::Product)),
            ("SHOPKEEPER_ORDER_URL", public_url(Part::Order)),
            ("SHOPKEEPER_USER_INTERNAL_URL", internal_url(Part::User)),
            ("SHOPKEEPER_PRODUCT_INTERNAL_URL", internal_url(Part::Product)),
        ]),
    }
    json!(settings)
}

/// The Secret with a service's connection, if it has one.
pub(super) fn database_secret(context: &Context, part: Part) -> Option<String> {
    match context.plan.engine {
        _ if !part.is_service() => None,
        Engine::Sqlite => None,
        Engine::Postgres => Some(names::database(context.shop(), part)),
        Engine::External => {
            context.observed.references.external.get(&part).map(|external| external.secret.clone())
        }
    }
}

/// The Secret with the first staff account.
pub(super) fn staff_secret(context: &Context) -> String {
    let named = context.observed.spec.staff.as_ref();
    named.map_or_else(|| names::staff(context.shop()), |staff| staff.secret_ref.name.clone())
}
