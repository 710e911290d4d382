//! The basket as the storefront knows it: the last one seen, and the changes that wait to be handed over.
//!
//! The order service owns the basket. What it last said is the *mirror*; a change that it has not taken yet
//! is *pending*, under an id that makes it count once however often it is sent. Both live in a cookie. A
//! guest's basket is nothing but one pending batch, which becomes the user's at the login.
//!
//! Ids are kept by the order service for 30 days; the cookie lives shorter than that.

mod batch;
#[cfg(test)]
mod campaign;
mod change;
mod checkout;
mod encoding;
mod exchange;
mod hand_over;
#[cfg(test)]
mod tests;
mod value;

#[cfg(test)]
pub(crate) use change::{Amount, MAX_LINES};
pub(crate) use change::{Change, Limit, Line, Shortfall};
pub(crate) use hand_over::{Unsent, hand_over};
pub(crate) use value::Basket;

/// How long the cookie is kept: a change that may have been sent must not be sent again once the order
/// service has forgotten its id, which is after 30 days.
pub(crate) const MAX_AGE: std::time::Duration = std::time::Duration::from_secs(28 * 24 * 60 * 60);

/// Bytes of the cookie before it is sealed, at most. With them, the longest session and a flash message, the
/// `Set-Cookie` lines of one answer stay below 3 KB.
pub(crate) const MAX_BYTES: usize = 1_210;
