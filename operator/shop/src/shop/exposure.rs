//! `spec.exposure`: how shoppers and API clients reach the shop.

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

/// How the shop is reached from outside the cluster: exactly one of ingress, gateway and none.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[x_kube(validation = Rule::new("[has(self.ingress), has(self.gateway), has(self.none)].filter(chosen, chosen).size() == 1")
    .message("spec.exposure must name exactly one of ingress, gateway and none: keep one and remove the others"))]
pub struct Exposure {
    /// Open `/api/…` to the outside as well; false leaves only the pages.
    #[serde(default = "open")]
    pub api: bool,

    /// Through an Ingress.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress: Option<Ingress>,

    /// Through an HTTPRoute of the Gateway API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Gateway>,

    /// Not at all: the shop is reached inside the cluster only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub none: Option<NoExposure>,
}

/// Through an Ingress.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Ingress {
    /// The ingress class; absent: the cluster's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 253))]
    pub class_name: Option<String>,

    /// A TLS Secret in the Shop's namespace; absent: plain http.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 253))]
    pub tls_secret_name: Option<String>,
}

/// Through an HTTPRoute.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Gateway {
    /// The Gateways that the route attaches to.
    #[schemars(length(min = 1, max = 8))]
    pub parent_refs: Vec<ParentRef>,
}

/// A Gateway, and if wanted one listener of it.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct ParentRef {
    /// Name of the Gateway.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,

    /// Namespace of the Gateway; absent: the Shop's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 63))]
    pub namespace: Option<String>,

    /// One listener of the Gateway; absent: all that allow the route.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 253))]
    pub section_name: Option<String>,
}

/// Nothing to say about a shop that is not exposed.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct NoExposure {}

impl Default for Exposure {
    fn default() -> Self {
        Self { api: open(), ingress: None, gateway: None, none: Some(NoExposure {}) }
    }
}

fn open() -> bool {
    true
}
