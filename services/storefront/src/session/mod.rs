//! The shopper's session: who it is and the keys that prove it, in a sealed cookie; how keys are renewed
//! once for many requests; and the farewells that wait until the user service can hear them.

mod encoding;
mod farewell_file;
mod farewells;
mod refreshes;
mod value;

pub(crate) use farewells::{Farewell, Farewells, Said, Way};
pub(crate) use refreshes::Refreshes;
pub(crate) use value::{Session, Tokens};

/// How long the cookie is kept: as long as the user service lets a session live without a refresh.
pub(crate) const MAX_AGE: std::time::Duration = std::time::Duration::from_secs(30 * 24 * 60 * 60);
