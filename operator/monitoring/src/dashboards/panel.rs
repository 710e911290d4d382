//! One panel: what it asks, in which unit, what is good, and which outage shows on it.

use serde_json::{Value, json};

use super::Row;

/// The matchers of the Shop that is looked at, in place of which queries say `SHOP`.
const OF_SHOP: &str = r#"namespace="$namespace",shop="$shop""#;

/// Three panels fill a line of 24.
const WIDTH: u32 = 8;
const HEIGHT: u32 = 7;
const LINE: u32 = 24;

/// A question and its answer over time, or at one moment.
#[derive(Clone, Debug)]
pub struct Panel {
    title: &'static str,
    description: &'static str,
    unit: &'static str,
    outage: &'static str,
    is_number: bool,
    bounds: (Option<f64>, Option<f64>),
    thresholds: Thresholds,
    queries: Vec<(String, &'static str)>,
}

/// From where on a value is not good any more. Where nothing is good or bad in itself, all of it is plain.
#[derive(Clone, Copy, Debug)]
enum Thresholds {
    Plain,
    BadAbove(f64),
    BadBelow(f64),
    WorseAbove(f64, f64),
}

/// What a panel asks, for a test that asks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub dashboard: String,
    pub panel: String,
    pub unit: &'static str,
    pub description: &'static str,
    /// The outage in which the answer changes.
    pub outage: &'static str,
    /// With the variables of the dashboard in it: `$namespace`, `$shop`, `$__rate_interval`.
    pub query: String,
}

/// How values change over time.
pub(super) fn graph(title: &'static str, unit: &'static str, description: &'static str) -> Panel {
    Panel {
        title,
        description,
        unit,
        outage: "",
        is_number: false,
        bounds: (Some(0.0), None),
        thresholds: Thresholds::Plain,
        queries: Vec::new(),
    }
}

/// A value, large.
pub(super) fn number(title: &'static str, unit: &'static str, description: &'static str) -> Panel {
    Panel { is_number: true, ..graph(title, unit, description) }
}

impl Panel {
    /// Adds a query. `SHOP` stands for the matchers of the Shop, `RANGE` for a range of which a rate can be told.
    pub(super) fn asks(mut self, query: &str, legend: &'static str) -> Self {
        let query = query.replace("SHOP", OF_SHOP).replace("RANGE", "$__rate_interval");
        self.queries.push((query, legend));
        self
    }

    /// The outage in which the answer changes.
    pub(super) fn shows(mut self, outage: &'static str) -> Self {
        self.outage = outage;
        self
    }

    pub(super) fn bad_above(mut self, value: f64) -> Self {
        self.thresholds = Thresholds::BadAbove(value);
        self
    }

    pub(super) fn worse_above(mut self, warning: f64, bad: f64) -> Self {
        self.thresholds = Thresholds::WorseAbove(warning, bad);
        self
    }

    pub(super) fn bad_below(mut self, value: f64) -> Self {
        self.thresholds = Thresholds::BadBelow(value);
        self
    }

    /// The answers lie between these.
    pub(super) fn between(mut self, least: f64, most: f64) -> Self {
        self.bounds = (Some(least), Some(most));
        self
    }

    /// The answers may be negative.
    pub(super) fn unbounded(mut self) -> Self {
        self.bounds = (None, None);
        self
    }

    /// The same panel about one Shop for good.
    pub(super) fn about(mut self, namespace: &str, shop: &str) -> Self {
        for (query, _) in &mut self.queries {
            *query = query.replace("$namespace", namespace).replace("$shop", shop);
        }
        self
    }

    pub(super) fn asked(&self, dashboard: &str) -> Vec<Asked> {
        let asked = |(query, _): &(String, &str)| Asked {
            dashboard: dashboard.to_owned(),
            panel: self.title.to_owned(),
            unit: self.unit,
            description: self.description,
            outage: self.outage,
            query: query.clone(),
        };
        self.queries.iter().map(asked).collect()
    }

    fn json(&self, id: usize, (x, y): (u32, u32)) -> Value {
        let source = json!({"type": "prometheus", "uid": "${datasource}"});
        let targets: Vec<Value> = self
            .queries
            .iter()
            .zip(["A", "B", "C", "D"])
            .map(|((query, legend), name)| {
                json!({
                    "refId": name, "datasource": source, "expr": query, "legendFormat": legend,
                    "range": true, "instant": false, "editorMode": "code",
                })
            })
            .collect();
        let mut defaults = json!({
            "unit": self.unit,
            "color": {"mode": if self.is_number { "thresholds" } else { "palette-classic" }},
            "thresholds": {"mode": "absolute", "steps": self.steps()},
        });
        for (name, bound) in [("min", self.bounds.0), ("max", self.bounds.1)] {
            if let Some(bound) = bound {
                defaults[name] = json!(bound);
            }
        }
        if !self.is_number {
            let line = if matches!(self.thresholds, Thresholds::Plain) { "off" } else { "line" };
            defaults["custom"] = json!({
                "drawStyle": "line", "lineWidth": 1, "fillOpacity": 10, "showPoints": "never", "spanNulls": false,
                "thresholdsStyle": {"mode": line},
            });
        }
        json!({
            "id": id,
            "type": if self.is_number { "stat" } else { "timeseries" },
            "title": self.title,
            "description": self.description,
            "datasource": source,
            "gridPos": {"h": HEIGHT, "w": WIDTH, "x": x, "y": y},
            "targets": targets,
            "fieldConfig": {"defaults": defaults, "overrides": []},
            "options": if self.is_number { number_options() } else { graph_options() },
        })
    }

    fn steps(&self) -> Value {
        let step = |from: Option<f64>, color: &str| json!({"value": from, "color": color});
        match self.thresholds {
            Thresholds::Plain => json!([step(None, "blue")]),
            Thresholds::BadAbove(bad) => json!([step(None, "green"), step(Some(bad), "red")]),
            Thresholds::BadBelow(good) => json!([step(None, "red"), step(Some(good), "green")]),
            Thresholds::WorseAbove(warning, bad) => {
                json!([step(None, "green"), step(Some(warning), "yellow"), step(Some(bad), "red")])
            }
        }
    }
}

fn graph_options() -> Value {
    json!({
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": true, "calcs": []},
        "tooltip": {"mode": "multi", "sort": "desc"},
    })
}

fn number_options() -> Value {
    json!({
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": false},
        "colorMode": "value", "graphMode": "area", "justifyMode": "auto", "textMode": "auto", "orientation": "auto",
    })
}

/// The panels of all rows, each where it is drawn.
pub(super) fn layout(rows: &[Row]) -> Vec<Value> {
    let (mut drawn, mut y) = (Vec::new(), 0);
    for row in rows {
        drawn.push(json!({
            "id": drawn.len() + 1, "type": "row", "title": row.title, "collapsed": false, "panels": [],
            "gridPos": {"h": 1, "w": LINE, "x": 0, "y": y},
        }));
        y += 1;
        let mut x = 0;
        for panel in &row.panels {
            if x == LINE {
                (x, y) = (0, y + HEIGHT);
            }
            drawn.push(panel.json(drawn.len() + 1, (x, y)));
            x += WIDTH;
        }
        y += HEIGHT;
    }
    drawn
}
