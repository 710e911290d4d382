//! One example of each state of each page.
