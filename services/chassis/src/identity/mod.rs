//! Who is calling: access tokens are verified here, without asking anybody.

mod callers;
mod claims;
pub mod keys;
mod revocations;
mod verifier;

pub use callers::{Caller, MaybeCaller, Staff};
pub use claims::Principal;
pub use keys::Signer;
pub use revocations::Revocations;
pub use verifier::{Refused, Verifier};
