//! An alert: when somebody is told, how loudly, and what they read.

use serde_json::{Value, json};

/// How loudly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Somebody is called, whatever the hour.
    Critical,
    /// Somebody looks at it on the next working day.
    Warning,
    /// Nobody has to do anything; whoever runs the shop may want to know.
    Info,
}

/// When somebody is told, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Also the name of its runbook.
    pub name: &'static str,
    pub severity: Severity,
    /// How long it has to hold, as Prometheus writes it; empty: not at all.
    pub lasts: &'static str,
    pub expression: String,
    /// One sentence; a template of Prometheus.
    pub summary: &'static str,
    /// What it means for shoppers, or for who looks after the shop; a template of Prometheus.
    pub description: &'static str,
}

impl Severity {
    fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

impl Alert {
    /// As a rule. `runbooks` is the address of the folder with the runbooks, without a slash at its end.
    pub(crate) fn rule(&self, runbooks: &str) -> Value {
        let mut rule = json!({
            "alert": self.name,
            "expr": self.expression,
            "labels": {"severity": self.severity.name()},
            "annotations": {
                "summary": self.summary,
                "description": self.description,
                "runbook_url": format!("{runbooks}/{}.md", self.name),
            },
        });
        if !self.lasts.is_empty() {
            rule["for"] = json!(self.lasts);
        }
        rule
    }
}
