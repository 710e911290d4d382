//! What the parts are measured against: each does only what must be done, in a process of its own.

pub(crate) mod commits;
pub(crate) mod hashes;
pub(crate) mod route;
