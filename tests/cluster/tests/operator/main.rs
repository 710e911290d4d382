//! The operator on a cluster: what it makes of a Shop, keeps true, and says. It must be installed already
//! (`tests/cluster/install-operator`), and the images must be on the nodes:
//! `tests/images && tests/cluster/bed load-image $(tests/images --list)`.
//!
//! Cases run several at a time, each in namespaces of its own, but for those in [`alone`], which measure or disturb all
//! others.

mod alone;
mod drift;
mod external;
mod journeys;
mod many;
mod monitoring;
mod outages;
mod reachability;
mod refusals;
mod samples;
mod town;
mod versions;
