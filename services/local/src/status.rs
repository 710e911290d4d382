//! What the running shop tells about itself; `status --json` prints it as it is. Fields are only ever added.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::part::Part;

/// The shop and its parts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Status {
    /// Name of the Shop.
    pub(crate) shop: String,
    /// Its title.
    pub(crate) title: String,
    /// Where the storefront is.
    pub(crate) url: String,
    /// The data folder.
    pub(crate) data: String,
    /// Process id of the supervisor.
    pub(crate) pid: u32,
    /// The parts in the order of their ports.
    pub(crate) parts: Vec<PartStatus>,
}

/// One part.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PartStatus {
    pub(crate) name: Part,
    pub(crate) state: State,
    /// Whether `/readyz` answered 200 just now.
    pub(crate) ready: bool,
    /// Process id; null while there is no process.
    pub(crate) pid: Option<u32>,
    /// The public port.
    pub(crate) url: String,
    /// Health and metrics.
    pub(crate) internal_url: String,
    /// How often the part crashed and was started again.
    pub(crate) restarts: u32,
}

/// What the supervisor has a part do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    Running,
    Stopped,
    Frozen,
    /// It crashed and will be started again in a moment.
    Restarting,
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Frozen => "frozen",
            Self::Restarting => "restarting",
        })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            formatter,
            "{} on {} (data in {}, process {})\n",
            self.title, self.url, self.data, self.pid
        )?;
        writeln!(formatter, "PART        STATE       READY  PROCESS   RESTARTS  ADDRESS")?;
        for part in &self.parts {
            let PartStatus { name, state, restarts, url, .. } = part;
            let ready = if part.ready { "yes" } else { "no" };
            let process = part.pid.map_or("-".to_owned(), |pid| pid.to_string());
            writeln!(formatter, "{name:<11} {state:<11} {ready:<6} {process:<9} {restarts:<9} {url}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{PartStatus, State, Status};
    use crate::part::Part;

    #[test]
    fn the_json_document_keeps_its_shape_and_the_table_its_columns() {
        let product = PartStatus {
            name: Part::Product,
            state: State::Stopped,
            ready: false,
            pid: None,
            url: "http://127.0.0.1:8082".to_owned(),
            internal_url: "http://127.0.0.1:9082".to_owned(),
            restarts: 1,
        };
        let status = Status {
            shop: "tea-house".to_owned(),
            title: "Tea House".to_owned(),
            url: "http://127.0.0.1:8080".to_owned(),
            data: "/data".to_owned(),
            pid: 7,
            parts: vec![product],
        };
        assert_eq!(
            serde_json::to_value(&status).expect("plain JSON"),
            serde_json::json!({
                "shop": "tea-house", "title": "Tea House", "url": "http://127.0.0.1:8080", "data": "/data", "pid": 7,
                "parts": [{
                    "name": "product", "state": "stopped", "ready": false, "pid": null,
                    "url": "http://127.0.0.1:8082", "internal_url": "http://127.0.0.1:9082", "restarts": 1
                }]
            })
        );
        assert!(
            status
                .to_string()
                .contains("product     stopped     no     -         1         http://127.0.0.1:8082")
        );
    }
}
