//! Typed calls to the three services, each bounded: time limits, a retry budget, a circuit breaker and a
//! bulkhead per peer.
//!
//! It decides nothing about pages: what a caller does without an answer is the caller's business.

mod answer;
mod breaker;
mod budget;
mod bulkhead;
mod call;
mod caller;
mod circuit;
mod error;
mod exchange;
mod health;
mod metrics;
mod order;
mod page;
mod peer;
mod peers;
mod probe;
mod product;
mod settings;
mod tag;
mod unaskable;
mod user;

pub use caller::Caller;
pub use error::{CallError, Cause, Refused, Unavailable};
pub use health::{Health, PeerHealth};
pub use order::{Checkout, OrderQuery, OrderService};
pub use page::Page;
pub use peers::Peers;
pub use product::{Media, NewProduct, ProductChanges, ProductQuery, ProductService, Sort};
pub use settings::{Limits, Settings};
pub use tag::Made;
pub use user::{LoggedIn, Registration, UserService};
