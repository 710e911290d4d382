//! `Shop`, version v1alpha1: the one resource a platform engineer writes.
//!
//! Doc comments here become the descriptions that `kubectl explain shop` prints. A rule's message names
//! the remedy, because it is all that the person who gets it will read. Where a rule describes a text's form,
//! the text's bound is looser: it only bounds the cost of the rule, and the rule explains better.
#![expect(unreachable_pub, reason = "KubeSchema repeats every type, with its visibility, inside a function")]

mod accounts;
mod database;
mod exposure;
mod parts;
mod slo;
mod status;

pub use accounts::Accounts;
pub use database::{Database, ExternalDatabase, PostgresDatabase, SecretRef, SqliteDatabase};
pub use exposure::{Exposure, Gateway, Ingress, NoExposure, ParentRef};
pub use parts::{Amounts, Autoscaling, Part, Parts, Resources};
pub use slo::{Objective, Slo};
pub use status::{PartStatus, ShopStatus, VolumeStatus};

use kube::{CustomResource, KubeSchema};
use serde::{Deserialize, Serialize};

/// What the shop is called, where it is reached, and what it runs on.
#[derive(CustomResource, KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[kube(
    group = "shopkeeper.dev",
    version = "v1alpha1",
    kind = "Shop",
    namespaced,
    shortname = "sk",
    category = "shopkeeper",
    status = "ShopStatus",
    derive = "PartialEq",
    doc = "An online shop: a user, a product and an order service and a storefront, each with its own database.",
    validation = Rule::new("self.metadata.name.matches('^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$')").message(
        "metadata.name must be 1 to 40 lower-case letters, digits and dashes, beginning with a letter: it names every object of the shop"
    ),
    printcolumn(name = "Ready", type_ = "string", json_path = r#".status.conditions[?(@.type=="Ready")].status"#),
    printcolumn(name = "Browse", type_ = "string", json_path = r#".status.conditions[?(@.type=="Browse")].status"#),
    printcolumn(name = "Register", type_ = "string", json_path = r#".status.conditions[?(@.type=="Register")].status"#),
    printcolumn(name = "Login", type_ = "string", json_path = r#".status.conditions[?(@.type=="LogIn")].status"#),
    printcolumn(name = "Order", type_ = "string", json_path = r#".status.conditions[?(@.type=="Order")].status"#),
    printcolumn(name = "URL", type_ = "string", json_path = ".status.url"),
    printcolumn(name = "Version", type_ = "string", json_path = ".status.version"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[x_kube(
    validation = one_replica_on_sqlite("user"),
    validation = one_replica_on_sqlite("product"),
    validation = one_replica_on_sqlite("order"),
    validation = Rule::new("has(self.exposure.none) || has(self.host)").message(
        "a shop that is reached through an ingress or a gateway needs its name: set spec.host, for example tea.example.com"
    ),
)]
#[serde(rename_all = "camelCase")]
pub struct ShopSpec {
    /// The name over the door, as shoppers read it.
    #[schemars(length(min = 1, max = 80))]
    #[x_kube(validation = Rule::new("self == self.trim()").message("spec.title must not begin or end with a space: remove it"))]
    pub title: String,

    /// The currency of every price, an ISO 4217 code. It never changes: prices are stored in it.
    #[schemars(length(max = 32))]
    #[x_kube(
        validation = Rule::new("self.matches('^[A-Z]{3}$')")
            .message("spec.currency must be an ISO 4217 code of three capital letters, for example EUR"),
        validation = Rule::new("self == oldSelf")
            .message("spec.currency cannot change, since prices and orders are stored in it: make a new Shop"),
    )]
    pub currency: String,

    /// The language and region that pages, numbers and prices are written for, a BCP 47 tag.
    #[serde(default = "default_locale")]
    #[schemars(length(max = 32))]
    #[x_kube(validation = Rule::new("self.matches('^[a-z]{2,3}(-[A-Z]{2})?$')")
        .message("spec.locale must be a language and, if wanted, a region, for example en or en-IE"))]
    pub locale: String,

    /// How the pages look.
    #[serde(default)]
    pub theme: Theme,

    /// The version of the four parts; absent: the version of the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 40))]
    #[x_kube(validation = Rule::new(r"self.matches('^[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9A-Za-z.-]+)?$')")
        .message("spec.version must be a version of Shopkeeper, for example 0.1.0; leave it out to follow the operator"))]
    pub version: Option<String>,

    /// The name that shoppers type, for example tea.example.com. Needed with an ingress or a gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 253))]
    #[x_kube(validation = Rule::new(r"self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')")
        .message("spec.host must be a lower-case DNS name without scheme, port or path, for example tea.example.com"))]
    pub host: Option<String>,

    /// How the shop is reached from outside the cluster.
    #[serde(default)]
    pub exposure: Exposure,

    /// What the data lies in. The engine never changes.
    #[serde(default)]
    pub database: Database,

    /// The first products; absent: the shop begins empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalogue: Option<Catalogue>,

    /// The first staff account; absent: one is made up and kept in a Secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staff: Option<Staff>,

    /// Rules for the accounts of shoppers and staff.
    #[serde(default)]
    pub accounts: Accounts,

    /// Size of each part; all optional.
    #[serde(default)]
    pub parts: Parts,

    /// Metrics, dashboards and alerts.
    #[serde(default)]
    pub monitoring: Monitoring,

    /// What the shop promises, per journey; alerts fire when the promise is at risk.
    #[serde(default)]
    pub slo: Slo,

    /// What becomes of volumes and generated Secrets when the Shop is deleted.
    #[serde(default)]
    pub deletion_policy: DeletionPolicy,

    /// Stops every change to the shop's objects, while its status goes on being written.
    #[serde(default)]
    pub paused: bool,
}

/// How the pages look.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Theme {
    /// The colour of buttons and links. Pages darken it where contrast asks for it.
    #[serde(default = "default_accent_color")]
    #[schemars(length(max = 32))]
    #[x_kube(validation = Rule::new("self.matches('^#[0-9a-fA-F]{6}$')")
        .message("spec.theme.accentColor must be # and six hexadecimal digits, for example \"#2f6f4f\" (with quotes)"))]
    pub accent_color: String,
}

/// Where the first products come from. They are loaded once, into an empty shop.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Catalogue {
    /// A ConfigMap in the Shop's namespace; its key `catalogue.csv` holds the products.
    pub config_map_ref: ConfigMapRef,
}

/// The name of a ConfigMap in the Shop's namespace.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct ConfigMapRef {
    /// Name of the ConfigMap.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}

/// Where the first staff account comes from.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Staff {
    /// A Secret in the Shop's namespace with the keys `username` and `password`. It is enforced whenever it changes.
    pub secret_ref: SecretRef,
}

/// Metrics, dashboards and alerts.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Monitoring {
    /// Make a ServiceMonitor, alerts and dashboards where the cluster knows those kinds.
    #[serde(default = "enabled")]
    pub enabled: bool,
}

/// What becomes of the data when the Shop is deleted.
#[derive(schemars::JsonSchema, Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeletionPolicy {
    /// Volumes and generated Secrets stay; a Shop of the same name adopts them.
    #[default]
    Retain,
    /// Everything goes.
    Delete,
}

impl Default for Theme {
    fn default() -> Self {
        Self { accent_color: default_accent_color() }
    }
}

impl Default for Monitoring {
    fn default() -> Self {
        Self { enabled: enabled() }
    }
}

fn default_locale() -> String {
    "en".to_owned()
}

fn default_accent_color() -> String {
    "#2f6f4f".to_owned()
}

fn enabled() -> bool {
    true
}

/// SQLite has one writer: a second replica of a service would have a database of its own.
fn one_replica_on_sqlite(part: &str) -> kube::core::Rule {
    let part_spec = format!("self.parts.{part}");
    kube::core::Rule::new(format!(
        "!has(self.database.sqlite) || !has({part_spec}) || \
         ((!has({part_spec}.replicas) || {part_spec}.replicas <= 1) && !has({part_spec}.autoscaling))"
    ))
    .message(
        format!(
            "with spec.database.sqlite the {part} service runs at most once: set spec.parts.{part}.replicas to 0 or 1 \
             without autoscaling, or choose spec.database.postgres"
        )
        .as_str(),
    )
}
