//! The chassis as a client meets it: a small part is served in this process on free ports.

mod drain;
mod error_pages;
mod health;
mod identity;
mod input;
mod limits;
mod openapi;
mod routing;
mod support;
