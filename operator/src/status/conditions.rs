//! Conditions as Kubernetes has them, and when they changed.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

use crate::observe::Observed;

/// What is said about one aspect of a Shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub about: &'static str,
    pub holds: bool,
    /// One word in CamelCase, for programs.
    pub reason: &'static str,
    /// For people, with the next step.
    pub message: String,
}

impl Verdict {
    pub(crate) fn yes(about: &'static str, reason: &'static str, message: impl Into<String>) -> Self {
        Self { about, holds: true, reason, message: message.into() }
    }

    pub(crate) fn no(about: &'static str, reason: &'static str, message: impl Into<String>) -> Self {
        Self { about, holds: false, reason, message: message.into() }
    }
}

/// The conditions; those whose status is as before keep the time of their last transition.
pub(super) fn with_times(observed: &Observed, verdicts: &[Verdict]) -> Vec<Condition> {
    let condition = |verdict: &Verdict| {
        let status = if verdict.holds { "True" } else { "False" };
        let before = observed.status.conditions.iter().find(|before| before.type_ == verdict.about);
        let since = before
            .filter(|before| before.status == status)
            .map_or_else(|| Time(observed.now), |before| before.last_transition_time.clone());
        Condition {
            type_: verdict.about.to_owned(),
            status: status.to_owned(),
            reason: verdict.reason.to_owned(),
            message: verdict.message.clone(),
            observed_generation: Some(observed.generation),
            last_transition_time: since,
        }
    };
    verdicts.iter().map(condition).collect()
}

/// The conditions that are news: another status or, where something is wrong, another reason.
pub fn transitions<'a>(before: &[Condition], now: &'a [Condition]) -> Vec<&'a Condition> {
    let is_news = |condition: &&Condition| {
        let before = before.iter().find(|before| before.type_ == condition.type_);
        match before {
            // A new Shop is no news but for what is wrong with it, or right.
            None => condition.status == "True",
            Some(before) => {
                before.status != condition.status
                    || (condition.type_ == "Stalled" && before.reason != condition.reason)
            }
        }
    };
    now.iter().filter(is_news).collect()
}
