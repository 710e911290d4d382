//! The pages of staff.
