//! Every sentence that a shopper or a member of staff reads, in one place.
//!
//! Templates and handlers name a text, they never hold one. A translation is another set of these files.
//! What depends on a number is a function of it, so that each language can count in its own way.

pub(crate) mod accounts;
pub(crate) mod ages;
pub(crate) mod basket;
pub(crate) mod catalogue;
pub(crate) mod degraded;
pub(crate) mod flash;
pub(crate) mod forms;
pub(crate) mod frame;
pub(crate) mod lines;
pub(crate) mod orders;
pub(crate) mod problems;
pub(crate) mod staff;

/// The language of the texts, for the pages' `lang`.
pub(crate) const LANGUAGE: &str = "en";
