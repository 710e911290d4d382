//! `spec.accounts`: rules for the accounts of shoppers and staff.

use std::time::Duration;

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

/// Rules for the accounts of shoppers and staff.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Accounts {
    /// Answer `GET /api/user/<name>/exists`, by which a form tells at once that a username is taken.
    #[serde(default = "answered")]
    pub username_check: bool,

    /// How long an access token is valid: 5m to 24h. Longer suits clients that never refresh it; a
    /// session that was ended is refused by the user service at once in any case.
    #[serde(default = "quarter_of_an_hour")]
    #[schemars(length(max = 32))]
    #[x_kube(validation = Rule::new(
        "self.matches('^([0-9]{1,6}[hms])+$') && duration(self) >= duration('5m') && duration(self) <= duration('24h')"
    ).message("spec.accounts.tokenLifetime must be 5m to 24h, for example 15m"))]
    pub token_lifetime: String,
}

impl Accounts {
    /// The token's lifetime, or `None` where the text is no duration, which [`crate::check`] refuses.
    pub fn token_lifetime(&self) -> Option<Duration> {
        self.token_lifetime.parse::<kube::core::Duration>().ok().map(Into::into)
    }
}

impl Default for Accounts {
    fn default() -> Self {
        Self { username_check: answered(), token_lifetime: quarter_of_an_hour() }
    }
}

fn answered() -> bool {
    true
}

fn quarter_of_an_hour() -> String {
    "15m".to_owned()
}
