//! `spec.parts`: the size of each part.

use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use kube::KubeSchema;
use kube::core::Rule;
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
    pub resources: Option<Resources>,

    /// Let the load decide how many processes run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autoscaling: Option<Autoscaling>,
}

/// CPU and memory of one process.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[x_kube(validation = not_above_limit("cpu"), validation = not_above_limit("memory"))]
pub struct Resources {
    /// What a node sets aside for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests: Option<Amounts>,

    /// What it may take at most: it is slowed down beyond the CPU, and ended beyond the memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<Amounts>,
}

/// Amounts as Kubernetes writes them.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
pub struct Amounts {
    /// Cores, for example 250m (a quarter of one) or 1.5.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[x_kube(validation = Rule::new("string(self).matches('^([0-9]*[1-9][0-9]*m|[0-9]+([.][0-9]{1,3})?)$')")
        .message("cpu must be a number of cores, for example 250m or 1.5"))]
    pub cpu: Option<Quantity>,

    /// Bytes, for example 128Mi.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[x_kube(validation = Rule::new("string(self).matches('^[0-9]*[1-9][0-9]*([.][0-9]+)?(k|M|G|T|Ki|Mi|Gi|Ti)?$')")
        .message("memory must be a size of bytes above 0, for example 128Mi"))]
    pub memory: Option<Quantity>,
}

/// Kubernetes refuses a Pod that asks for more than it may take.
fn not_above_limit(amount: &str) -> Rule {
    Rule::new(format!(
        "!has(self.requests) || !has(self.requests.{amount}) || !has(self.limits) || !has(self.limits.{amount}) || \
         quantity(string(self.requests.{amount})).compareTo(quantity(string(self.limits.{amount}))) <= 0"
    ))
    .message(
        format!("requests.{amount} must not exceed limits.{amount}: lower the one or raise the other").as_str(),
    )
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
