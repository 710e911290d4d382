//! What a cluster must be able to do before anything of ours is tried on it. The cases disturb nobody and run at the
//! same time.

mod edge;
mod monitoring;
mod pods;
mod scaling;
mod services;
mod volumes;
