//! `status`: what the operator last saw of the shop.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::KubeSchema;
use serde::{Deserialize, Serialize};

/// What the operator last saw of the shop.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct ShopStatus {
    /// The generation of the spec that this status speaks of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,

    /// Where the shop is reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,

    /// The version that all parts run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,

    /// Each part's replicas and version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartStatus>,

    /// The volumes that hold the shop's data, as they were last seen: one that is lost is told, never replaced in silence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<VolumeStatus>,

    /// Ready, Reconciling, Stalled, DatabasesReady, Exposed, and what a shopper can do now: Browse, Register, LogIn, Order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

/// One part, as the operator last saw it.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct PartStatus {
    /// storefront, user, product or order.
    pub name: String,
    /// Replicas that are ready.
    pub ready: i32,
    /// Replicas that are wanted.
    pub desired: i32,
    /// The version that the ready replicas run.
    pub version: String,
}

/// A volume, as the operator last saw it.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct VolumeStatus {
    /// Name of the PersistentVolumeClaim.
    pub claim: String,
    /// Its uid: another claim of the same name is another volume.
    pub uid: String,
}
