//! One example of each state of each page of staff.
