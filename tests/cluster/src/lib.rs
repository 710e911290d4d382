//! What tests on a real Kubernetes share: a client of the cluster, a namespace for each test, waiting for what
//! the cluster does in its own time, probes in pods, the command of the bed; and Shops, those who buy in them, and the
//! operator that runs them.
//!
//! The cluster is the one that `KUBECONFIG` names, which may be a bed, or else the bed (`tests/cluster/bed`) of the
//! number in `SHOPKEEPER_BED` (0 if unset), which must be up. Tests that take parts of a cluster away need the bed and pass
//! elsewhere, saying so; all others run anywhere where the image `localhost/probe:1` was loaded.
//!
//! Everything here panics instead of returning errors: a test has nothing better to do with them.

mod bed;
mod browser;
mod children;
mod cluster;
mod door;
mod namespace;
mod operator;
mod probe;
mod prometheus;
mod record;
mod report;
mod shop;
mod traffic;
mod visitor;
mod workload;

pub use bed::{Bed, Broken};
pub use browser::{journeys, outages};
pub use children::{Child, children};
pub use cluster::Cluster;
pub use door::{Door, address_at_ingress};
pub use namespace::Namespace;
pub use operator::{Monitor, Operator};
pub use probe::{Probe, Said};
pub use prometheus::Prometheus;
pub use record::{Gap, Record, Request};
pub use report::report;
pub use shop::{
    Condition, READY_WITHIN, SHOP_LABEL, Seen, Shop, catalogue, ingress_class, modest_parts, until_let_in,
};
pub use traffic::{Action, Sold, Traffic};
pub use visitor::{PASSWORD, Visitor};
pub use workload::{
    PROBE_IMAGE, address_of, address_of_service, is_available, is_ready, postgres_image, probe_deployment,
    probe_pod, probe_pod_spec, service,
};
