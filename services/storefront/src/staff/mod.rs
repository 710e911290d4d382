//! What staff pages decide: pure, without requests and without sentences.

pub(crate) mod form;
pub(crate) mod history;
pub(crate) mod rules;
