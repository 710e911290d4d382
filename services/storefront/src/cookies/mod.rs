//! What the storefront asks a browser to keep, sealed so that nobody reads or changes it.
//!
//! Nothing is stored on this side, so that any replica answers any request. What cannot be opened (foreign,
//! cut, tampered with, sealed with a key that was retired) counts as absent and is cleared.

mod binary;
mod form;
mod header;
mod kept;
mod keys;
mod sealing;

pub(crate) use binary::{Reader, put_bytes, put_number};
pub(crate) use form::{CookieForm, PublicUrl};
pub(crate) use header::clear_cookie;
pub(crate) use kept::{Cookies, Kept};
pub(crate) use keys::CookieKeys;
