//! What tests on a real Kubernetes share: a client of the cluster, a namespace for each test, waiting for what
//! the cluster does in its own time, probes in pods, and the command of the bed.
//!
//! The cluster is the one that `KUBECONFIG` names, or else the bed (`tests/cluster/bed`) of the number in
//! `SHOPKEEPER_BED` (0 if unset), which must be up. Tests that take parts of a cluster away need the bed and pass
//! elsewhere, saying so; all others run anywhere where the image `localhost/probe:1` was loaded.
//!
//! Everything here panics instead of returning errors: a test has nothing better to do with them.

mod bed;
mod cluster;
mod namespace;
mod probe;
mod report;
mod workload;

pub use bed::{Bed, Broken};
pub use cluster::Cluster;
pub use namespace::Namespace;
pub use probe::{Probe, Said};
pub use report::report;
pub use workload::{
    PROBE_IMAGE, address_of, address_of_service, is_available, is_ready, probe_deployment, probe_pod,
    probe_pod_spec, service,
};
