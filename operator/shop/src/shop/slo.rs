//! `spec.slo`: what the shop promises on each of a shopper's journeys.

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

/// What the shop promises, per journey, over 30 days.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Slo {
    /// Looking at products.
    #[serde(default)]
    pub browse: Objective,

    /// Making an account.
    #[serde(default)]
    pub register: Objective,

    /// Logging in.
    #[serde(default)]
    pub log_in: Objective,

    /// Filling a basket and checking out.
    #[serde(default)]
    pub order: Objective,
}

/// The promise for one journey.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Objective {
    /// The share of requests that succeed, in percent, as text so that nothing is rounded.
    #[serde(default = "three_nines")]
    #[schemars(length(max = 32))]
    #[x_kube(validation = Rule::new(r"self.matches('^[5-9][0-9](\\.[0-9]{1,3})?$')")
        .message("success must be a percentage from \"50\" to \"99.999\", in quotes, for example \"99.9\""))]
    pub success: String,

    /// What 99 of 100 answers stay below, in milliseconds.
    #[serde(default = "half_a_second")]
    #[schemars(range(min = 1, max = 60000))]
    pub latency_millis: i32,
}

impl Default for Objective {
    fn default() -> Self {
        Self { success: three_nines(), latency_millis: half_a_second() }
    }
}

fn three_nines() -> String {
    "99.9".to_owned()
}

fn half_a_second() -> i32 {
    500
}
