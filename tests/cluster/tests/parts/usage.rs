//! What the parts use: memory and processor time, as each tells by its own metrics; and their database, as its node tells.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use kit::eventually;
use kit::shop::Part;
use kube::ResourceExt as _;
use kube::api::ListParams;
use tokio::time::Instant;

use crate::shop::Shop;

/// Where a cluster tells what its nodes measured.
const MEASURED: &str = "/apis/metrics.k8s.io/v1beta1";

/// How long it may take until a Pod was measured some times: nodes do so every 10 to 20 s.
const MEASURED_WITHIN: Duration = Duration::from_secs(300);

const MIB: f64 = 1024.0 * 1024.0;

/// A look at all Pods of a shop.
#[derive(Clone, Debug)]
pub(crate) struct Usage {
    seen: Instant,
    pods: BTreeMap<String, PodUsage>,
    /// Since when the processor times count, if not from each process's start.
    since: Option<Duration>,
}

#[derive(Clone, Copy, Debug)]
struct PodUsage {
    memory_bytes: f64,
    processor_s: f64,
}

impl Usage {
    pub(crate) async fn of(shop: &Shop) -> Self {
        let api = shop.namespace.api::<Pod>();
        let mut pods = BTreeMap::new();
        for part in Part::ALL {
            let of_this_part = ListParams::default().labels(&format!("app.kubernetes.io/name={part}"));
            for pod in api.list(&of_this_part).await.expect("list Pods").items {
                if pod.metadata.deletion_timestamp.is_none() {
                    let name = pod.name_any();
                    let metrics = shop.metrics(&name).await;
                    let value =
                        |metric| value(&metrics, metric).unwrap_or_else(|| panic!("{name}: {metrics}"));
                    let usage = PodUsage {
                        memory_bytes: value("process_resident_memory_bytes"),
                        processor_s: value("process_cpu_seconds_total"),
                    };
                    pods.insert(name, usage);
                }
            }
        }
        Self { seen: Instant::now(), pods, since: None }
    }

    /// This look, with the processor time since an earlier one.
    pub(crate) fn since(mut self, earlier: &Usage) -> Self {
        for (name, before) in &earlier.pods {
            if let Some(usage) = self.pods.get_mut(name) {
                usage.processor_s -= before.processor_s;
            }
        }
        self.since = Some(self.seen - earlier.seen);
        self
    }
}

/// What its node measures of the database's Pod from now on, which takes about half a minute; `None` where a cluster tells
/// no such thing.
pub(crate) async fn of_database_from_now_on(shop: &Shop) -> Option<String> {
    let cluster = shop.namespace.cluster();
    cluster.get(MEASURED).await.ok()?;
    let path = format!("{MEASURED}/namespaces/{}/pods/postgres-0", shop.namespace.name());
    let mut seen = BTreeSet::new();
    let told = eventually(MEASURED_WITHIN, "the database's Pod was measured", async || {
        let measured = cluster.get(&path).await.map_err(|error| error.to_string())?;
        seen.insert(measured["timestamp"].to_string());
        // The first may be of before, and the second may reach back.
        if seen.len() < 3 {
            return Err(format!("{seen:?}"));
        }
        Ok(measured["containers"][0]["usage"].clone())
    })
    .await;
    Some(format!("memory {}, CPU {}", told["memory"], told["cpu"]))
}

/// The value of a metric without labels.
fn value(metrics: &str, name: &str) -> Option<f64> {
    let rest = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(['{', ' ']))?;
    rest.rsplit(' ').next()?.parse().ok()
}

impl fmt::Display for Usage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pods = self.pods.iter().map(|(name, usage)| {
            format!("{name} {:.1} MiB, {:.2} CPU s", usage.memory_bytes / MIB, usage.processor_s)
        });
        write!(formatter, "{}", pods.collect::<Vec<_>>().join("; "))?;
        match self.since {
            Some(since) => write!(formatter, " (in {:.0} s)", since.as_secs_f64()),
            None => Ok(()),
        }
    }
}
