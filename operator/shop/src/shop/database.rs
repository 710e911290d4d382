//! `spec.database`: one of three engines, chosen once.

use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use kube::KubeSchema;
use serde::{Deserialize, Serialize};

/// What the data lies in: exactly one of sqlite, postgres and external. Each service has its own database.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[x_kube(
    validation = Rule::new("[has(self.sqlite), has(self.postgres), has(self.external)].filter(chosen, chosen).size() == 1")
        .message("spec.database must name exactly one of sqlite, postgres and external: keep one and remove the others"),
    validation = Rule::new(
        "has(self.sqlite) == has(oldSelf.sqlite) && has(self.postgres) == has(oldSelf.postgres) && has(self.external) == has(oldSelf.external)"
    ).message("the engine of spec.database cannot change: make a new Shop and move the data with backup and restore"),
)]
pub struct Database {
    /// A file on a volume per service: no server to run, one replica per service, a short gap at an upgrade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sqlite: Option<SqliteDatabase>,

    /// One small PostgreSQL per service, run by the operator. It is not highly available.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postgres: Option<PostgresDatabase>,

    /// A PostgreSQL that somebody else runs, one database per service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external: Option<ExternalDatabase>,
}

/// A file on a volume per service.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct SqliteDatabase {
    /// Size of each service's volume.
    #[serde(default = "one_gibibyte")]
    #[x_kube(validation = a_size("sqlite"))]
    pub storage: Quantity,

    /// The storage class of the volumes; absent: the cluster's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 253))]
    pub storage_class_name: Option<String>,
}

/// One small PostgreSQL per service.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct PostgresDatabase {
    /// Size of each database's volume.
    #[serde(default = "one_gibibyte")]
    #[x_kube(validation = a_size("postgres"))]
    pub storage: Quantity,

    /// The storage class of the volumes; absent: the cluster's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 253))]
    pub storage_class_name: Option<String>,
}

/// A connection per service. Each Secret's key `uri` holds a `postgres://` address.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct ExternalDatabase {
    /// The user service's database.
    pub user: ConnectionRef,
    /// The product service's database.
    pub product: ConnectionRef,
    /// The order service's database.
    pub order: ConnectionRef,
}

/// Where one service finds its connection.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionRef {
    /// A Secret in the Shop's namespace with the key `uri`.
    pub secret_ref: SecretRef,
}

/// The name of a Secret in the Shop's namespace.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct SecretRef {
    /// Name of the Secret.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}

impl Default for Database {
    fn default() -> Self {
        let sqlite = SqliteDatabase { storage: one_gibibyte(), storage_class_name: None };
        Self { sqlite: Some(sqlite), postgres: None, external: None }
    }
}

fn one_gibibyte() -> Quantity {
    Quantity("1Gi".to_owned())
}

/// A quantity of bytes that is more than none.
fn a_size(engine: &str) -> kube::core::Rule {
    kube::core::Rule::new(r"string(self).matches('^[0-9]*[1-9][0-9]*([.][0-9]+)?(k|M|G|T|Ki|Mi|Gi|Ti)?$')")
        .message(
            format!("spec.database.{engine}.storage must be a size of bytes above 0, for example 1Gi")
                .as_str(),
        )
}
