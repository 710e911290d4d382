//! Cases that have the cluster to themselves: they measure, or disturb all others. Their names come first, so that they
//! run before the others begin.

mod cost;
mod crowd;
mod deleted;
mod kills;
mod rights;
mod upgrades;
