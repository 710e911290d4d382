//! The Prometheus of the cluster, asked as a dashboard asks it.

use std::collections::BTreeMap;

use reqwest::Url;

use crate::Cluster;

/// Reached through the API server.
pub struct Prometheus {
    cluster: Cluster,
    api: String,
}

impl Prometheus {
    /// The first that its operator runs. `None` where there is none.
    pub async fn of(cluster: &Cluster) -> Option<Self> {
        let all = cluster.get("/apis/monitoring.coreos.com/v1/prometheuses").await.ok()?;
        let home = all["items"][0]["metadata"]["namespace"].as_str()?;
        // Every Prometheus that its operator runs has this Service.
        let api = format!("/api/v1/namespaces/{home}/services/prometheus-operated:9090/proxy/api/v1");
        Some(Self { cluster: cluster.clone(), api })
    }

    /// What a query gives now: values by their labels, without those that are no number.
    ///
    /// # Errors
    /// If there is no answer, or the query is none.
    pub async fn ask(&self, query: &str) -> Result<BTreeMap<String, f64>, String> {
        let url = Url::parse_with_params("http://prometheus/query", [("query", query)]).expect("a URL");
        let path = format!("{}/query?{}", self.api, url.query().unwrap_or_default());
        let answer = self.cluster.get(&path).await.map_err(|error| error.to_string())?;
        let series = answer["data"]["result"].as_array().ok_or_else(|| answer.to_string())?;
        let values = series.iter().filter_map(|series| {
            let value = series["value"][1].as_str()?.parse::<f64>().ok()?;
            value.is_finite().then(|| (series["metric"].to_string(), value))
        });
        Ok(values.collect())
    }
}
