//! What crosses a process boundary: ids, money, requests, answers, events and problems.
//!
//! Every shape here is somebody else's contract: the HTTP API that existing clients rely on, the event
//! feeds between the services. Nothing here decides, stores or sends anything.

pub mod event;
mod money;
pub mod order;
pub mod problem;
pub mod product;
mod timestamp;
pub mod user;

pub use money::{Currency, InvalidCurrency};
pub use problem::{FieldError, Problem};
pub use timestamp::Timestamp;
pub use user::Role;
