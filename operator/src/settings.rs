//! What all Shops of an operator have in common, and what depends on the cluster rather than on a Shop.

use clap::Args;
use ipnet::IpNet;

/// The version of this program, which is that of the parts unless somebody says otherwise.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What depends on the cluster rather than on a Shop.
#[derive(Args, Clone, Debug)]
pub struct Settings {
    /// Where the images are: <REGISTRY>/shopkeeper-<part>:<tag>; empty: the nodes' default registry
    #[arg(long, env = "SHOPKEEPER_IMAGE_REGISTRY", value_name = "REGISTRY", default_value = "")]
    pub image_registry: String,
    /// The version of the parts, where a Shop names none
    #[arg(long, env = "SHOPKEEPER_IMAGE_TAG", value_name = "TAG", default_value = VERSION)]
    pub image_tag: String,
    /// When nodes pull images: Always, IfNotPresent or Never
    #[arg(long, env = "SHOPKEEPER_IMAGE_PULL_POLICY", value_name = "POLICY", default_value = "IfNotPresent",
        value_parser = ["Always", "IfNotPresent", "Never"])]
    pub image_pull_policy: String,
    /// The image of PostgreSQL, for Shops whose databases the operator runs
    #[arg(
        long,
        env = "SHOPKEEPER_POSTGRES_IMAGE",
        value_name = "IMAGE",
        default_value = "docker.io/library/postgres:17"
    )]
    pub postgres_image: String,
    /// Namespaces of the ingress controllers, which reach the public ports
    #[arg(
        long,
        env = "SHOPKEEPER_INGRESS_NAMESPACES",
        value_name = "NAME,…",
        value_delimiter = ',',
        default_value = "traefik,ingress-nginx"
    )]
    pub ingress_namespaces: Vec<String>,
    /// Namespaces of the monitoring, which reaches the internal ports
    #[arg(
        long,
        env = "SHOPKEEPER_MONITORING_NAMESPACES",
        value_name = "NAME,…",
        value_delimiter = ',',
        default_value = "monitoring"
    )]
    pub monitoring_namespaces: Vec<String>,
    /// Namespaces in which the cluster's DNS runs
    #[arg(
        long,
        env = "SHOPKEEPER_DNS_NAMESPACES",
        value_name = "NAME,…",
        value_delimiter = ',',
        default_value = "kube-system"
    )]
    pub dns_namespaces: Vec<String>,
    /// Networks whose X-Forwarded-For is believed: those of the ingress controllers and of the parts
    #[arg(
        long,
        env = "SHOPKEEPER_TRUSTED_PROXIES",
        value_name = "CIDR,…",
        value_delimiter = ',',
        default_value = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fd00::/8"
    )]
    pub trusted_proxies: Vec<IpNet>,
    /// Where the parts send traces (OTLP over HTTP); unset: nowhere
    #[arg(long, env = "SHOPKEEPER_OTLP_ENDPOINT", value_name = "URL")]
    pub otlp_endpoint: Option<String>,
    /// Labels of the ServiceMonitors and PrometheusRules of Shops, by which a Prometheus chooses them
    #[arg(long, env = "SHOPKEEPER_MONITORING_LABELS", value_name = "NAME=VALUE,…", value_delimiter = ',', value_parser = pair)]
    pub monitoring_labels: Vec<(String, String)>,
    /// Labels of the ConfigMaps with the dashboards of Shops, by which Grafana finds them; none: there are none
    #[arg(long, env = "SHOPKEEPER_DASHBOARD_LABELS", value_name = "NAME=VALUE,…", value_delimiter = ',', value_parser = pair)]
    pub dashboard_labels: Vec<(String, String)>,
    /// Annotations of those ConfigMaps, such as the folder in Grafana
    #[arg(long, env = "SHOPKEEPER_DASHBOARD_ANNOTATIONS", value_name = "NAME=VALUE,…", value_delimiter = ',', value_parser = pair)]
    pub dashboard_annotations: Vec<(String, String)>,
    /// Where the runbooks are, which alerts and dashboards lead to
    #[arg(
        long,
        env = "SHOPKEEPER_RUNBOOKS",
        value_name = "URL",
        default_value = "operator/monitoring/runbooks"
    )]
    pub runbooks: String,
}

/// `name=value`; the value may be empty.
fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, value) = pair.ok_or_else(|| format!("\"{text}\" is not of the form name=value"))?;
    Ok((name.to_owned(), value.to_owned()))
}

impl Settings {
    /// The image of a part, as in `registry.example.com/shopkeeper-user:0.1.0`.
    pub fn image(&self, part: &str, version: &str) -> String {
        match self.image_registry.trim_end_matches('/') {
            "" => format!("shopkeeper-{part}:{version}"),
            registry => format!("{registry}/shopkeeper-{part}:{version}"),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use clap::{Args as _, Command, FromArgMatches};

    use super::Settings;

    /// Settings as they are by default.
    pub(crate) fn defaults() -> Settings {
        let matches = Settings::augment_args(Command::new("operator")).get_matches_from(["operator"]);
        Settings::from_arg_matches(&matches).expect("defaults are settings")
    }

    #[test]
    fn an_image_is_found_with_and_without_a_registry() {
        let image = |registry: &str| {
            Settings { image_registry: registry.to_owned(), ..defaults() }.image("user", "1.2.3")
        };
        assert_eq!(image(""), "shopkeeper-user:1.2.3");
        assert_eq!(image("registry.example.com/shops"), "registry.example.com/shops/shopkeeper-user:1.2.3");
        assert_eq!(image("localhost:5000/"), "localhost:5000/shopkeeper-user:1.2.3");
    }
}
