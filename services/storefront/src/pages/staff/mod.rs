//! The pages of staff.

mod import;
mod upload;
