//! What the tests of every crate share: fresh databases on both engines, a private PostgreSQL server,
//! waiting without sleeping, keys and tokens, an HTTP client that fails readably, and a whole shop of
//! real processes. It must know no service, so that each service can use it.
//!
//! Everything here panics instead of returning errors: a test has nothing better to do with them.

mod certificates;
mod engine;
mod eventually;
pub mod http;
mod keys;
pub mod postgres;
mod process;
pub mod shop;

pub use certificates::{Certificates, certificates};
pub use engine::{Engine, TestDatabase, database, engines, run};
pub use eventually::eventually;
pub use keys::{Keys, SHOP, keys};
