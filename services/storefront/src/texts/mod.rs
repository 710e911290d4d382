//! Every sentence that a shopper or a member of staff reads, in one place.
pub(crate) mod staff;
