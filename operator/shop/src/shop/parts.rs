//! `spec.parts`: the size of each part.

use k8s_openapi::api::core::v1::ResourceRequirements;
use kube::KubeSchema;
use serde::{Deserialize, Serialize};

/// Size of each part; all optional.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
pub struct Parts {
    /// The pages that shoppers and staff use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storefront: Option<Part>,

    /// Accounts, sessions and tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Part>,

    /// The catalogue and the stock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<Part>,

    /// Baskets and orders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<Part>,
}

/// Size of one part.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// How many processes run, 1 by default. 0 takes the part away; the others go on. Under an autoscaler
    /// it counts for nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub replicas: Option<i32>,

    /// CPU and memory of each process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<ResourceRequirements>,

    /// Let the load decide how many processes run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autoscaling: Option<Autoscaling>,
}

/// Let the load decide how many processes run.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[x_kube(validation = Rule::new("self.minReplicas <= self.maxReplicas")
    .message("autoscaling.minReplicas must not exceed maxReplicas: lower the one or raise the other"))]
#[serde(rename_all = "camelCase")]
pub struct Autoscaling {
    /// Never fewer than these.
    #[serde(default = "one_replica")]
    #[schemars(range(min = 1, max = 100))]
    pub min_replicas: i32,

    /// Never more than these.
    #[schemars(range(min = 1, max = 100))]
    pub max_replicas: i32,

    /// The share of the requested CPU to aim at, in percent.
    #[serde(default = "seventy_percent")]
    #[schemars(range(min = 10, max = 100))]
    pub target_cpu_percent: i32,
}

fn one_replica() -> i32 {
    1
}

fn seventy_percent() -> i32 {
    70
}
