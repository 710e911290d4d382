//! What people look at, as dashboards for Grafana: one of all Shops, one of one Shop, one of the operator, and for each
//! Shop a short one of its own that leads to the long one.

mod brief;
mod fleet;
mod operator;
mod panel;
mod shop;

use serde_json::{Value, json};

pub use brief::{Place, brief};
pub use panel::{Asked, Panel};

use panel::layout;

/// The address of a dashboard within Grafana.
const FLEET: &str = "shopkeeper-fleet";
const SHOP: &str = "shopkeeper-shop";
const OPERATOR: &str = "shopkeeper-operator";

/// The version of the dashboards' schema, that of Grafana 10 and later.
const SCHEMA: u32 = 39;

/// A dashboard, before it is laid out.
#[derive(Clone, Debug)]
pub struct Dashboard {
    pub uid: String,
    pub title: String,
    pub description: &'static str,
    pub variables: Vec<Value>,
    /// The Shop that the long dashboard shows for who comes from here: its namespace and name.
    pub about: Option<(String, String)>,
    pub rows: Vec<Row>,
}

/// Panels about one thing, under its name.
#[derive(Clone, Debug)]
pub struct Row {
    pub title: &'static str,
    pub panels: Vec<Panel>,
}

/// The dashboards that the chart delivers.
pub fn of_chart() -> [Dashboard; 3] {
    [fleet::dashboard(), shop::dashboard(), operator::dashboard()]
}

impl Dashboard {
    /// As Grafana reads it. `runbooks` is the address of the folder with the runbooks, without a slash at its end.
    pub fn json(&self, runbooks: &str) -> Value {
        json!({
            "uid": self.uid,
            "title": self.title,
            "description": self.description,
            "tags": ["shopkeeper"],
            "schemaVersion": SCHEMA,
            "version": 1,
            "editable": false,
            "graphTooltip": 1,
            "timezone": "browser",
            "refresh": "30s",
            "time": {"from": "now-3h", "to": "now"},
            "templating": {"list": self.variables},
            "links": self.links(runbooks),
            "annotations": {"list": []},
            "panels": layout(&self.rows),
        })
    }

    /// What each panel asks.
    pub fn asked(&self) -> Vec<Asked> {
        let panels = self.rows.iter().flat_map(|row| &row.panels);
        panels.flat_map(|panel| panel.asked(&self.uid)).collect()
    }

    /// To the other dashboards, and to the runbooks.
    fn links(&self, runbooks: &str) -> Vec<Value> {
        let link = |title: &str, url: &str| {
            json!({
                "title": title, "type": "link", "url": url, "icon": "external link", "tooltip": "", "tags": [],
                "asDropdown": false, "includeVars": false, "keepTime": true, "targetBlank": false,
            })
        };
        let shop = match &self.about {
            Some((namespace, shop)) => format!("/d/{SHOP}?var-namespace={namespace}&var-shop={shop}"),
            None => format!("/d/{SHOP}"),
        };
        let others = [
            ("All shops", FLEET, format!("/d/{FLEET}")),
            ("One shop", SHOP, shop),
            ("The operator", OPERATOR, format!("/d/{OPERATOR}")),
        ];
        let others = others.iter().filter(|(_, uid, _)| *uid != self.uid);
        let mut links: Vec<Value> = others.map(|(title, _, url)| link(title, url)).collect();
        links.push(link("Runbooks", &format!("{runbooks}/README.md")));
        links
    }
}

/// The choice of a Prometheus.
fn data_source() -> Value {
    json!({
        "name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus",
        "description": "The Prometheus that is asked", "hide": 0, "multi": false, "includeAll": false,
        "refresh": 1, "regex": "", "skipUrlSync": false, "options": [],
    })
}

/// A choice among the values of a label.
fn choice(name: &str, label: &str, description: &str, query: &str, has_all: bool) -> Value {
    let mut choice = json!({
        "name": name, "label": label, "description": description, "type": "query", "hide": 0,
        "datasource": {"type": "prometheus", "uid": "${datasource}"},
        "query": {"query": query, "refId": name},
        "multi": has_all, "includeAll": has_all, "refresh": 2, "regex": "", "sort": 1, "skipUrlSync": false,
        "options": [],
    });
    if has_all {
        choice["allValue"] = json!(".*");
        choice["current"] = json!({"selected": true, "text": ["All"], "value": ["$__all"]});
    }
    choice
}
